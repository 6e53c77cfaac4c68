import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { promisify } from 'node:util';
import { isFolder } from '../../files.ts';
import { UserError } from '../../shell.ts';

/** Longer ones are no manifests. */
const mostBytes = 64_000_000;

/** A file as it was in a revision. */
export interface OldFile {
  /** From the root of the repository. */
  path: string;
  text: string;
}

/** The repository that holds a path. It is only read. */
export class Repository {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** Throws UserError where there is none, or no git. */
  static async of(path: string): Promise<Repository> {
    const folder = (await isFolder(path)) ? path : dirname(path);
    const root = await git(folder, ['rev-parse', '--show-toplevel']);
    if (root === undefined) throw new UserError(`${path} is in no git repository`, 'Check files of a clone.');
    return new Repository(root.trim());
  }

  async pathOf(path: string): Promise<string> {
    return relative(this.#root, await realpath(path)) || '.';
  }

  /** The id of a commit, or of where the branch left the first of `trunks` that is there. */
  async commitOf(revision: string | undefined, trunks: readonly string[]): Promise<string> {
    if (revision !== undefined) {
      const commit = await this.#try(['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`]);
      if (commit === undefined) throw new UserError(`--against: there is no revision "${revision}"`, fetchMore);
      return commit.trim();
    }
    for (const trunk of trunks) {
      const base = await this.#try(['merge-base', 'HEAD', trunk]);
      if (base !== undefined) return base.trim();
    }
    throw new UserError(`HEAD has no commit in common with any of ${trunks.join(', ')}`, fetchMore);
  }

  /** The manifests in which the word stands. */
  async filesWith(word: string, commit: string): Promise<readonly OldFile[]> {
    const found = await git(this.#root, ['grep', '--no-color', '-l', '-z', '--fixed-strings', '-e', word, commit], 1);
    const names = (found ?? '').split('\0').filter((name) => /\.(ya?ml|json)$/.test(name));
    return Promise.all(
      names.map(async (name) => ({
        path: name.slice(commit.length + 1),
        text: (await git(this.#root, ['show', name], 0)) ?? '',
      })),
    );
  }

  #try(args: readonly string[]): Promise<string | undefined> {
    return git(this.#root, args);
  }
}

const fetchMore = 'Name a revision by --against, and fetch it: a shallow clone has the last commit only.';

/** What it printed; `undefined`: it found nothing, or refused, with at most that exit code. More is a failure. */
async function git(folder: string, args: readonly string[], mostCode = Infinity): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('git', [...args], {
      cwd: folder,
      maxBuffer: mostBytes,
    });
    return stdout;
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'number') {
      if (error.code <= mostCode) return undefined;
      const said = 'stderr' in error ? String(error.stderr).trim() : '';
      throw new UserError(`git ${args[0]} failed: ${said || `exit code ${error.code}`}`, fetchMore);
    }
    throw new UserError('git cannot be run', 'Install it: what a schema was before is read from the repository.');
  }
}
