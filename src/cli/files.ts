import { readFile } from 'node:fs/promises';
import { UserError } from './shell.ts';

/** Throws UserError for a file that cannot be read. */
export async function contentOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw unreadable(file, error);
  }
}

export function unreadable(path: string, error: unknown): UserError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return new UserError(`cannot read ${path}: ${code === 'ENOENT' ? 'there is no such file' : code}`);
}
