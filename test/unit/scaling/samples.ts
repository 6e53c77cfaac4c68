import { type Decision, decideReplicas } from '../../../src/scaling/decide.ts';
import type { GroupFacts, PartitionFacts, ScalingFacts, ScalingSpec } from '../../../src/scaling/facts.ts';
import { type EngineState, initialEngineState } from '../../../src/scaling/state.ts';

/** One o'clock on a clock that started at midnight: late enough for any window to have passed. */
export const nowMs = 3_600_000;

export function specOf(changes: Partial<ScalingSpec> = {}): ScalingSpec {
  return { mode: 'Auto', minReplicas: 1, maxLagSeconds: 60, policy: 'Cost', ratePerReplica: 100, ...changes };
}

export function partitionOf(
  partition: number,
  changes: Partial<PartitionFacts> & { arrival?: number } = {},
): PartitionFacts {
  const { arrival = 0, ...others } = changes;
  return {
    topic: 'orders',
    partition,
    lag: 0,
    lagSeconds: 0,
    arrivalRate: { short: arrival, long: arrival },
    commitRate: arrival,
    idleMs: 0,
    ...others,
  };
}

/** A settled group of `members`, with the partitions dealt out one by one. */
export function groupOf(
  members: number,
  partitions: readonly PartitionFacts[],
  changes: Partial<GroupFacts> = {},
): GroupFacts {
  const numbersOf = (index: number) =>
    partitions.map(({ partition }) => partition).filter((at) => at % members === index);
  return {
    groupId: 'payments',
    sampledAtMs: nowMs,
    known: true,
    problem: undefined,
    state: members === 0 ? 'Empty' : 'Stable',
    assignor: 'roundrobin',
    members: Array.from({ length: members }, (_, index) => ({ assignment: new Map([['orders', numbersOf(index)]]) })),
    steadySinceMs: 0,
    commitIntervalMs: 5_000,
    commitWindowMs: 20_000,
    partitions,
    ...changes,
  };
}

/** `count` partitions that share `arrival` records per second and are processed as fast as records arrive. */
export function evenPartitions(
  count: number,
  arrival: number,
  changes: Partial<PartitionFacts> = {},
): PartitionFacts[] {
  return Array.from({ length: count }, (_, at) => partitionOf(at, { arrival: arrival / count, ...changes }));
}

export function factsOf(
  replicas: number,
  group: GroupFacts | undefined,
  changes: Partial<ScalingFacts> = {},
): ScalingFacts {
  return { replicas, ready: replicas, group, ...changes };
}

/** An operator that has watched the group for an hour, with nothing in the window any more. */
export function watchedState(replicas: number, changes: Partial<EngineState> = {}): EngineState {
  const known = { firstMs: 0, lastMs: nowMs - 5_000 };
  return { ...initialEngineState(replicas, 0), known, window: [], overPolls: 1, need: 10_000, ...changes };
}

export interface Situation {
  spec?: Partial<ScalingSpec>;
  replicas: number;
  /** By default six that get 50 records per second together and have no lag. */
  partitions?: PartitionFacts[];
  group?: Partial<GroupFacts>;
  facts?: Partial<ScalingFacts>;
  state?: Partial<EngineState>;
}

/** One row of a table of decisions. */
export interface Case extends Situation {
  it: string;
  decision: Partial<Decision>;
}

export function decideIn({ spec, replicas, partitions = evenPartitions(6, 50), group, facts, state }: Situation) {
  const seen = factsOf(replicas, groupOf(replicas, partitions, group), facts);
  return decideReplicas(specOf(spec), seen, watchedState(replicas, state), nowMs);
}

export const backlog = { lag: 3_000, lagSeconds: 90 };
