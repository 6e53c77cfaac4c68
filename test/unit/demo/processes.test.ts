import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { findLeft, findOwn, type ProcessRow, parseProcess, readProcesses } from '../../../dev/demo/processes.ts';
import { eventually } from '../../helpers/eventually.ts';

function row(pid: number, changes: Partial<ProcessRow> = {}): ProcessRow {
  const base = { parent: 1, session: pid, startedTicks: pid, zombie: false, command: `p${pid}`, environment: '' };
  return { pid, ...base, ...changes };
}

const pids = (rows: readonly ProcessRow[]) => rows.map(({ pid }) => pid);
const network = '127.100.3.';

describe('findOwn', () => {
  it('finds children and their children, in whatever session they are', () => {
    const rows = [row(10), row(11, { parent: 10 }), row(12, { parent: 11, session: 11 }), row(13)];
    expect(pids(findOwn(rows, 10, network))).toEqual([11, 12]);
  });

  it('finds what lost its parent by the address that it was started for', () => {
    const orphan = row(20, { environment: 'A=1\0POD_IP=127.100.3.14\0B=2' });
    const stranger = row(21, { environment: 'POD_IP=127.100.33.14' });
    expect(pids(findOwn([row(10), orphan, stranger], 10, network))).toEqual([20]);
  });

  it('leaves out itself and the reapers', () => {
    const self = row(10, { environment: 'POD_IP=127.100.3.1' });
    const reaper = row(11, { parent: 10, command: 'node /x/dev/setup/reaper.mjs {}' });
    expect(findOwn([self, reaper], 10, network)).toEqual([]);
  });
});

describe('findLeft', () => {
  const own = [row(11, { parent: 10 }), row(12, { parent: 11, session: 11 })];
  const rows: readonly { it: string; now: readonly ProcessRow[]; left: readonly number[] }[] = [
    { it: 'finds nothing when all have gone', now: [row(10), row(30)], left: [] },
    { it: 'finds what is still there, though its parent has gone', now: [row(12, { session: 11 })], left: [12] },
    { it: 'finds what was started since by those who have gone', now: [row(40, { session: 11 })], left: [40] },
    { it: 'does not take a new process for the old one of its number', now: [row(12, { startedTicks: 99 })], left: [] },
    { it: 'takes a zombie for gone', now: [row(11, { zombie: true })], left: [] },
  ];
  it.each(rows)('$it', ({ now, left }) => {
    expect(pids(findLeft(own, now))).toEqual(left);
  });
});

it('reads a process whose name has spaces and brackets', () => {
  const stat = `42 (a (b) c) S 7 42 40 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 123456 1000 10`;
  expect(parseProcess(stat, 'node\0main.ts\0', 'A=1\0')).toEqual({
    pid: 42,
    parent: 7,
    session: 40,
    startedTicks: 123456,
    zombie: false,
    command: 'node main.ts',
    environment: 'A=1\0',
  });
});

it('sees a real child come and go', async () => {
  const env = { ...process.env, POD_IP: '127.100.3.14' };
  const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore', env });
  await once(child, 'spawn');
  // In the middle of its start a process has no command line.
  const own = await eventually(
    () => {
      const found = findOwn(readProcesses(), process.pid, network).filter(({ pid }) => pid === child.pid);
      expect(found).toMatchObject([{ parent: process.pid, session: child.pid, command: 'sleep 60' }]);
      return found;
    },
    { within: 30_000 },
  );
  expect(findLeft(own, readProcesses())).toHaveLength(1);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(findLeft(own, readProcesses())).toEqual([]);
});
