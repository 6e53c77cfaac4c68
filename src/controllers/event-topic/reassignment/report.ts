import type { EventTopicStatus } from '../../../crds/event-topic.ts';
import type { TopicState } from '../../../ports/kafka.ts';
import { isMoving } from './moving.ts';
import type { ObservedReplicas } from './observe.ts';
import { settledReplicas } from './placement.ts';
import { fewestReplicas } from './plan.ts';

/** A status that is written for each of thousands of partitions would be worth less than it costs. */
const steps = 10;

/** How far a reassignment of ours is; `undefined`: there is none. Told in tenths, rounded down, so that it is written seldom. */
export function reassignmentProgress(
  wanted: number | undefined,
  replicas: ObservedReplicas | undefined,
): EventTopicStatus['reassignment'] {
  if (wanted === undefined || replicas?.record === undefined) return undefined;
  const { partitions } = replicas;
  const done = partitions.filter((one) => !isMoving(one) && settledReplicas(one).length === wanted).length;
  const step = Math.ceil(partitions.length / steps);
  return {
    targetReplicationFactor: wanted,
    partitionsDone: done === partitions.length ? done : Math.floor(done / step) * step,
    partitionsTotal: partitions.length,
  };
}

/** While replicas are on their way, the brokers count them as if they were there. */
export function withSettledReplicas(topic: TopicState, replicas: ObservedReplicas | undefined): TopicState {
  return replicas === undefined ? topic : { ...topic, replicationFactor: fewestReplicas(replicas.partitions) };
}
