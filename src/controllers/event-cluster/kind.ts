import { type EventCluster, eventCluster } from '../../crds/event-cluster.ts';
import { fitterOf } from '../../crds/fit-status.ts';
import { Reason } from '../../crds/reasons.ts';
import type { ResourceStore } from '../../ports/kube.ts';
import { type ClusterDependencies, eventClusterBehaviour } from './behaviour.ts';
import { type ClusterTriggerSources, eventClusterTriggers } from './triggers.ts';

export interface ClusterParts extends ClusterDependencies, ClusterTriggerSources {
  clusters: ResourceStore<EventCluster>;
  /** When other kinds look for drift. */
  recheckMs: number;
}

/** What a controller knows of EventClusters. */
export function eventClusterKind(parts: ClusterParts) {
  return {
    name: 'event-cluster',
    store: parts.clusters,
    fitStatus: fitterOf(eventCluster),
    behaviour: eventClusterBehaviour(parts),
    triggers: eventClusterTriggers(parts),
    failureReasons: {
      away: { kafka: Reason.KafkaUnavailable, registry: Reason.RegistryUnavailable },
      throttled: { kafka: Reason.KafkaThrottled },
      rejected: { registry: Reason.RegistryUnavailable },
    },
    // An outage has to be noticed for its end to be: what waits for a cluster is woken when that is reached again.
    recheckMs: Math.min(parts.probeMs, parts.recheckMs),
  };
}
