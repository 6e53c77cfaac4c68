import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { parseMiB, parseStat, readUsage, resetPeak } from '../../../../bench/meters/usage.ts';
import { eventually } from '../../../helpers/eventually.ts';

it('reads a process whose name has spaces and brackets', () => {
  const stat = '42 (a (b) c) S 7 42 40 0 -1 4194560 1 2 3 4 250 30 15 5 20 0 1 0 123456 1000 10';
  expect(parseStat(stat)).toEqual({ session: 40, cpuSeconds: 3 });
});

it('takes the field that is asked for', () => {
  const status = 'Name:\tnode\nVmPeak:\t 4096 kB\nVmHWM:\t 2048 kB\nVmRSS:\t 1024 kB\n';
  expect(parseMiB(status, 'VmHWM')).toBe(2);
  expect(parseMiB(status, 'VmRSS')).toBe(1);
  expect(parseMiB(status, 'VmLck')).toBe(0);
});

it('measures all processes of a session, and what they held at most', async () => {
  // The shell's child holds 64 MiB, says so, lets go of them and says so.
  const script = `
    let held = Buffer.alloc(64 * 2 ** 20, 1);
    console.log('held');
    process.stdin.once('data', () => { held = undefined; gc(); console.log('free'); process.stdin.resume(); });
  `;
  const command = `"${process.execPath}" --expose-gc -e "$SCRIPT"; true`;
  const child = spawn('sh', ['-c', command], { detached: true, env: { ...process.env, SCRIPT: script } });
  const pid = child.pid ?? 0;
  try {
    await once(child.stdout, 'data');
    const before = readUsage(pid);
    expect(before.residentMiB).toBeGreaterThan(64);
    expect(before.cpuSeconds).toBeGreaterThan(0);
    child.stdin.write('go\n');
    await once(child.stdout, 'data');
    expect(readUsage(pid).peakMiB).toBeGreaterThanOrEqual(before.residentMiB - 1);
    // What was collected is given back by a thread of its own.
    const freed = () => {
      resetPeak(pid);
      expect(readUsage(pid).peakMiB).toBeLessThan(before.residentMiB - 48);
    };
    await eventually(freed, { within: 60_000 });
  } finally {
    process.kill(-pid, 'SIGKILL');
  }
});

it('measures nothing of a session that is not there', () => {
  expect(readUsage(-1)).toEqual({ cpuSeconds: 0, residentMiB: 0, peakMiB: 0 });
});
