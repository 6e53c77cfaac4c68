import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { lock, lockFor, tryLock } from '../../dev/setup/lock.mjs';

const LOCK = fileURLToPath(new URL('../../dev/setup/lock.mjs', import.meta.url));
const HOLD = `
  import { tryLock } from ${JSON.stringify(LOCK)};
  await tryLock(process.argv[1]);
  console.log('held');
  setInterval(() => {}, 1_000);
`;

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

it('has one name for a path and another for the next', () => {
  expect(lockFor('part', '/a b')).toBe(lockFor('part', '/a b'));
  expect(lockFor('part', '/a b')).not.toBe(lockFor('part', '/a c'));
  expect(lockFor('part', '/a b')).not.toBe(lockFor('run', '/a b'));
});
