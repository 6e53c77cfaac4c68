import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../shell.ts';

/**
 * Writes the texts into a folder, by file name. A file that is there already stays as it is: when one says something
 * else, nothing at all is written.
 */
export async function writeFiles(folder: string, texts: ReadonlyMap<string, string>): Promise<void> {
  const missing: [path: string, text: string][] = [];
  const different: string[] = [];
  for (const [file, text] of texts) {
    const there = await readIfThere(join(folder, file));
    if (there === undefined) missing.push([join(folder, file), text]);
    else if (there !== text) different.push(file);
  }
  if (different.length > 0) {
    const shown = different.slice(0, 5).join(', ');
    const more = different.length > 5 ? ` and ${different.length - 5} more` : '';
    throw new UserError(
      `${folder} holds ${different.length} of these files with other content: ${shown}${more}; nothing was written`,
      'Choose an empty folder, or remove them.',
    );
  }
  await mkdir(folder, { recursive: true });
  for (const [path, text] of missing) await writeFile(path, text, { flag: 'wx' });
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
