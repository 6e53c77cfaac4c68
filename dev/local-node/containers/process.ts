import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';

/** `spawn` of `node:child_process`, for a child that leads an own process group. */
export type SpawnChild = (
  command: string,
  args: readonly string[],
  options: { cwd: string; env: Record<string, string>; stdio: ['ignore', number, number]; detached: true },
) => ChildProcess;

export interface Launch {
  command: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  /** Output is appended here. */
  logFile: string;
}

export interface ProcessEnd {
  /** As a shell tells it: 128 and the signal's number for a process that a signal ended. */
  exitCode: number;
  signal?: number;
  /** Why it could not be started. */
  startError?: string;
}

/** A process and all that it started. */
export interface ProcessGroup {
  pid: number | undefined;
  /** Resolves when the first process of the group is gone; what is left of the group is killed then. */
  ended: Promise<ProcessEnd>;
  signal(signal: NodeJS.Signals): void;
}

export type StartGroup = (launch: Launch) => ProcessGroup;

/** What a container runtime reports for a command that could not be started. */
const CANNOT_START = 128;

export function startGroup(launch: Launch, spawnChild: SpawnChild): ProcessGroup {
  const [file = '', ...args] = launch.command;
  const log = openSync(launch.logFile, 'a');
  try {
    const env = { ...launch.env };
    const child = spawnChild(file, args, { cwd: launch.cwd, env, stdio: ['ignore', log, log], detached: true });
    return groupOf(child);
  } catch (error) {
    return { pid: undefined, ended: Promise.resolve(cannotStart(error)), signal: () => {} };
  } finally {
    closeSync(log);
  }
}

function groupOf(child: ChildProcess): ProcessGroup {
  let over = false;
  const signal = (name: NodeJS.Signals) => {
    if (!over) signalGroup(child.pid, name);
  };
  const ended = whenEnded(child).finally(() => {
    signal('SIGKILL');
    // From here on the process id may be that of another process.
    over = true;
  });
  return { pid: child.pid, ended, signal };
}

function whenEnded(child: ChildProcess): Promise<ProcessEnd> {
  const { promise, resolve } = Promise.withResolvers<ProcessEnd>();
  child.once('error', (error) => {
    if (child.pid === undefined) resolve(cannotStart(error));
  });
  child.once('exit', (code, signal) => {
    const number = signal === null ? 0 : constants.signals[signal];
    resolve(signal === null ? { exitCode: code ?? 0 } : { exitCode: 128 + number, signal: number });
  });
  return promise;
}

function cannotStart(error: unknown): ProcessEnd {
  return { exitCode: CANNOT_START, startError: error instanceof Error ? error.message : String(error) };
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone already.
  }
}
