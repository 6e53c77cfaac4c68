import { type ClusterAccess, findCluster, questionOf } from '../../controllers/cluster-use.ts';
import { adminOf } from '../../controllers/connections.ts';
import type { KafkaAdmin, KafkaConnections } from '../../ports/kafka.ts';
import { at } from '../addresses.ts';
import type { KubeAccess } from '../connect.ts';
import { logIn } from '../log-in.ts';
import { readClusters, readNamespaces } from '../resources.ts';
import { UserError } from '../shell.ts';

/** Where live topics are read from. */
export interface Source {
  admin: KafkaAdmin;
  clusterId: string;
  /** The EventCluster that speaks for the namespace; absent: the brokers were named by their addresses alone. */
  access?: ClusterAccess;
}

export interface SourceQuestion {
  kube: KubeAccess | undefined;
  namespace: string;
  /** Name of the EventCluster; absent: the default one. */
  cluster: string | undefined;
  /** Instead of the addresses that the EventCluster has. */
  addresses: readonly string[] | undefined;
}

/** Finds the brokers as the operator does. Throws UserError when they are not of the cluster that is meant. */
export async function findSource(
  kafka: KafkaConnections,
  { kube, namespace, cluster, addresses }: SourceQuestion,
  signal: AbortSignal,
): Promise<Source> {
  if (addresses !== undefined && cluster === undefined) {
    const admin = kafka.to({ name: 'import', bootstrapServers: addresses });
    return { admin, clusterId: (await admin.describeCluster({ signal })).clusterId };
  }
  if (kube === undefined) throw new Error('an EventCluster is read through the API server');
  const clusters = await readClusters(kube.client, cluster, signal);
  const user = { metadata: { namespace }, spec: { clusterRef: cluster === undefined ? undefined : { name: cluster } } };
  const question = questionOf(user, await readNamespaces(kube.client, [namespace], signal));
  const answer = findCluster(question, clusters);
  if (answer.kind === 'blocked') throw new UserError(answer.blocked.message, whichCluster(cluster));
  const access = { ...answer.use, cluster: at(addresses, answer.use.cluster) };
  const { spec, status } = access.cluster;
  const expected = spec.kafka.clusterId ?? status?.clusterId;
  const connections = await logIn(kafka, [access.cluster], kube, signal);
  const admin = adminOf(connections, { ...access, clusterId: expected ?? '' });
  const { clusterId } = await admin.describeCluster({ signal });
  if (expected !== undefined && expected !== clusterId) {
    const where = spec.kafka.bootstrapServers.join(', ');
    throw new UserError(
      `${where} answers as Kafka cluster "${clusterId}", and EventCluster "${access.name}" means "${expected}"`,
    );
  }
  return { admin, clusterId, access };
}

function whichCluster(cluster: string | undefined): string | undefined {
  return cluster === undefined ? '--cluster names an EventCluster; "kubectl get eventclusters" lists them.' : undefined;
}
