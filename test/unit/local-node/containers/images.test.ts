import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findImage } from '../../../../dev/local-node/containers/images.ts';

let root: string;
let imagesFile: string;

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'images-'));
  imagesFile = path.join(root, 'images.json');
  await writeFile(imagesFile, JSON.stringify({ 'here:1': '.', 'gone:1': 'nowhere', 'number:1': 7 }));
});

afterAll(() => rm(root, { recursive: true }));

it('finds the folder of an image', async () => {
  expect(await findImage('here:1', imagesFile, root)).toEqual({ folder: root });
});

const missing = [
  {
    it: 'names an image that is not listed, and the file',
    image: 'other:2',
    says: 'image "other:2" is not in images.json',
  },
  { it: 'takes only the very name', image: 'here', says: 'image "here" is not in images.json' },
  { it: 'takes no name from the language', image: 'constructor', says: 'image "constructor" is not in images.json' },
  { it: 'takes only a text for a folder', image: 'number:1', says: 'image "number:1" is not in images.json' },
  {
    it: 'names a folder that is not there',
    image: 'gone:1',
    says: 'is the folder nowhere in images.json, which is not there',
  },
];
it.each(missing)('$it', async ({ image, says }) => {
  expect(await findImage(image, imagesFile, root)).toEqual({
    folder: undefined,
    message: expect.stringContaining(says),
  });
});

it('says that the file is unreadable', async () => {
  const found = await findImage('here:1', path.join(root, 'none.json'), root);
  expect(found).toEqual({ folder: undefined, message: expect.stringContaining('none.json is unreadable') });
});
