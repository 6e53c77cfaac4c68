import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../setup/cache.mjs';
import { heldLocks, lockFor, tryLock } from '../setup/lock.mjs';
import { print } from '../setup/progress.mjs';
import { sweepPostgres } from '../world/parts/postgres.ts';
import { RUNS } from '../world/world.ts';

/** Folders of runs that hold their lock no more. */
async function removeDeadRuns(): Promise<number> {
  const folders = existsSync(RUNS) ? readdirSync(RUNS).map((name) => join(RUNS, name)) : [];
  let removed = 0;
  for (const folder of folders) {
    const release = await tryLock(lockFor('run', folder));
    if (!release) continue;
    rmSync(folder, { recursive: true, force: true });
    release();
    removed += 1;
  }
  sweepPostgres();
  return removed;
}

/** Worlds and builds anywhere on this machine: they use the cache. */
function usersOfCache(): readonly string[] {
  return heldLocks().filter((name) => /^sluice-world-|-part-/.test(name));
}

function removeCache(): boolean {
  const users = usersOfCache();
  if (users.length > 0) {
    print(`The cache is in use by ${users.join(', ')}: stop that first (npm run dev:down).`);
    return false;
  }
  rmSync(cacheFolder(), { recursive: true, force: true });
  print(`Removed the cache ${cacheFolder()}.`);
  return true;
}

/** Removes what dead runs left; with `--all` the cache too. */
export async function run(args: readonly string[]): Promise<number> {
  const removed = await removeDeadRuns();
  print(removed === 0 ? 'No dead runs.' : `Removed ${removed} dead run${removed === 1 ? '' : 's'}.`);
  if (!args.includes('--all')) return 0;
  return removeCache() ? 0 : 1;
}
