import { usefulSizes } from '../scaling/sizes.ts';
import type { Scaler } from './seen.ts';
import type { Trace } from './trace.ts';

/** The sizes worth having on a trace, ascending. */
export function usefulSizesOf({ partitions, objective }: Trace): number[] {
  const { minReplicas, maxReplicas = partitions } = objective;
  const shape = { partitionsByTopic: [partitions], dealing: 'inTurn', membersPerReplica: 1 } as const;
  const sizes = usefulSizes(shape, { min: Math.max(1, minReplicas), max: maxReplicas });
  return minReplicas === 0 ? [0, ...sizes] : sizes;
}

/** One size all the time. */
export function fixed(replicas: number): Scaler {
  return {
    name: 'static',
    setting: String(replicas),
    everySeconds: 1,
    decide: () => ({ replicas, reason: 'Fixed' }),
  };
}
