import type { Clock } from '../../ports/clock.ts';
import type { KafkaAdmin, KafkaSecurity, KafkaTarget } from '../../ports/kafka.ts';
import type { Metrics } from '../../ports/metrics.ts';
import type { Cluster } from './cluster.ts';
import { ClusterLinks } from './connection/cluster-links.ts';
import type { RequestReport } from './connection/link.ts';
import { createGroupsReading } from './groups/readers.ts';
import { createGroupReads } from './groups/reads.ts';
import { createOffsetReads } from './offsets/reads.ts';
import { createRecordSearch } from './offsets/record-search.ts';
import { createReplicaAdmin } from './replicas/admin.ts';
import { defaultKafkaSettings, type KafkaSettings } from './settings.ts';
import { createMetadataReads } from './topics/metadata.ts';
import { OwnWrites } from './topics/own-writes.ts';
import { createTopicReads } from './topics/reads.ts';
import { createTopicWrites } from './topics/writes.ts';

export interface KafkaDependencies {
  clock: Clock;
  metrics: Metrics;
  /** How the brokers' logs and quotas name this process, such as `sluice-<host>-<process>`. */
  clientId: string;
  /** Whether this process still holds the lease. Asked right before a request leaves that changes something. */
  fence: () => boolean;
  settings?: Partial<KafkaSettings>;
}

/** A client whose security can change while it is used. */
export interface KafkaClient {
  admin: KafkaAdmin;
  secure(security: KafkaSecurity | undefined): void;
}

/** A client of one cluster. It opens no connection before the first call. */
export function createKafkaClient(target: KafkaTarget, dependencies: KafkaDependencies): KafkaClient {
  const cluster = createCluster(target, dependencies);
  const metadata = createMetadataReads(cluster);
  const topicReads = createTopicReads(cluster, metadata);
  const groupReads = createGroupReads(cluster);
  const admin: KafkaAdmin = {
    describeCluster: metadata.describeCluster,
    ...topicReads,
    ...createTopicWrites(cluster, topicReads),
    ...createReplicaAdmin(cluster, metadata),
    ...groupReads,
    ...createGroupsReading(cluster, groupReads),
    ...createOffsetReads(cluster),
    ...createRecordSearch(cluster, metadata),
    close: async () => cluster.links.close(),
  };
  return { admin, secure: (security) => cluster.links.secure(security) };
}

function createCluster(target: KafkaTarget, { clock, metrics, clientId, fence, ...rest }: KafkaDependencies): Cluster {
  const settings: KafkaSettings = { ...defaultKafkaSettings, ...rest.settings };
  const requests = metrics.histogram('sluice_kafka_request_seconds', 'Requests to Kafka brokers, by API and result.', [
    'cluster',
    'api',
    'result',
  ]);
  const options = {
    clock,
    clientId,
    fence,
    connectTimeoutMs: settings.callTimeoutMs,
    maxAnswerBytes: settings.maxAnswerBytes,
    onRequest: ({ api, seconds, ok }: RequestReport) =>
      requests.observe(seconds, { cluster: target.name, api, result: ok ? 'answered' : 'failed' }),
  };
  const links = new ClusterLinks(target.bootstrapServers, options, target.security);
  return { links, clock, settings, ownWrites: new OwnWrites(clock, settings.ownWritesMs) };
}
