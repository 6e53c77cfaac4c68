// @ts-check
// The reaper: a small process that outlives the run that started it, for as long as it takes to end what the run left.
// It reads lines from the run's pipe: `+PID` for a new process group, `-PID` for one whose leader has ended. When the
// pipe closes, for whatever reason, it ends all groups: TERM, a grace, KILL. The locks it was told to take stay taken
// until the last process is gone, so that nobody claims addresses that are still in use.
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { tryLock } from './lock.mjs';

const POLL_MS = 20;

/** @type {{ hold: readonly (string | readonly string[])[], graceMs: number }} */
const settings = JSON.parse(process.argv[2] ?? '');
/** @type {Set<number>} */
const groups = new Set();

/** The groups that have a process which is not a zombie. Zombies accept signals for ever where nobody collects them. */
function livingGroups() {
  const living = new Set();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const [state, , group] = readFileSync(`/proc/${entry}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
      if (state !== 'Z' && state !== 'X') living.add(Number(group));
    } catch {
      // It ended between the listing and the look.
    }
  }
  return living;
}

/** @param {number} group @param {NodeJS.Signals} signal */
function send(group, signal) {
  try {
    process.kill(-group, signal);
  } catch {
    // Already gone.
  }
}

/** @param {readonly number[]} ending */
async function end(ending) {
  const alive = () => {
    const living = livingGroups();
    return ending.filter((group) => living.has(group));
  };
  for (const group of ending) send(group, 'SIGTERM');
  const killAt = performance.now() + settings.graceMs;
  for (let left = alive(); left.length > 0; left = alive()) {
    if (performance.now() >= killAt) for (const group of left) send(group, 'SIGKILL');
    await sleep(POLL_MS);
  }
}

/** @param {readonly string[]} names */
async function takeFirstFree(names) {
  for (const name of names) if (await tryLock(name)) return name;
  return undefined;
}

const held = [];
for (const wanted of settings.hold) {
  const name = await takeFirstFree(typeof wanted === 'string' ? [wanted] : wanted);
  if (name === undefined) {
    process.stdout.write(`${JSON.stringify({ busy: wanted })}\n`);
    process.exit(1);
  }
  held.push(name);
}
process.stdout.on('error', () => {});
process.stdout.write(`${JSON.stringify({ held })}\n`);

const input = createInterface({ input: process.stdin });
// A terminal's Ctrl-C is for the run; whoever ends the reaper itself ends what it guards.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => input.close());
input.on('line', (line) => {
  const group = Number(line.slice(1));
  if (line.startsWith('+')) groups.add(group);
  else void end([group]).then(() => groups.delete(group));
});
input.on('close', () => void end([...groups]).then(() => process.exit(0)));
