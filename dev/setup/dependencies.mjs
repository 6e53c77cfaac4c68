// @ts-check
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lock, lockFor } from './lock.mjs';
import { during } from './progress.mjs';
import { runTool } from './tools.mjs';

/** The checkout. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const INSTALL_WITHIN_MS = 15 * 60_000;
const MODULES = join(ROOT, 'node_modules');
/** Inside the modules, so that it goes when they go. */
const STAMP = join(MODULES, '.installed-lock-file');

function hashOfLockFile() {
  return createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex');
}

function isInstalled() {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hashOfLockFile();
}

/** Installs the npm packages unless the lock file is the one they were installed from. */
export async function ensureDependencies() {
  if (isInstalled()) return;
  await during('npm packages', async (step) => {
    const release = await lock(lockFor('npm', ROOT), () => step.say('waiting for another run that installs them'));
    try {
      if (isInstalled()) return;
      const hash = hashOfLockFile();
      await runTool('npm', ['ci', '--include=dev', '--include=optional', '--loglevel=error'], {
        cwd: ROOT,
        step,
        signal: AbortSignal.timeout(INSTALL_WITHIN_MS),
      });
      writeFileSync(STAMP, hash);
    } finally {
      release();
    }
  });
}

/** The pinned Node, which comes with the packages; the running one where there is none for this machine. */
export function pinnedNode() {
  const path = join(MODULES, `node-linux-${process.arch}`, 'bin', 'node');
  return existsSync(path) ? path : process.execPath;
}
