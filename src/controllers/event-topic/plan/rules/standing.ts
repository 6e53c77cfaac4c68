import type { EventTopic } from '../../../../crds/event-topic.ts';
import { Reason } from '../../../../crds/reasons.ts';
import type { TopicState } from '../../../../ports/kafka.ts';
import type { Blocked } from '../../../../runtime/kind.ts';
import { refuse } from '../../../blocked.ts';
import type { ClusterAccess } from '../../../cluster-use.ts';
import { refuseUngranted } from '../../../grants.ts';
import { describeOwner } from '../../../ownership.ts';
import { topicNameOf } from '../../identity.ts';
import type { Standing } from '../../observed.ts';

export function refuseOtherCluster(
  _resource: EventTopic,
  { use, liveClusterId }: Pick<Standing, 'use' | 'liveClusterId'>,
): Blocked | undefined {
  if (liveClusterId === use.clusterId) return undefined;
  return refuse(Reason.ClusterIdChanged, {
    what: `EventCluster "${use.name}" reaches Kafka cluster "${liveClusterId}", expected "${use.clusterId}"`,
    next: 'nothing is written until its spec.kafka.clusterId names the new one',
  });
}

export function refuseReserved(resource: EventTopic): Blocked | undefined {
  const name = topicNameOf(resource);
  if (!name.startsWith('__')) return undefined;
  return refuse(Reason.NameRefused, {
    what: `topic "${name}": names that begin with "__" belong to the brokers`,
    next: 'delete this resource and create one with another name',
  });
}

export function refuseUngrantedName(resource: EventTopic, { use }: { use: ClusterAccess }): Blocked | undefined {
  return refuseUngranted(use, 'topics', [topicNameOf(resource)]);
}

export function refuseOwned(resource: EventTopic, { otherOwner }: Pick<Standing, 'otherOwner'>): Blocked | undefined {
  if (otherOwner === undefined) return undefined;
  const owner = describeOwner(otherOwner, resource.metadata.namespace ?? '');
  return refuse(Reason.OwnedByOther, {
    what: `topic "${topicNameOf(resource)}" is owned by ${owner}`,
    next: 'delete one of the two resources',
  });
}

/** `id`: of a topic of ours that is not there any more. */
export function refuseLost(resource: EventTopic, id: string): Blocked {
  return refuse(Reason.TopicDeletedOutOfBand, {
    what: `topic "${topicNameOf(resource)}" with id ${id} was deleted by somebody else`,
    next: `to get a new, empty one, set spec.recreateLostTopicId to ${id}`,
  });
}

/** `known`: the id of the topic of ours that had the name before. */
export function refuseRecreated({ name, id }: TopicState, known: string): Blocked {
  const deleted = `topic "${name}" has id ${id}, expected ${known}: somebody deleted it and created another`;
  return refuse(Reason.TopicRecreated, {
    what: `${deleted}; nothing is written to it`,
    next: `to manage the new one, set spec.acceptTopicId to ${id}`,
  });
}
