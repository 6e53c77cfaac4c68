import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { lock, tryLock } from '../../dev/setup/lock.mjs';
import { openNursery } from '../../dev/setup/processes.mjs';
import { eventually } from '../helpers/eventually.ts';

const RUN = fileURLToPath(new URL('abandoned-run.mjs', import.meta.url));
/** Starts its arguments by way of a shell that stays, as npm does. */
const LIKE_NPM = `
  const { spawn } = require('node:child_process');
  spawn('sh', ['-c', '"$@"; true', 'sh', ...process.argv.slice(1)], { stdio: 'inherit' });
`;

/** Processes of a group that are not zombies. */
function membersOf(group: number): readonly number[] {
  const isMember = (entry: string) => {
    try {
      const fields = readFileSync(`/proc/${entry}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
      return fields[0] !== 'Z' && Number(fields[2]) === group;
    } catch {
      return false;
    }
  };
  return readdirSync('/proc').filter(isMember).map(Number);
}

interface StartedRun {
  starter: ChildProcess;
  /** The process group of the run's child. */
  group: number;
}

async function startRun(lockName: string, byNpm: boolean): Promise<StartedRun> {
  const args = [...(byNpm ? ['-e', LIKE_NPM, process.execPath] : []), RUN, lockName];
  const env = { ...process.env, npm_lifecycle_event: byNpm ? 'test' : '' };
  const starter = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface({ input: starter.stdout as Readable }), 'line');
  return { starter, group: JSON.parse(line).child };
}

let starter: ChildProcess | undefined;
afterEach(() => starter?.kill('SIGKILL'));

it.each([
  { when: 'the run is killed outright', signal: 'SIGKILL', byNpm: false },
  { when: 'the run is asked to end', signal: 'SIGTERM', byNpm: false },
  { when: 'the npm that started the run is killed', signal: 'SIGKILL', byNpm: true },
] as const)('ends a stubborn child and its grandchild, then frees the lock, when $when', async ({ signal, byNpm }) => {
  const lockName = `sluice-test-${randomUUID()}`;
  const run = await startRun(lockName, byNpm);
  starter = run.starter;
  await eventually(() => expect(membersOf(run.group).length).toBeGreaterThan(1), { within: 60_000 });
  expect(await tryLock(lockName)).toBeUndefined();

  starter.kill(signal);

  // The lock comes free last: whoever gets it finds nothing of the run.
  const release = await lock(lockName);
  expect(membersOf(run.group)).toEqual([]);
  release();
});

it('refuses to open when a lock is taken', async () => {
  const lockName = `sluice-test-${randomUUID()}`;
  const release = await tryLock(lockName);
  await expect(openNursery({ hold: [lockName] })).rejects.toThrow(lockName);
  release?.();
});

it('ends what a child left in its group when the child itself ends', async () => {
  const nursery = await openNursery({ graceMs: 100 });
  const child = nursery.spawn('sh', ['-c', 'sleep 600 & exit 0'], { stdio: 'ignore' });
  const group = child.pid ?? 0;
  await once(child, 'exit');
  await eventually(() => expect(membersOf(group)).toEqual([]), { within: 60_000 });
  await nursery.close();
});
