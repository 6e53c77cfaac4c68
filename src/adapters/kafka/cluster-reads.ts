import type { ClusterState, KafkaAdmin } from '../../ports/kafka.ts';
import { batcherFor, type Cluster } from './cluster.ts';
import { unavailable } from './errors.ts';
import { type MetadataAnswer, metadataByName } from './topic-calls.ts';

/** The cluster itself. Calls that arrive together share one answer, because every round of every topic asks. */
export function createClusterReads(cluster: Cluster): Pick<KafkaAdmin, 'describeCluster'> {
  let asked = 0;
  const questions = batcherFor<number, ClusterState>(cluster, {
    keyOf: (question) => String(question),
    sizeOf: () => ({ partitions: 0, bytes: 0 }),
    send: async (asking) => {
      const answer = await cluster.links.metadata(metadataByName([]), cluster.settings.callTimeoutMs);
      const { loginRefused } = cluster.links;
      const state = { ...stateOf(answer), ...(loginRefused && { loginRefused }) };
      return asking.map(() => ({ ok: true, value: state }));
    },
  });
  return {
    describeCluster(options) {
      asked += 1;
      return questions.call(asked, options);
    },
  };
}

function stateOf({ clusterId, brokers }: MetadataAnswer): ClusterState {
  if (!clusterId) throw unavailable('the brokers do not name their cluster', { code: 'MALFORMED_ANSWER' });
  return {
    clusterId,
    brokers: brokers
      .toSorted((a, b) => a.nodeId - b.nodeId)
      .map(({ nodeId, host, port, rack }) => ({ id: nodeId, host, port, ...(rack && { rack }) })),
  };
}
