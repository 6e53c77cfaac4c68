import type { EventCluster } from '../../crds/event-cluster.ts';
import type { ResourceCache } from '../../ports/kube.ts';
import type { SecretSource } from '../../ports/secrets.ts';
import { type Trigger, watch } from '../../runtime/trigger.ts';
import { secretKeysOf } from '../credentials.ts';
import { registrySecretKeysOf } from '../registry-credentials.ts';
import { keysOf } from '../triggers.ts';

export interface ClusterTriggerSources {
  clusters: ResourceCache<EventCluster>;
  secrets: SecretSource;
}

/** What wakes EventClusters, besides themselves. */
export function eventClusterTriggers({ clusters, secrets }: ClusterTriggerSources): readonly Trigger[] {
  const secretsOf = ({ kafka, registry }: EventCluster['spec']) => [
    ...secretKeysOf(kafka, secrets),
    ...registrySecretKeysOf(registry, secrets),
  ];
  const naming = (secret: string) => [...clusters.list()].filter(({ spec }) => secretsOf(spec).includes(secret));
  return [...secrets.caches.values()].map((cache) => watch(cache, ({ key }) => keysOf(naming(key))));
}
