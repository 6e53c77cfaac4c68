import type { EventCluster } from '../crds/event-cluster.ts';
import type { KafkaAdmin } from '../ports/kafka.ts';
import type { SchemaRegistry } from '../ports/registry.ts';
import type { ClusterUse } from './cluster-use.ts';

/** The clients of EventClusters, which log in with what their Secrets hold now. */
export interface ClusterConnections {
  /** Throws Fault while something of the credentials is missing. */
  to(cluster: EventCluster): KafkaAdmin;
}

/** Clients of registries, with the credentials that the Secrets hold at the moment of each call. */
export interface ClusterRegistries {
  /** Throws Fault while something of the credentials is missing. */
  to(cluster: EventCluster): SchemaRegistry;
}

export function adminOf(kafka: ClusterConnections, { cluster }: ClusterUse): KafkaAdmin {
  return kafka.to(cluster);
}
