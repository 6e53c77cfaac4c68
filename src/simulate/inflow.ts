import type { Trace } from './trace.ts';

/** What comes into one partition. Partitions that differ only in their share have one list together. */
export interface Inflow {
  /** Units that have come by the end of the first n seconds, at index n. */
  total: Float64Array;
  /** Records in one unit. */
  share: number;
}

/** By partition. */
export function inflowsOf({ seconds, partitions, weights, arrivals }: Trace): Inflow[] {
  if ('perPartition' in arrivals) {
    return arrivals.perPartition.map((perSecond) => ({ total: runningTotal(perSecond, seconds), share: 1 }));
  }
  const total = runningTotal(arrivals.perSecond, seconds);
  return sharesOf(partitions, weights).map((share) => ({ total, share }));
}

/** Records that come in during each second, of all partitions. */
export function arrivingOf({ arrivals, seconds }: Trace): number[] {
  if ('perSecond' in arrivals) return [...arrivals.perSecond];
  return Array.from({ length: seconds }, (_, second) =>
    arrivals.perPartition.reduce((sum, own) => sum + (own[second] ?? 0), 0),
  );
}

function sharesOf(partitions: number, weights: readonly number[] = []): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return Array.from({ length: partitions }, (_, at) => (sum > 0 ? (weights[at] ?? 0) / sum : 1 / partitions));
}

function runningTotal(perSecond: readonly number[], seconds: number): Float64Array {
  const total = new Float64Array(seconds + 1);
  for (let second = 0; second < seconds; second += 1) {
    total[second + 1] = (total[second] ?? 0) + (perSecond[second] ?? 0);
  }
  return total;
}
