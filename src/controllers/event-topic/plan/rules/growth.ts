import type { EventTopic } from '../../../../crds/event-topic.ts';
import { Reason } from '../../../../crds/reasons.ts';
import type { Blocked } from '../../../../runtime/kind.ts';
import { refuse } from '../../../blocked.ts';
import type { Growing } from '../../observed.ts';
import { refuseTooManyPartitions } from './policy.ts';

export function refuseShrinking(_resource: EventTopic, { topic, wanted }: Growing): Blocked | undefined {
  if (wanted > topic.partitions) return undefined;
  return refuse(Reason.PartitionDecreaseRefused, {
    what: `${described({ topic, wanted })}: partitions never shrink`,
    next: `set spec.partitions to ${topic.partitions} or more`,
  });
}

export function refuseMorePartitions(_resource: EventTopic, { use, topic, wanted }: Growing): Blocked | undefined {
  return refuseTooManyPartitions(use, wanted, topic.partitions);
}

export function refuseMovedKeys({ spec }: EventTopic, { topic, wanted }: Growing): Blocked | undefined {
  if (!spec.keyed || spec.keyMoveAcknowledgedForPartitions === wanted) return undefined;
  const effect = 'growing moves keys to other partitions, so records of one key are no longer read in their order';
  return refuse(Reason.KeyMoveNotAcknowledged, {
    what: `${described({ topic, wanted })}: ${effect}`,
    next: `set spec.keyMoveAcknowledgedForPartitions to ${wanted}, or spec.keyed to false`,
  });
}

function described({ topic: { name, partitions }, wanted }: Pick<Growing, 'topic' | 'wanted'>): string {
  return `topic "${name}" has ${partitions} partitions, wanted ${wanted}`;
}
