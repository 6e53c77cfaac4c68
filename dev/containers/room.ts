import { type ChildProcess, execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { endGroup, type Nursery } from '../setup/processes.mjs';

const SCRIPT = fileURLToPath(new URL('room.sh', import.meta.url));
const MAX_OUTPUT = 64 * 2 ** 20;

/** How a command ended. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Where containers are built and run: nothing of them outlives it, and the machine's own containers are not touched. */
export interface Room {
  /** Of what is kept while the room is open; it goes with the room. */
  readonly folder: string;
  /** The parent of the containers' control groups, for podman's `--cgroup-parent`. */
  readonly cgroupParent: string;
  /** Runs a command in the room to its end, whatever that is. */
  try(command: string, args: readonly string[], options?: { input?: string }): Promise<Outcome>;
  /**
   * Runs a command that must succeed and returns what it printed.
   * @throws when it fails; the message holds what it printed to standard error
   */
  run(command: string, args: readonly string[]): Promise<string>;
  close(): Promise<void>;
}

/** Opens a room, for root. It ends with `nursery` at the latest. */
export async function openRoom(folder: string, nursery: Nursery): Promise<Room> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const cgroup = `sluice-${randomUUID()}`;
  const keeper = nursery.spawn(SCRIPT, [folder, cgroup], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lost = once(keeper, 'exit').then(([code]) => Promise.reject(new Error(`no room opened: exit code ${code}`)));
  await Promise.race([once(createInterface({ input: keeper.stdout as Readable }), 'line'), lost]);
  // The rejection of a room that ends later is nobody's concern.
  lost.catch(() => {});
  const inside = ['--target', String(firstProcessOf(keeper)), '--mount', '--pid', '--'];
  const env = {
    ...process.env,
    CONTAINERS_CONF: join(folder, 'containers.conf'),
    CONTAINERS_STORAGE_CONF: join(folder, 'storage.conf'),
    // Layers are put together there; what a killed build leaves goes with the run's other files.
    TMPDIR: folder,
  };
  const attempt: Room['try'] = (command, args, { input = '' } = {}) =>
    new Promise((resolve) => {
      const options = { env, maxBuffer: MAX_OUTPUT };
      const running = execFile('nsenter', [...inside, command, ...args], options, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        resolve({ code, stdout, stderr });
      });
      // A command that reads nothing may be gone before it could.
      running.stdin?.on('error', () => {}).end(input);
    });
  return {
    folder,
    cgroupParent: `/${cgroup}`,
    try: attempt,
    run: async (command, args) => {
      const { code, stdout, stderr } = await attempt(command, args);
      if (code === 0) return stdout;
      throw new Error(`${command} ${args.join(' ')} ended with exit code ${code}:\n${stderr.trim()}`);
    },
    close: async () => {
      await endGroup(keeper);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The first process in the room: the grandchild of the script, by way of `unshare`. */
function firstProcessOf({ pid = 0 }: ChildProcess): number {
  return onlyChildOf(onlyChildOf(pid));
}

function onlyChildOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
}
