import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessRow {
  pid: number;
  parent: number;
  session: number;
  /** Clock ticks since the machine started; with `pid` it tells a process from a later one of the same number. */
  startedTicks: number;
  /** Ended, and only its entry is still there. */
  zombie: boolean;
  command: string;
  environment: string;
}

/** Every process that can be read. */
export function readProcesses(): readonly ProcessRow[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      const stat = read(`/proc/${pid}/stat`);
      return stat ? [parseProcess(stat, read(`/proc/${pid}/cmdline`), read(`/proc/${pid}/environ`))] : [];
    });
}

/** It may have ended meanwhile, or belong to somebody else. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** The fields of `/proc/PID/stat` are those of proc_pid_stat(5); the second, in brackets, may hold anything. */
export function parseProcess(stat: string, commandLine: string, environment: string): ProcessRow {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const field = (number: number) => fields[number - 3] ?? '';
  return {
    pid: Number.parseInt(stat, 10),
    parent: Number(field(4)),
    session: Number(field(6)),
    startedTicks: Number(field(22)),
    zombie: field(3) === 'Z' || field(3) === 'X',
    command: commandLine.replaceAll('\0', ' ').trim(),
    environment,
  };
}

/**
 * What process `root` has running: all that descends from it, and what lost its parent but was started for an address
 * of `network`, such as `127.100.3.`. Reapers are left out: they guard the rest and end with `root` itself.
 */
export function findOwn(rows: readonly ProcessRow[], root: number, network: string): readonly ProcessRow[] {
  const children = Map.groupBy(rows, ({ parent }) => parent);
  const descend = (pid: number): readonly ProcessRow[] =>
    (children.get(pid) ?? []).flatMap((row) => [row, ...descend(row.pid)]);
  const own = new Set(descend(root));
  for (const row of rows) if (row.pid !== root && row.environment.includes(network)) own.add(row);
  return [...own].filter(({ command }) => !command.includes('/setup/reaper.mjs'));
}

/** Those of `own` that are still there, and others in the sessions that they led. */
export function findLeft(own: readonly ProcessRow[], rows: readonly ProcessRow[]): readonly ProcessRow[] {
  const identity = ({ pid, startedTicks }: ProcessRow) => `${pid} ${startedTicks}`;
  const known = new Set(own.map(identity));
  const sessions = new Set(own.filter(({ pid, session }) => pid === session).map(({ session }) => session));
  return rows.filter((row) => !row.zombie && (known.has(identity(row)) || sessions.has(row.session)));
}
