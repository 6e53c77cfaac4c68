import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from './shell.ts';

/** Throws UserError, with the next step `next`, for a file that cannot be read. */
export async function contentOf(file: string, next?: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw unreadable(file, error, next);
  }
}

/** As `contentOf`, for what is too long to be kept. */
export async function* contentInParts(file: string): AsyncIterable<string> {
  try {
    yield* createReadStream(file, 'utf8');
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** As kubectl chooses: a file whatever its name, and of a folder those that look like manifests. */
export async function filesAt(path: string, recursive: boolean): Promise<string[]> {
  if (!(await isFolder(path))) return [path];
  const entries = await readdir(path, { recursive, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory() && /\.(ya?ml|json)$/.test(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
}

/** Throws UserError for what is not there. */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown, next?: string): UserError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return new UserError(`cannot read ${path}: ${code === 'ENOENT' ? 'there is no such file' : code}`, next);
}
