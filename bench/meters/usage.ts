import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;
/** Sets the high-water mark of a process back to what it holds now: proc_pid_clear_refs(5). */
const RESET_PEAK = '5';

export interface Usage {
  cpuSeconds: number;
  residentMiB: number;
  /** The most that was resident since the last `resetPeak`. */
  peakMiB: number;
}

/** Fields 6 and 14 to 17 of `/proc/PID/stat`, see proc_pid_stat(5); the second, in brackets, may hold anything. */
export function parseStat(stat: string): { session: number; cpuSeconds: number } {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const field = (number: number) => Number(fields[number - 3]);
  const ticks = field(14) + field(15) + field(16) + field(17);
  return { session: field(6), cpuSeconds: ticks / TICKS_PER_SECOND };
}

/** A field of `/proc/PID/status` that is given in kB. */
export function parseMiB(status: string, field: string): number {
  const [, kilobytes = '0'] = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status) ?? [];
  return Number(kilobytes) / 1_024;
}

/** What the processes of a session take together. */
export function readUsage(session: number): Usage {
  const processes = processesOf(session);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const statuses = processes.map(({ pid }) => readOf(pid, 'status'));
  return {
    cpuSeconds: sum(processes.map(({ cpuSeconds }) => cpuSeconds)),
    residentMiB: sum(statuses.map((status) => parseMiB(status, 'VmRSS'))),
    peakMiB: sum(statuses.map((status) => parseMiB(status, 'VmHWM'))),
  };
}

export function resetPeak(session: number): void {
  for (const { pid } of processesOf(session)) writeFileSync(`/proc/${pid}/clear_refs`, RESET_PEAK);
}

function processesOf(session: number): readonly { pid: string; cpuSeconds: number }[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((pid) => ({ pid, ...parseStat(readOf(pid, 'stat')) }))
    .filter((process) => process.session === session);
}

/** Empty when the process has ended meanwhile. */
function readOf(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
