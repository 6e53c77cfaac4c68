import { isDeepStrictEqual } from 'node:util';
import { keyOf, namespaceOf } from '../base/keys.ts';
import type { EventCluster } from '../crds/event-cluster.ts';
import type { Change, KubeObject, ObjectKey, ResourceCache } from '../ports/kube.ts';
import { type Trigger, watch } from '../runtime/trigger.ts';

/** Users of an EventCluster look again when it comes, goes, changes, or is reached again. */
export function onClusterChange(
  clusters: ResourceCache<EventCluster>,
  users: Pick<ResourceCache<KubeObject>, 'list'>,
): Trigger {
  return watch(clusters, (change) => (mattersToUsers(change) ? keysOf(users.list()) : []));
}

/** Access may depend on labels of the namespace. Also for a namespace that is new to us. */
export function onLabels(
  namespaces: ResourceCache<KubeObject>,
  usersIn: (namespace: string) => Iterable<KubeObject>,
): Trigger {
  return watch(namespaces, (change) => (relabelled(change) ? keysOf(usersIn(change.key)) : []));
}

export function inNamespace<R extends KubeObject>(resources: Iterable<R>, namespace: string): R[] {
  return [...resources].filter((resource) => namespaceOf(keyOf(resource)) === namespace);
}

export function keysOf(resources: Iterable<KubeObject>): ObjectKey[] {
  return [...resources].map(keyOf);
}

function mattersToUsers({ before, after }: Change<EventCluster>): boolean {
  return JSON.stringify(essenceOf(before)) !== JSON.stringify(essenceOf(after));
}

function essenceOf(cluster: EventCluster | undefined): unknown {
  return (
    cluster && [
      cluster.metadata.generation,
      cluster.metadata.annotations,
      cluster.metadata.deletionTimestamp,
      cluster.status?.clusterId,
      cluster.status?.conditions?.map(({ type, status, reason }) => [type, status, reason]),
    ]
  );
}

function relabelled({ before, after }: Change<KubeObject>): boolean {
  return after !== undefined && (!before || !isDeepStrictEqual(before.metadata.labels, after.metadata.labels));
}
