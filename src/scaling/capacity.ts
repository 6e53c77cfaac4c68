import type { GroupFacts } from './facts.ts';
import type { PartitionLoad } from './rates.ts';

/** A new sample's part of the mean. */
const sampleWeight = 0.3;
/** Of what comes in: members that get through so much of it while lag builds up work as fast as they can. */
const nearly = 0.85;

/** What is known of how much one group member can process. */
export interface Capacity {
  /** Records per second that members were seen to do: the truth if `measured`, else a lower bound of it. */
  rate: number;
  /** The rate is that of members that always had work: good to grow by, not only to shrink by. */
  measured: boolean;
  /** The group was too small once, so that `rate` is close to the truth. */
  overloaded: boolean;
}

export const unknownCapacity: Capacity = { rate: 0, measured: false, overloaded: false };

interface MemberWork {
  rate: number;
  /** It never ran out of work in the window of `rate`. */
  busy: boolean;
}

/** How long the same members have read the same partitions; 0 while they do not. */
export function steadyMs({ steadySinceMs, sampledAtMs }: GroupFacts): number {
  return steadySinceMs === undefined ? 0 : sampledAtMs - steadySinceMs;
}

/** Whether they have done so for all of the window of their rates. */
export function isSteady(group: GroupFacts): boolean {
  return steadyMs(group) >= group.commitWindowMs;
}

/** Takes in one snapshot. Starting pods and moving partitions say nothing of capacity: only a steady group counts. */
export function learnCapacity(capacity: Capacity, group: GroupFacts, loads: readonly PartitionLoad[]): Capacity {
  const seen = meanRate(group, loads);
  const busy = busyRate(group, loads);
  if (busy !== undefined) {
    const rate = capacity.measured ? approach(capacity.rate, busy) : busy;
    return { rate, measured: true, overloaded: true };
  }
  return seen !== undefined && seen > capacity.rate ? { ...capacity, rate: approach(capacity.rate, seen) } : capacity;
}

/** What members do that always have work: their median; `undefined`: none is so busy, or the group is not steady. */
export function busyRate(group: GroupFacts, loads: readonly PartitionLoad[]): number | undefined {
  if (!isSteady(group)) return undefined;
  const rates = workOf(group, loads).flatMap(({ busy, rate }) => (busy && rate > 0 ? [rate] : []));
  return rates.toSorted((a, b) => a - b)[Math.floor(rates.length / 2)];
}

/**
 * The group is settled and yet too small for what comes in, so no member can do more than its share of that. If members
 * get through nearly all of it, what they do is what they can.
 */
export function noteOverload(capacity: Capacity, group: GroupFacts, loads: readonly PartitionLoad[]): Capacity {
  const share = loads.reduce((sum, { arrival }) => sum + arrival, 0) / Math.max(1, group.members.length);
  const seen = meanRate(group, loads) ?? 0;
  if (seen > 0 && seen >= nearly * share) return { rate: seen, measured: true, overloaded: true };
  return { rate: Math.min(capacity.rate, share), measured: false, overloaded: true };
}

/** What members do on average; `undefined`: the group is not steady. */
export function meanRate(group: GroupFacts, loads: readonly PartitionLoad[]): number | undefined {
  if (!isSteady(group)) return undefined;
  const rates = workOf(group, loads).map(({ rate }) => rate);
  return rates.length === 0 ? undefined : rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
}

function approach(rate: number, sample: number): number {
  return rate + sampleWeight * (sample - rate);
}

/**
 * A partition whose oldest waiting record is older than the window had work at every moment of it, and so had its
 * member. A member with a partition that does not move is left out: it may be held up.
 */
function workOf({ members, commitWindowMs }: GroupFacts, loads: readonly PartitionLoad[]): MemberWork[] {
  const loadAt = new Map(loads.map((load) => [placeOf(load.topic, load.partition), load]));
  return members.flatMap(({ assignment }) => {
    const places = [...assignment].flatMap(([topic, numbers]) => numbers.map((number) => placeOf(topic, number)));
    const own = places.flatMap((place) => loadAt.get(place) ?? []);
    if (own.length === 0 || own.some(({ progress }) => progress !== 'moving')) return [];
    const rate = own.reduce((sum, { commitRate }) => sum + commitRate, 0);
    return [{ rate, busy: own.some(({ lagSeconds }) => (lagSeconds ?? 0) * 1000 >= commitWindowMs) }];
  });
}

function placeOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}
