import type { EventTopic } from '../../../crds/event-topic.ts';
import type { ClusterAccess } from '../../cluster-use.ts';
import { matchesAny } from '../../globs.ts';
import { topicNameOf } from '../identity.ts';

/** One reason why a topic stays; `undefined`: it is none. Without `access` its EventCluster is not known. */
type KeepRule = (resource: EventTopic, access: ClusterAccess | undefined) => string | undefined;

/** What keeps the topic of a resource that is being deleted, whatever the brokers say. The first one counts. */
export const keepsTopic: readonly KeepRule[] = [
  keptByPolicy,
  keptWhilePaused,
  keptInPlanMode,
  keptInReadOnlyMode,
  keptWithoutGrant,
  keptWithoutDeletionGrant,
];

/** Why the topic stays; `undefined`: it need not. */
export function keepBecause(resource: EventTopic, access: ClusterAccess | undefined): string | undefined {
  for (const rule of keepsTopic) {
    const why = rule(resource, access);
    if (why !== undefined) return why;
  }
  return undefined;
}

function keptByPolicy({ spec }: EventTopic): string | undefined {
  return spec.deletionPolicy === 'Retain' ? 'its deletionPolicy is Retain' : undefined;
}

function keptWhilePaused({ spec }: EventTopic): string | undefined {
  return spec.paused ? 'the resource is paused' : undefined;
}

function keptInPlanMode({ spec }: EventTopic): string | undefined {
  return spec.mode === 'Plan' ? 'the resource is in mode Plan' : undefined;
}

function keptInReadOnlyMode(_resource: EventTopic, access: ClusterAccess | undefined): string | undefined {
  return access?.readOnly ? `EventCluster "${access.name}" is in ReadOnly mode` : undefined;
}

function keptWithoutGrant(resource: EventTopic, access: ClusterAccess | undefined): string | undefined {
  if (access === undefined || matchesAny(topicNameOf(resource), access.rule?.topics ?? [])) return undefined;
  return `EventCluster "${access.name}" does not grant the topic to this namespace any more`;
}

function keptWithoutDeletionGrant({ spec }: EventTopic, access: ClusterAccess | undefined): string | undefined {
  if (access === undefined || access.rule?.deletionPolicies.includes(spec.deletionPolicy)) return undefined;
  return `EventCluster "${access.name}" does not grant deletionPolicy ${spec.deletionPolicy} to this namespace any more`;
}
