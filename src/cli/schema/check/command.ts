import type { Verdict } from '../../../compat/problem.ts';
import { compatibilityLevels } from '../../../crds/event-schema.ts';
import type { Given } from '../../command.ts';
import { contentOf, filesAt } from '../../files.ts';
import { inColours, plainly } from '../../paint.ts';
import { exitCode, type Shell, UserError } from '../../shell.ts';
import { isLevel } from '../words.ts';
import { type Found, schemasIn } from './files.ts';
import { Repository } from './git.ts';
import { judgeFiles } from './judge.ts';
import { printGithub, printJson, printText } from './print.ts';

const outputs = {
  text: printText,
  json: printJson,
  github: printGithub,
} as const;

/** Compares the EventSchemas in files with what they were in a revision, without any registry. */
export async function checkFiles(paths: readonly string[], given: Given, shell: Shell): Promise<number> {
  const [first] = paths;
  if (first === undefined) throw new UserError('which schemas?', 'Name files or folders that hold EventSchemas.');
  const level = given.text('compatibility') ?? 'Backward';
  if (!isLevel(level)) throw new UserError(`--compatibility: "${level}" is none of ${compatibilityLevels.join(', ')}`);
  const print = outputOf(given.text('output') ?? 'text');
  const repository = await Repository.of(first);
  const files = (await Promise.all(paths.map((path) => filesAt(path, true)))).flat();
  const found = await Promise.all(
    [...new Set(files)].map(async (file) => schemasIn(await repository.pathOf(file), await contentOf(file))),
  );
  const now = found.flat();
  if (now.length === 0) throw new UserError(`${paths.join(', ')} hold no EventSchema`, 'Name other files or folders.');
  const against = await repository.commitOf(given.text('against'), trunksOf(shell));
  const before = await readBefore(repository, against, shell);
  const schemas = judgeFiles(now, before, level);
  shell.print(print({ against, schemas }, shell.colours ? inColours : plainly));
  return codeOf(schemas.map(({ answer }) => answer.verdict));
}

/** Of the whole repository, because a file that was moved is no new schema. */
async function readBefore(repository: Repository, against: string, { say }: Shell): Promise<readonly Found[]> {
  const files = await repository.filesWith('EventSchema', against);
  return files.flatMap(({ path, text }) => {
    try {
      return schemasIn(path, text);
    } catch (error) {
      // A template, for one, or a file of which another tool knows more.
      if (!(error instanceof UserError)) throw error;
      say(`warning: passed over, as it was before: ${error.message}`);
      return [];
    }
  });
}

function outputOf(output: string) {
  if (output === 'text' || output === 'json' || output === 'github') return outputs[output];
  throw new UserError(`--output: "${output}" is none of ${Object.keys(outputs).join(', ')}`);
}

/** What a branch may have been made of, the likeliest first. In a workflow of GitHub the pull request says it. */
function trunksOf({ env }: Shell): readonly string[] {
  const base = env.GITHUB_BASE_REF;
  return [...(base ? [`origin/${base}`] : []), 'origin/HEAD', 'origin/main', 'origin/master', 'main', 'master'];
}

function codeOf(verdicts: readonly Verdict[]): number {
  if (verdicts.includes('incompatible')) return exitCode.found;
  return verdicts.includes('unproven') ? exitCode.failed : exitCode.done;
}
