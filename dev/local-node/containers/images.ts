import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';

/** An image is a folder; or it is not to be had, and `message` says why. */
export type ImageLookup = { folder: string } | { folder: undefined; message: string };

/**
 * Looks an image up in a file of the form `{"name:tag": "folder relative to root"}`. The file is read each time, so that
 * a change helps the next try.
 */
export async function findImage(image: string, imagesFile: string, root: string): Promise<ImageLookup> {
  const shown = nameOf(imagesFile, root);
  let images: unknown;
  try {
    images = JSON.parse(await readFile(imagesFile, 'utf8'));
  } catch (error) {
    return { folder: undefined, message: `cannot look up image "${image}": ${shown} is unreadable: ${String(error)}` };
  }
  const name: unknown = Object(images)[image];
  if (typeof name !== 'string') {
    return { folder: undefined, message: `image "${image}" is not in ${shown}, which names a folder for each image` };
  }
  const folder = path.resolve(root, name);
  if (await isFolder(folder)) return { folder };
  return { folder: undefined, message: `image "${image}" is the folder ${name} in ${shown}, which is not there` };
}

/** Relative to the root where it is inside. */
export function nameOf(file: string, root: string): string {
  const relative = path.relative(root, file);
  return relative.startsWith('..') ? file : relative;
}

async function isFolder(name: string): Promise<boolean> {
  const stats = await stat(name).catch(() => undefined);
  return stats?.isDirectory() ?? false;
}
