import type { Seen, SeenOffsets } from '../../../src/simulate/seen.ts';
import type { Trace, World } from '../../../src/simulate/trace.ts';

/** Ten minutes of 60 records per second on six partitions, for members that process 20, with nothing that delays. */
export function traceOf(changes: Partial<Omit<Trace, 'world'>> = {}, world: Partial<World> = {}): Trace {
  const { seconds = 600 } = changes;
  return {
    name: 'sample',
    seconds,
    partitions: 6,
    replicas: 3,
    arrivals: { perSecond: new Array<number>(seconds).fill(60) },
    objective: { maxLagSeconds: 30, minReplicas: 1 },
    world: {
      ratePerMember: 20,
      podStartSeconds: 0,
      rebalanceSeconds: 0,
      protocol: 'eager',
      commitSeconds: 1,
      ...world,
    },
    ...changes,
  };
}

/** What a scaler sees of partitions with these lags. */
export function seenOf(replicas: number, lags: readonly number[], changes: Partial<Seen> = {}): Seen {
  const offsets = lags.map((lag): SeenOffsets => ({ end: lag, committed: 0 }));
  return {
    second: 0,
    replicas,
    ready: replicas,
    arrivedAt: () => 0,
    work: { processed: 0, busySeconds: 0 },
    group: { protocol: 'classic', state: 'Stable', assignor: 'range', members: [], offsets },
    ...changes,
  };
}
