// @ts-check
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, statfs } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { lock, lockFor } from './lock.mjs';

const GIB = 2 ** 30;
const NEEDED_GIB = 6;
const BUILD_WITHIN_MS = 40 * 60_000;

/** Where parts are kept. */
export function cacheFolder(env = process.env) {
  return env.SLUICE_CACHE || join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'sluice');
}

/**
 * How to build a part: what decides its content, and the work.
 * @typedef {object} Recipe
 * @property {string} name folder in the cache
 * @property {readonly string[]} inputs files whose content decides what comes out
 * @property {readonly string[]} tools names and versions, and settings, that decide it too
 * @property {(folder: string, help: Help) => Promise<void>} build fills an empty folder
 *
 * @typedef {object} Help
 * @property {import('./progress.mjs').Step} step
 * @property {AbortSignal} signal aborts when it takes too long
 * @property {string} scratch a folder that may be made, and goes with the build
 */

/**
 * The folder in which the part is or will be.
 * @param {Recipe} recipe
 */
export async function partFolder(recipe) {
  const hash = createHash('sha256');
  for (const input of recipe.inputs) hash.update(await readFile(input)).update('\0');
  hash.update(JSON.stringify([recipe.tools, process.platform, process.arch]));
  return join(cacheFolder(), recipe.name, hash.digest('hex').slice(0, 16));
}

/** @param {string} folder */
async function requireFreeDisk(folder) {
  const { bavail, bsize } = await statfs(folder);
  const free = (bavail * bsize) / GIB;
  if (free >= NEEDED_GIB) return;
  const message = `not enough free disk: ${folder} is on a file system with ${free.toFixed(1)} GB left`;
  throw new Error(`${message}, building needs ${NEEDED_GIB} GB; free some, or set SLUICE_CACHE to a folder elsewhere`);
}

/**
 * Returns the part's folder; builds it first where it is missing. One process builds, others wait for it; what was
 * built half is never seen.
 * @param {Recipe} recipe
 * @param {import('./progress.mjs').Step} step
 */
export async function ensurePart(recipe, step) {
  const folder = await partFolder(recipe);
  if (existsSync(folder)) return folder;
  await mkdir(dirname(folder), { recursive: true });
  const release = await lock(lockFor('part', folder), () => step.say('waiting for another run that builds it'));
  try {
    if (existsSync(folder)) return folder;
    await requireFreeDisk(dirname(folder));
    await buildInto(folder, recipe, step);
    return folder;
  } finally {
    release();
  }
}

/** @param {string} folder @param {Recipe} recipe @param {import('./progress.mjs').Step} step */
async function buildInto(folder, recipe, step) {
  // We hold the folder's lock: whatever is there is of a build that was killed.
  const unfinished = `${folder}.tmp`;
  const made = join(unfinished, 'made');
  await rm(unfinished, { recursive: true, force: true });
  try {
    await mkdir(made, { recursive: true });
    const signal = AbortSignal.timeout(BUILD_WITHIN_MS);
    await recipe.build(made, { step, signal, scratch: join(unfinished, 'scratch') });
    await rename(made, folder);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}
