import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { eventually } from '../helpers/eventually.ts';

const RUN = fileURLToPath(new URL('abandoned-room.ts', import.meta.url));
/** Either version of control groups. */
const CONTROL_GROUPS = existsSync('/sys/fs/cgroup/pids') ? '/sys/fs/cgroup/pids' : '/sys/fs/cgroup';

/** Processes of a process namespace, as the kernel calls it. */
function membersOf(namespace: string): readonly string[] {
  const isMember = (entry: string) => {
    try {
      return readlinkSync(`/proc/${entry}/ns/pid`) === namespace;
    } catch {
      return false;
    }
  };
  return readdirSync('/proc').filter((entry) => /^\d+$/.test(entry) && isMember(entry));
}

it.each(['SIGKILL', 'SIGTERM'] as const)('leaves nothing of a room whose run got %s', async (signal) => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-room-'));
  const stdio = ['ignore', 'pipe', 'inherit'] as const;
  const run = spawn(process.execPath, [RUN, folder, CONTROL_GROUPS], { stdio: [...stdio] });
  const [line] = await once(createInterface({ input: run.stdout }), 'line');
  const { namespace, cgroup }: { namespace: string; cgroup: string } = JSON.parse(line);
  expect(membersOf(namespace).length).toBeGreaterThan(1);
  expect(existsSync(join(CONTROL_GROUPS, cgroup))).toBe(true);
  // The room's mounts are nobody else's, even while it is open.
  expect(readFileSync('/proc/mounts', 'utf8')).not.toContain(folder);

  run.kill(signal);

  await eventually(() => expect(membersOf(namespace)).toEqual([]), { within: 20_000 });
  await eventually(() => expect(existsSync(join(CONTROL_GROUPS, cgroup))).toBe(false), { within: 20_000 });
  rmSync(folder, { recursive: true });
});
