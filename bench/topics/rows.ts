import { byVerb, type RequestCounts } from '../meters/audit-log.ts';
import { median, percentile, round } from '../statistics.ts';
import { type FloorTimes, secondsOfFloor } from './floor.ts';
import type { PhaseFigures } from './pass.ts';
import type { Phase } from './phases.ts';

/** One phase of one round, as it is printed. */
export interface Row {
  phase: Phase;
  round: number;
  n: number;
  /** From the first request to the last resource that is done. */
  seconds: number;
  /** Per resource, from its request until it is done. */
  p50Ms: number;
  p99Ms: number;
  /** Of the operator, by verb. */
  apiRequests: Readonly<Record<string, number>>;
  /** The same by verb and resource. */
  apiRequestsByResource: Readonly<Record<string, number>>;
  operatorCpuSeconds: number;
  /** The most that the operator held in this phase. */
  rssMiB: number;
  floorSeconds: number;
  floorParts: FloorTimes;
  /** Statuses that were written, per resource. */
  statusWrites: number;
  /** seconds / floorSeconds. */
  ratio: number;
  /** What `ratio` should be at most. */
  aim: number;
  /** How many processes wanted to run, in the last minute: more than there are processors, and seconds say little. */
  load: number;
}

export interface Measured {
  phase: Phase;
  round: number;
  figures: PhaseFigures;
  floor: FloorTimes;
  aim: number;
  load: number;
}

export function rowOf({ phase, round: number, figures, floor, aim, load }: Measured): Row {
  const { seconds, tookMs, requests, cpuSeconds, peakMiB } = figures;
  const floorSeconds = secondsOfFloor(floor);
  const { batch, ...parts } = floor;
  return {
    phase,
    round: number,
    n: tookMs.length,
    seconds: round(seconds, 3),
    p50Ms: round(percentile(tookMs, 0.5), 0),
    p99Ms: round(percentile(tookMs, 0.99), 0),
    apiRequests: byVerb(requests),
    apiRequestsByResource: Object.fromEntries([...requests].sort()),
    operatorCpuSeconds: round(cpuSeconds, 2),
    rssMiB: round(peakMiB, 0),
    floorSeconds: round(floorSeconds, 3),
    floorParts: { ...roundAll(parts), batch },
    statusWrites: round(statusWritesOf(requests) / tookMs.length, 2),
    ratio: round(seconds / floorSeconds, 2),
    aim,
    load: round(load, 1),
  };
}

export function statusWritesOf(requests: RequestCounts): number {
  return [...requests].reduce((sum, [request, count]) => (request.endsWith('/status') ? sum + count : sum), 0);
}

function roundAll<Field extends string>(values: Readonly<Record<Field, number>>): Record<Field, number> {
  const rounded = Object.entries<number>(values).map(([name, value]) => [name, round(value, 3)]);
  return Object.fromEntries(rounded);
}

/** Medians of a phase over all rounds. */
export interface PhaseSummary
  extends Pick<Row, 'n' | 'seconds' | 'floorSeconds' | 'ratio' | 'aim' | 'statusWrites' | 'load'> {}

/** The line to quote. */
export interface Summary {
  medianOfRounds: number;
  phases: Readonly<Record<string, PhaseSummary>>;
}

export function summaryOf(rows: readonly Row[]): Summary {
  const phases = [...Map.groupBy(rows, ({ phase }) => phase)].map(([phase, group]) => {
    const of = (field: Exclude<keyof PhaseSummary, 'n'>) => median(group.map((row) => row[field]));
    const summary: PhaseSummary = {
      n: group[0]?.n ?? 0,
      seconds: round(of('seconds'), 3),
      floorSeconds: round(of('floorSeconds'), 3),
      ratio: round(of('ratio'), 2),
      aim: of('aim'),
      statusWrites: of('statusWrites'),
      load: of('load'),
    };
    return [phase, summary] as const;
  });
  return { medianOfRounds: new Set(rows.map((row) => row.round)).size, phases: Object.fromEntries(phases) };
}
