import { sleep } from '../../../base/time.ts';
import type { EventCluster } from '../../../crds/event-cluster.ts';
import type { Clock } from '../../../ports/clock.ts';
import { Fault } from '../../../ports/fault.ts';
import type { KafkaAdmin } from '../../../ports/kafka.ts';
import type { ResourceCache } from '../../../ports/kube.ts';
import type { Log } from '../../../ports/log.ts';
import { type ClusterUse, resolveCluster } from '../../cluster-use.ts';
import { adminOf, type ClusterConnections } from '../../connections.ts';
import { isOursMoving } from './moving.ts';
import type { Throttles } from './throttles.ts';

export interface ThrottleKeeperParts {
  throttles: Throttles;
  clusters: ResourceCache<EventCluster>;
  kafka: ClusterConnections;
  clock: Clock;
  log: Log;
  /** How often to look, while there is something to set back. */
  everyMs: number;
}

export interface ThrottleKeeper {
  /** Looks once at all that is to be set back. Throws nothing: a cluster that does not answer is looked at again. */
  look(signal: AbortSignal): Promise<void>;
  /** Until `signal` aborts. */
  run(signal: AbortSignal): Promise<void>;
}

/**
 * Sets throttles back that no round sets back: of topics whose resource is gone, paused or not to be acted upon, and of
 * brokers that were away when the rest was set back. It asks nothing of Kafka while there is nothing of the kind.
 */
export function createThrottleKeeper(parts: ThrottleKeeperParts): ThrottleKeeper {
  const { throttles, clusters, kafka, clock, log, everyMs } = parts;
  /** What was at rest at the last look, with its token: a round starts the next batch within one look. */
  let resting = new Map<string, string>();

  async function look(signal: AbortSignal): Promise<void> {
    const before = resting;
    resting = new Map();
    for (const [clusterId, topics] of throttles.pending()) {
      const use = anyUseOf(clusterId, clusters);
      if (use === undefined || signal.aborted) continue;
      try {
        await lookAt(adminOf(kafka, use), clusterId, topics, { before, signal });
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        log.debug('throttles cannot be set back yet', { cluster: use.name, error: error.message });
      }
    }
  }

  async function lookAt(
    admin: KafkaAdmin,
    clusterId: string,
    topics: ReadonlyMap<string, string>,
    { before, signal }: { before: ReadonlyMap<string, string>; signal: AbortSignal },
  ): Promise<void> {
    const cluster = await admin.describeCluster({ signal });
    if (cluster.clusterId !== clusterId) return;
    for (const [topic, token] of topics) {
      const record = throttles.recordOf(clusterId, topic);
      const partitions = (await admin.describeReplicas(topic, { signal })) ?? [];
      if (partitions.some((partition) => isOursMoving(partition, record))) continue;
      const key = `${clusterId}/${topic}`;
      if (before.get(key) === token) await throttles.end(admin, clusterId, topic, { signal }, token);
      else resting.set(key, token);
    }
    if (topics.size === 0) await throttles.releaseBrokers(admin, clusterId, { signal });
  }

  return {
    look,
    async run(signal) {
      while (!signal.aborted) {
        await look(signal).catch((error: unknown) => log.error('setting throttles back failed', { error }));
        await sleep(clock, everyMs, signal);
      }
    },
  };
}

/** Any EventCluster that reaches this Kafka cluster. */
function anyUseOf(clusterId: string, clusters: ResourceCache<EventCluster>): ClusterUse | undefined {
  for (const { metadata } of clusters.list()) {
    const question = { namespace: { name: '', labels: {} }, clusterRef: { name: metadata.name }, pinned: undefined };
    const answer = resolveCluster(question, clusters.list());
    if (answer.kind === 'use' && answer.use.clusterId === clusterId) return answer.use;
  }
  return undefined;
}
