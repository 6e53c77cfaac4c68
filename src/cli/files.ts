import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
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

export function unreadable(path: string, error: unknown, next?: string): UserError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return new UserError(`cannot read ${path}: ${code === 'ENOENT' ? 'there is no such file' : code}`, next);
}
