import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { RUNS } from '../../dev/world/world.ts';
import { eventually } from '../helpers/eventually.ts';

const RUN = fileURLToPath(new URL('../../dev/run.mjs', import.meta.url));
const SAMPLE = 'test/unit/mutation/sample/sum.ts';
const INTERRUPTED = 130;

let run: ChildProcess | undefined;
afterEach(() => run?.kill('SIGKILL'));

/** In a process group of its own, as a shell would start it. */
function startMutate(...args: readonly string[]) {
  const child = spawn(process.execPath, [RUN, 'mutate', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  run = child;
  return child;
}

const foldersNow = () => readdirSync(RUNS).filter((name) => name.startsWith('mutate-'));

function processesOf(folder: string): readonly string[] {
  const belongs = (pid: string) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder);
    } catch {
      return false;
    }
  };
  return readdirSync('/proc').filter((entry) => /^\d+$/.test(entry) && belongs(entry));
}

it('tells what the tests of a source do not notice, loops without an end and constants tried as well', async () => {
  const { stdout, stderr } = startMutate(SAMPLE);
  const [said, problems] = await Promise.all([text(stdout), text(stderr)]);
  expect(said.split('\n'), problems).toEqual([
    `${SAMPLE}:6  1 → 0`,
    `${SAMPLE}:10  sum > 5 → sum >= 5`,
    `${SAMPLE}:10  5 → 6`,
    ` 72.7 %  8 of 11  test/unit/mutation/sample`,
    '',
  ]);
});

it('leaves neither files nor processes when it is interrupted', async () => {
  const before = foldersNow();
  const child = startMutate(SAMPLE);
  const exited = once(child, 'exit');
  const folder = await eventually(
    () => {
      const name = foldersNow().find((candidate) => !before.includes(candidate)) ?? 'none yet';
      expect(processesOf(join(RUNS, name))).not.toEqual([]);
      return join(RUNS, name);
    },
    { within: 60_000, everyMs: 5 },
  );
  process.kill(-(child.pid ?? 0), 'SIGINT');
  expect(await exited).toEqual([INTERRUPTED, null]);
  expect(existsSync(folder)).toBe(false);
  expect(processesOf(folder)).toEqual([]);
});

it('says which argument is missing', async () => {
  const child = startMutate();
  const [said] = await Promise.all([text(child.stderr)]);
  expect(said).toContain('npm run mutate -- src/scaling');
});
