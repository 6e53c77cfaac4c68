import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  type StatsFs,
  writeFileSync,
} from 'node:fs';
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { cacheFolder, ensurePart, partFolder, type Recipe } from '../../dev/setup/cache.mjs';

vi.mock('node:fs/promises', { spy: true });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice test '));
  vi.stubEnv('SLUICE_CACHE', join(folder, 'a cache with spaces'));
  vi.mocked(statfs).mockResolvedValue(withFree(100));
});
afterEach(() => {
  vi.mocked(statfs).mockReset();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** A disk with so many GB left. */
function withFree(gigabytes: number): StatsFs {
  const all = 1_000 * 2 ** 10;
  return {
    type: 0,
    bsize: 2 ** 20,
    frsize: 2 ** 20,
    blocks: all,
    bfree: all,
    bavail: gigabytes * 2 ** 10,
    files: 1,
    ffree: 1,
  };
}

const step = { say: () => {} };

function recipeFor(input: string, build: Recipe['build'] = writeGreeting): Recipe {
  return { name: 'greeting', inputs: [input], tools: ['pen 1'], build };
}

function writeInput(content: string): string {
  const path = join(folder, 'input.txt');
  writeFileSync(path, content);
  return path;
}

async function writeGreeting(target: string): Promise<void> {
  writeFileSync(join(target, 'greeting.txt'), 'hello');
}

it('builds a part once for all who ask for it at the same time', async () => {
  const build = vi.fn(writeGreeting);
  const recipe = recipeFor(writeInput('1'), build);
  const folders = await Promise.all([ensurePart(recipe, step), ensurePart(recipe, step), ensurePart(recipe, step)]);
  expect(build).toHaveBeenCalledTimes(1);
  expect(new Set(folders).size).toBe(1);
  expect(readFileSync(join(folders[0], 'greeting.txt'), 'utf8')).toBe('hello');
});

it('builds anew when an input or a tool changes', async () => {
  const recipe = recipeFor(writeInput('1'));
  const before = await ensurePart(recipe, step);
  expect(await partFolder({ ...recipe, tools: ['pen 2'] })).not.toBe(before);
  writeInput('2');
  expect(await ensurePart(recipe, step)).not.toBe(before);
  expect(existsSync(before)).toBe(true);
});

it('shows nothing of a build that failed, and builds again', async () => {
  const input = writeInput('1');
  const fail: Recipe['build'] = async (target) => {
    await writeGreeting(target);
    throw new Error('out of ink');
  };
  await expect(ensurePart(recipeFor(input, fail), step)).rejects.toThrow('out of ink');
  const target = await partFolder(recipeFor(input));
  expect(readdirSync(dirname(target))).toEqual([]);
  expect(await ensurePart(recipeFor(input), step)).toBe(target);
});

it('starts afresh where a killed build left something', async () => {
  const recipe = recipeFor(writeInput('1'));
  const leftover = `${await partFolder(recipe)}.tmp/made`;
  mkdirSync(leftover, { recursive: true });
  writeFileSync(join(leftover, 'half a greeting.txt'), 'hel');
  expect(readdirSync(await ensurePart(recipe, step))).toEqual(['greeting.txt']);
});

it('says so when there is too little disk to build, and needs none for what is built', async () => {
  const recipe = recipeFor(writeInput('1'));
  vi.mocked(statfs).mockResolvedValueOnce(withFree(5.5));
  await expect(ensurePart(recipe, step)).rejects.toThrow(/5\.5 GB left, building needs 6 GB/);
  const built = await ensurePart(recipe, step);
  vi.mocked(statfs).mockResolvedValueOnce(withFree(5.5));
  expect(await ensurePart(recipe, step)).toBe(built);
});

it.each([
  { env: { SLUICE_CACHE: '/a', XDG_CACHE_HOME: '/b', HOME: '/c' }, folder: '/a' },
  { env: { XDG_CACHE_HOME: '/b', HOME: '/c' }, folder: '/b/sluice' },
  { env: { HOME: '/c' }, folder: '/c/.cache/sluice' },
])('lies in $folder', ({ env, folder: expected }) => {
  expect(cacheFolder(env)).toBe(expected);
});
