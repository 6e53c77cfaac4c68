import type { EventTopic } from '../../crds/event-topic.ts';
import type { ClusterAccess } from '../cluster-use.ts';
import { matchesAny } from '../globs.ts';
import { topicNameOf } from './identity.ts';

/** Why the topic of a resource that is being deleted stays, whatever the brokers say; `undefined`: it need not. */
export function keepBecause(resource: EventTopic, access: ClusterAccess | undefined): string | undefined {
  const { deletionPolicy, paused, mode } = resource.spec;
  if (deletionPolicy === 'Retain') return 'its deletionPolicy is Retain';
  if (paused) return 'the resource is paused';
  if (mode === 'Plan') return 'the resource is in mode Plan';
  if (access === undefined) return undefined;
  if (access.readOnly) return `EventCluster "${access.name}" is in ReadOnly mode`;
  const name = topicNameOf(resource);
  if (!matchesAny(name, access.rule?.topics ?? [])) {
    return `EventCluster "${access.name}" does not grant the topic to this namespace any more`;
  }
  if (!access.rule?.deletionPolicies.includes(deletionPolicy)) {
    return `EventCluster "${access.name}" does not grant deletionPolicy ${deletionPolicy} to this namespace any more`;
  }
  return undefined;
}
