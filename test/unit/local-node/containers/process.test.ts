import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ProcessGroup, startGroup } from '../../../../dev/local-node/containers/process.ts';
import { eventually } from '../../../helpers/eventually.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'process-'));
});

afterAll(() => rm(folder, { recursive: true }));

function start(command: readonly string[], cwd = folder): { group: ProcessGroup; output: () => Promise<string> } {
  const logFile = path.join(folder, `${Math.random()}.log`);
  const env = { PATH: process.env.PATH ?? '', GREETING: 'hello' };
  return { group: startGroup({ command, cwd, env, logFile }, spawn), output: () => readFile(logFile, 'utf8') };
}

/** A process that ended may stay in the list until somebody collects it. */
async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') X');
  return !/\) [ZX]/.test(stat);
}

function pidIn(output: string): number {
  const [, pid] = /^(\d+)\n/.exec(output) ?? [];
  if (pid === undefined) throw new Error(`no process id in "${output}"`);
  return Number(pid);
}

it('runs a command in its folder with its variables, and keeps both outputs', async () => {
  const { group, output } = start(['sh', '-c', 'echo $GREETING; pwd >&2']);
  expect(await group.ended).toEqual({ exitCode: 0 });
  expect(await output()).toBe(`hello\n${folder}\n`);
});

const ends = [
  { it: 'reports the exit code', script: 'exit 3', end: { exitCode: 3 } },
  { it: 'reports a signal as a shell does', script: 'kill -KILL $$', end: { exitCode: 137, signal: 9 } },
];
it.each(ends)('$it', async ({ script, end }) => {
  expect(await start(['sh', '-c', script]).group.ended).toEqual(end);
});

it('reports a command that cannot be started', async () => {
  const end = await start(['no-such-command']).group.ended;
  expect(end).toMatchObject({ exitCode: 128, startError: expect.stringContaining('ENOENT') });
});

it('sends a signal to the whole group', async () => {
  const { group, output } = start(['sh', '-c', 'sleep 60 & echo $!; wait']);
  const child = await eventually(async () => pidIn(await output()), { within: 30_000 });
  group.signal('SIGTERM');
  expect(await group.ended).toEqual({ exitCode: 143, signal: 15 });
  await eventually(async () => expect(await isAlive(child)).toBe(false), { within: 30_000 });
});

it('leaves nothing of the group when its first process ends', async () => {
  const { group, output } = start(['sh', '-c', 'trap "" TERM; sleep 60 & echo $!']);
  await group.ended;
  const child = pidIn(await output());
  await eventually(async () => expect(await isAlive(child)).toBe(false), { within: 30_000 });
});
