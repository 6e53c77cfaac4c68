import type { EventCluster, EventClusterStatus } from '../../crds/event-cluster.ts';
import { Reason } from '../../crds/reasons.ts';
import type { Report } from '../../runtime/kind.ts';
import { expectedClusterId, type ObservedCluster } from './plan.ts';

export type ClusterFields = Partial<Pick<EventClusterStatus, 'clusterId' | 'brokers' | 'registry'>>;

/** What did not answer, or is not the cluster that is meant, leaves the last known facts. */
export function reportCluster(resource: EventCluster, observed: ObservedCluster): Report<ClusterFields> {
  const { kafka, registry } = observed;
  const known = resource.status ?? {};
  const expected = expectedClusterId(resource);
  const meant = kafka.ok && (expected ?? kafka.value.clusterId) === kafka.value.clusterId ? kafka.value : undefined;
  const clusterId = meant?.clusterId ?? known.clusterId;
  const brokers = meant?.brokers.length ?? known.brokers;
  const flavour = registry?.ok ? registry.value.flavour : known.registry?.flavour;
  return {
    done: { reason: Reason.Connected, message: registry ? 'Kafka and the schema registry answer' : 'Kafka answers' },
    findings: [],
    fields: { clusterId, brokers, registry: registry && flavour !== undefined ? { flavour } : undefined },
  };
}
