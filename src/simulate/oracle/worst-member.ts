import { dealInRuns, dealInTurn } from '../assignors.ts';
import type { Inflow } from '../inflow.ts';
import { rateOf, type Trace } from '../trace.ts';

/** With one size: what the busiest member has to do, and what it can. */
export interface Course {
  replicas: number;
  /** Records of that member that have come by the end of the first n seconds, at index n. */
  work: Float64Array;
  /** Records that it can process in each second. */
  rate: Float64Array;
}

/**
 * Each stretch of the trace counts with the member that is the busiest in it, as if nobody went on to the next stretch
 * before all had finished this one: too much where the busiest is another one each time, too little where a stretch is so
 * long that a partition's bursts are lost in it.
 */
export function courseOf(trace: Trace, inflows: readonly Inflow[], replicas: number, stretchSeconds: number): Course {
  const { seconds, partitions, world } = trace;
  const rate = new Float64Array(seconds);
  const limit = world.downstreamPerSecond ?? Number.POSITIVE_INFINITY;
  for (let second = 0; second < seconds; second += 1) {
    rate[second] = replicas === 0 ? 0 : Math.min(rateOf(world, second), limit / replicas);
  }
  const inTurn = world.protocol !== 'eager' || world.assignor === 'roundrobin';
  const dealt = (inTurn ? dealInTurn : dealInRuns)(partitions, Math.max(1, replicas));
  return { replicas, rate, work: workOf(inflows, dealt, { seconds, stretchSeconds }) };
}

function workOf(
  inflows: readonly Inflow[],
  dealt: readonly (readonly number[])[],
  { seconds, stretchSeconds }: { seconds: number; stretchSeconds: number },
): Float64Array {
  const upTo = (own: readonly number[], second: number) =>
    own.reduce((sum, at) => sum + (inflows[at]?.total[second] ?? 0) * (inflows[at]?.share ?? 0), 0);
  const work = new Float64Array(seconds + 1);
  for (let from = 0; from < seconds; from += stretchSeconds) {
    const to = Math.min(seconds, from + stretchSeconds);
    const loads = dealt.map((own) => upTo(own, to) - upTo(own, from));
    const busiest = dealt[loads.indexOf(Math.max(...loads))] ?? [];
    const [before, begun] = [work[from] ?? 0, upTo(busiest, from)];
    for (let second = from; second < to; second += 1) {
      work[second + 1] = before + upTo(busiest, second + 1) - begun;
    }
  }
  return work;
}

/** Until where the oldest waiting record has come: a second, and the part of its records that is done. */
export type Cursor = number;

export interface Stretch {
  from: number;
  to: number;
  /** No work before this second. */
  pausedUntil: number;
}

/** By second: how old the oldest waiting record may be. */
export type Limits = Float64Array;

/** Works from one second to another. `undefined`: a record would wait longer than it may. */
export function advance(
  { work, rate }: Course,
  cursor: Cursor,
  { from, to, pausedUntil }: Stretch,
  limits: Limits,
): Cursor | undefined {
  let oldest = Math.floor(cursor);
  let done = doneAt(work, cursor);
  for (let second = from; second < to; second += 1) {
    const come = work[second + 1] ?? 0;
    if (second >= pausedUntil) done = Math.min(come, done + (rate[second] ?? 0));
    while (oldest <= second && (work[oldest + 1] ?? 0) <= done) oldest += 1;
    if (second - oldest > (limits[second] ?? 0)) return undefined;
  }
  const [start, end] = [work[oldest] ?? 0, work[oldest + 1] ?? 0];
  return end > start ? oldest + Math.max(0, done - start) / (end - start) : oldest;
}

function doneAt(work: Float64Array, cursor: Cursor): number {
  const second = Math.floor(cursor);
  const [start, end] = [work[second] ?? 0, work[second + 1] ?? work[second] ?? 0];
  return start + (cursor - second) * (end - start);
}
