import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { heldLocks, lock, lockFor, tryLock } from '../../dev/setup/lock.mjs';
import { eventually } from '../helpers/eventually.ts';

const LOCK = fileURLToPath(new URL('../../dev/setup/lock.mjs', import.meta.url));
const HOLD = `
  import { tryLock } from ${JSON.stringify(LOCK)};
  await tryLock(process.argv[1]);
  console.log('held');
  setInterval(() => {}, 1_000);
`;

const ASK = `
  import { tryLock } from ${JSON.stringify(LOCK)};
  console.log(await tryLock(process.argv[1]));
`;
const run = promisify(execFile);

const newName = () => `sluice-test-${randomUUID()}`;

it('is held by one at a time', async () => {
  const name = newName();
  const release = await tryLock(name);
  expect(await tryLock(name)).toBeUndefined();
  release?.();
  expect(await tryLock(name)).toBeDefined();
});

it('is handed on to those who wait, one after the other', async () => {
  const name = newName();
  const first = await lock(name);
  let inside = 0;
  let most = 0;
  const enter = async () => {
    const release = await lock(name);
    most = Math.max(most, ++inside);
    await new Promise((resolve) => setImmediate(resolve));
    inside -= 1;
    release();
  };
  const waiting = Promise.all(Array.from({ length: 8 }, enter));
  first();
  await waiting;
  expect(most).toBe(1);
});

it('comes free when its holder is killed', async () => {
  const name = newName();
  const holder = spawn(process.execPath, ['--input-type=module', '-e', HOLD, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  expect(await tryLock(name)).toBeUndefined();
  const waiting = lock(name);
  holder.kill('SIGKILL');
  const release = await waiting;
  release();
});

/** The Node that commands are started with, which need not be ours. */
const NODE_ON_PATH = 'node';

it.each([
  { holding: process.execPath, asking: NODE_ON_PATH },
  { holding: NODE_ON_PATH, asking: process.execPath },
])('is the same lock for $holding and $asking', async ({ holding, asking }) => {
  const name = newName();
  const holder = spawn(holding, ['--input-type=module', '-e', HOLD, name], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(holder.stdout, 'data');
  const { stdout } = await run(asking, ['--input-type=module', '-e', ASK, name]);
  holder.kill('SIGKILL');
  expect(stdout).toBe('undefined\n');
});

it('has a name that fills its address, which no Node can then fill up in its own way', async () => {
  const name = newName();
  await lock(name);
  const sockets = readFileSync('/proc/net/unix', 'utf8').split('\n');
  const [address] = sockets.filter((line) => line.includes(name)).map((line) => line.slice(line.indexOf('@')));
  expect(address).toHaveLength(108);
});

it('is listed by its name while it is held', async () => {
  const name = newName();
  const release = await lock(name);
  expect(heldLocks()).toContain(name);
  release();
  await eventually(() => expect(heldLocks()).not.toContain(name), { within: 60_000, everyMs: 5 });
});

it('has one name for a path and another for the next', () => {
  expect(lockFor('part', '/a b')).toBe(lockFor('part', '/a b'));
  expect(lockFor('part', '/a b')).not.toBe(lockFor('part', '/a c'));
  expect(lockFor('part', '/a b')).not.toBe(lockFor('run', '/a b'));
});
