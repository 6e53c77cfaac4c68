import { sameLate } from '../compare.ts';
import { usefulSizesOf } from '../fixed.ts';
import { inflowsOf } from '../inflow.ts';
import { type Outcome, simulate } from '../run.ts';
import type { Scaler } from '../seen.ts';
import type { Trace } from '../trace.ts';
import { cheapestWay, firstChange, type Stage } from './search.ts';
import { spread } from './spread.ts';
import { advance, type Course, courseOf, type Limits } from './worst-member.ts';

const mostTries = 3;
/** Of many useful sizes some are enough, and the search ends soon. */
const mostSizes = 16;

/**
 * A scaler that knows what will come and what members can do: it follows the cheapest sequence of useful sizes with which
 * no record is late, starts and rebalances paid. Where no sequence is punctual, it takes the cheapest of those that come
 * closest to it.
 *
 * A search plans it in a simpler world, where every partition is as far behind as the last one and every change stops all
 * (`cheapestWay`), and each plan is tried in the real one. So the true optimum may cost a little less, and where partitions
 * have loads of their own, more than a little; there sizes that are kept all the time are tried as well.
 */
export function oracle(trace: Trace): Scaler {
  const trials = stretchesOf(trace).flatMap((stretchSeconds) => tryPlans(trace, stretchSeconds));
  if ('perPartition' in trace.arrivals) trials.push(...tryEach(trace));
  const least = Math.min(...trials.map(({ outcome }) => outcome.lateShare));
  const [best] = trials
    .filter(({ outcome }) => outcome.lateShare <= (least === 0 ? 0 : least + sameLate))
    .sort((a, b) => a.outcome.replicaSeconds - b.outcome.replicaSeconds);
  return follow(trace, best?.stages ?? []);
}

interface Trial {
  stages: readonly Stage[];
  outcome: Outcome;
}

/** Where partitions have loads of their own, nobody can tell which stretch is right before it is tried. */
function stretchesOf({ arrivals, seconds, objective: { maxLagSeconds } }: Trace): number[] {
  if ('perSecond' in arrivals) return [seconds];
  return [1 / 2, 2, 8].map((part) => Math.min(seconds, Math.max(1, Math.round(part * maxLagSeconds))));
}

/** Each size, taken as soon as can be and kept. */
function tryEach(trace: Trace): Trial[] {
  return spread(usefulSizesOf(trace), mostSizes).map((replicas) => {
    const stages = [{ from: firstChange(trace), replicas }];
    return { stages, outcome: simulate(trace, follow(trace, stages)) };
  });
}

/** Plans until one is punctual: each time with so much to spare as the last one lacked. */
function tryPlans(trace: Trace, stretchSeconds: number): Trial[] {
  const { maxLagSeconds } = trace.objective;
  const sizes = sizesOf(trace, stretchSeconds);
  const trials: Trial[] = [];
  let aim = maxLagSeconds;
  while (trials.length < mostTries && aim >= 0) {
    const plan = planFor(trace, sizes, aim);
    const outcome = simulate(trace, follow(trace, plan.stages));
    trials.push({ stages: plan.stages, outcome });
    if (outcome.worstLagSeconds <= maxLagSeconds || !plan.isPunctual) break;
    aim -= Math.max(1, outcome.worstLagSeconds - maxLagSeconds);
  }
  return trials;
}

interface Plan {
  stages: readonly Stage[];
  /** False where nobody could keep to the objective all the time. */
  isPunctual: boolean;
}

interface Sizes {
  /** It can only be left where it is outside of the limits, or not useful. */
  start: Course;
  courses: readonly Course[];
}

function sizesOf(trace: Trace, stretchSeconds: number): Sizes {
  const most = trace.world.podQuota ?? Number.POSITIVE_INFINITY;
  const inflows = inflowsOf(trace);
  const start = courseOf(trace, inflows, Math.min(trace.replicas, most), stretchSeconds);
  const useful = usefulSizesOf(trace).filter((size) => size <= most);
  const courses = spread(useful, mostSizes).map((size) =>
    size === start.replicas ? start : courseOf(trace, inflows, size, stretchSeconds),
  );
  return { start, courses };
}

function planFor(trace: Trace, { start, courses }: Sizes, maxLagSeconds: number): Plan {
  const least = leastAges(trace, start, courses, maxLagSeconds);
  const isPunctual = least.every((age) => age <= maxLagSeconds);
  for (let spare = 0; ; spare = 2 * spare + 1) {
    // Where nobody could be punctual, a record may be as late as it has to be; what was rounded may need some more.
    const limits = least.map((age) => Math.max(maxLagSeconds, age + spare));
    const stages = cheapestWay(trace, courses, start, limits);
    if (stages !== undefined) return { stages, isPunctual };
  }
}

/** By second, the age of the oldest record with the size that is the least late when it is taken as soon as can be. */
function leastAges(trace: Trace, start: Course, courses: readonly Course[], maxLagSeconds: number): Limits {
  const lateOf = (ages: Limits) => ages.reduce((sum, age) => sum + Math.max(0, age - maxLagSeconds), 0);
  const all = [start, ...courses].map((course) => agesWith(trace, start, course));
  return all.reduce((best, ages) => (lateOf(ages) < lateOf(best) ? ages : best));
}

function agesWith(trace: Trace, start: Course, course: Course): Limits {
  const { seconds, world } = trace;
  const begins = course === start ? seconds : firstChange(trace);
  const unlimited = new Float64Array(seconds).fill(seconds);
  let cursor = 0;
  return Float64Array.from({ length: seconds }, (_, second) => {
    const stretch = {
      from: second,
      to: second + 1,
      pausedUntil: second < begins ? 0 : begins + world.rebalanceSeconds,
    };
    cursor = advance(second < begins ? start : course, cursor, stretch, unlimited) ?? cursor;
    return second - Math.min(second, Math.floor(cursor));
  });
}

/** Pods are asked for in time to be ready when their stage begins. */
function follow(trace: Trace, stages: readonly Stage[]): Scaler {
  const planned = new Array<number>(trace.seconds + 1).fill(trace.replicas);
  let before = trace.replicas;
  for (const { from, replicas } of stages) {
    const asksAt = replicas > before ? from - Math.ceil(trace.world.podStartSeconds) : from;
    planned.fill(replicas, asksAt);
    before = replicas;
  }
  return {
    name: 'oracle',
    setting: '',
    everySeconds: 1,
    decide: ({ second }) => ({ replicas: planned[second + 1] ?? before, reason: 'Known' }),
  };
}
