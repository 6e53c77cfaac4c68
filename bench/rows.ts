import { byVerb } from './audit-log.ts';
import { type FloorTimes, secondsOfFloor } from './floor.ts';
import type { PhaseFigures } from './pass.ts';
import type { Phase } from './phases.ts';
import { median, percentile, round } from './statistics.ts';

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
  /** seconds / floorSeconds. */
  ratio: number;
}

export interface Measured {
  phase: Phase;
  round: number;
  figures: PhaseFigures;
  floor: FloorTimes;
}

export function rowOf({ phase, round: number, figures, floor }: Measured): Row {
  const { seconds, tookMs, requests, cpuSeconds, peakMiB } = figures;
  const floorSeconds = secondsOfFloor(floor);
  const { resources, topics, batch, statuses } = floor;
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
    floorParts: { resources: round(resources, 3), topics: round(topics, 3), batch, statuses: round(statuses, 3) },
    ratio: round(seconds / floorSeconds, 2),
  };
}

/** The line to quote: medians of all rounds, by phase. */
export interface Summary {
  medianOfRounds: number;
  phases: Readonly<Record<string, { n: number; seconds: number; floorSeconds: number; ratio: number }>>;
}

export function summaryOf(rows: readonly Row[]): Summary {
  const phases = [...Map.groupBy(rows, ({ phase }) => phase)].map(([phase, group]) => {
    const of = (field: 'seconds' | 'floorSeconds' | 'ratio') => median(group.map((row) => row[field]));
    const n = group[0]?.n ?? 0;
    const figures = { n, seconds: round(of('seconds'), 3), floorSeconds: round(of('floorSeconds'), 3) };
    return [phase, { ...figures, ratio: round(of('ratio'), 2) }] as const;
  });
  return { medianOfRounds: new Set(rows.map((row) => row.round)).size, phases: Object.fromEntries(phases) };
}
