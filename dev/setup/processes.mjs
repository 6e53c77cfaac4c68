// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const REAPER = fileURLToPath(new URL('./reaper.mjs', import.meta.url));

/**
 * Children that never outlive us: each leads its own process group, and a reaper ends the groups when this process is
 * gone, however it went.
 * @typedef {object} Nursery
 * @property {readonly string[]} held the locks that the reaper holds, one for each entry of `hold`
 * @property {(command: string, args: readonly string[], options?: import('node:child_process').SpawnOptions) => import('node:child_process').ChildProcess} spawn
 * @property {() => Promise<void>} close ends all children; resolves when they are gone and the locks are free
 */

/**
 * @param {object} [options]
 * @param {readonly (string | readonly string[])[]} [options.hold] locks to take; of a list the first free one
 * @param {number} [options.graceMs] between TERM and KILL when a group is ended
 * @returns {Promise<Nursery>}
 * @throws when a lock is taken already
 */
export async function openNursery({ hold = [], graceMs = 5_000 } = {}) {
  const reaper = spawn(process.execPath, [REAPER, JSON.stringify({ hold, graceMs })], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const { stdin, stdout } = reaper;
  stdin.on('error', () => {});
  const lost = once(reaper, 'exit').then(() => Promise.reject(new Error('the reaper did not start')));
  const [line] = await Promise.race([once(createInterface({ input: stdout }), 'line'), lost]);
  const { held, busy } = JSON.parse(line);
  if (busy) throw new Error(`held by another process: ${[busy].flat().at(-1)}`);
  // The reaper must not keep us alive, nor may its unread output.
  reaper.unref();
  /** @type {import('node:net').Socket} */ (stdin).unref();
  stdout.destroy();
  return {
    held,
    spawn: (command, args, options = {}) => {
      const child = spawn(command, args, { ...options, detached: true });
      const { pid } = child;
      if (pid === undefined) return child;
      stdin.write(`+${pid}\n`);
      child.once('exit', () => stdin.write(`-${pid}\n`));
      return child;
    },
    close: async () => {
      const gone = reaper.exitCode === null && reaper.signalCode === null ? once(reaper, 'exit') : undefined;
      reaper.ref();
      stdin.end();
      await gone;
    },
  };
}

/**
 * Ends a child of a nursery and all that it started: TERM, a grace, KILL.
 * @param {import('node:child_process').ChildProcess} child
 * @param {number} [graceMs]
 */
export async function endGroup(child, graceMs = 10_000) {
  const { pid } = child;
  if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  process.kill(-pid, 'SIGTERM');
  const timer = setTimeout(() => process.kill(-pid, 'SIGKILL'), graceMs);
  await exited.finally(() => clearTimeout(timer));
}
