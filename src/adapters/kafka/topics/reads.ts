import { sleep } from '../../../base/time.ts';
import type { Fault } from '../../../ports/fault.ts';
import type { KafkaAdmin, ListedTopic, TopicState } from '../../../ports/kafka.ts';
import type { KafkaCallOptions } from '../../../ports/kafka-calls.ts';
import type { ConfigEntry } from '../../../ports/kafka-config.ts';
import { unlessAborted } from '../abort.ts';
import { aclFor } from '../acl.ts';
import { settleItems } from '../batches/settle.ts';
import { batcherFor, type Cluster } from '../cluster.ts';
import { unavailable } from '../errors.ts';
import {
  type DescribedConfig,
  describeTopicConfigs,
  isOverride,
  type MetadataTopic,
  metadataById,
  metadataOfAll,
} from './calls.ts';
import { bytesPerName, type MetadataReads, noTopic } from './metadata.ts';
import { isTopicId, topicIdOfUuid } from './topic-id.ts';

export type TopicReads = Pick<KafkaAdmin, 'listTopics' | 'describeTopic' | 'nameOfTopicId'>;

/** Questions about single topics that come together share requests, those of each kind among themselves. */
export function createTopicReads(cluster: Cluster, { metadataOf }: MetadataReads): TopicReads {
  const byId = nameBatcher(cluster);
  const configs = configBatcher(cluster);

  async function readTopic(name: string, options: KafkaCallOptions): Promise<TopicState | undefined> {
    const topic = await metadataOf(name, options);
    // Deleted between the two questions: gone.
    const config = topic && (await configs.call(name, options));
    return topic && config && stateOf(topic, config);
  }

  /** Brokers mostly catch up within milliseconds, so a look right after a change asks again for a moment. */
  async function describeTopic(name: string, options: KafkaCallOptions): Promise<TopicState | undefined> {
    for (;;) {
      const seen = await readTopic(name, options);
      if (cluster.ownWrites.mayBeUnheard(name, seen)) throw unheard(name);
      const topic = cluster.ownWrites.show(name, seen);
      const pauseMs = topic?.awaited && cluster.ownWrites.askAgainMs(name, cluster.settings.catchUpMs);
      if (pauseMs === undefined) return topic;
      await sleep(cluster.clock, pauseMs, options.signal);
    }
  }

  /** One answer names every topic; topics that the client may not describe are not in it. */
  async function listTopics(): Promise<ListedTopic[]> {
    const { topics } = await cluster.links.metadata(metadataOfAll(), cluster.settings.callTimeoutMs);
    return topics.map(({ name, isInternal }) => ({ name: name ?? '', internal: isInternal }));
  }

  return {
    listTopics: ({ signal }) => unlessAborted(signal, listTopics()),
    describeTopic,
    nameOfTopicId: async (id, options) => (isTopicId(id) ? byId.call(id, options) : undefined),
  };
}

/** Taken for a loss, it would blame somebody for a deletion that nobody made. */
function unheard(name: string): Fault {
  const what = `a broker does not show topic "${name}", which was created a moment ago`;
  return unavailable(`${what}: it is gone, or not all brokers have heard of it`, { code: 'NOT_SHOWN_BY_ALL' });
}

/** The answer, about 33 settings, is what is large here; bounding it keeps the memory of a burst small: 512 topics. */
const configAnswerBytes = 2_048;

function nameBatcher(cluster: Cluster) {
  return batcherFor<string, string | undefined>(cluster, {
    keyOf: (id) => id,
    sizeOf: bytesPerName,
    send: async (ids) => {
      const answer = await cluster.links.metadata(metadataById(ids), cluster.settings.callTimeoutMs);
      return settleItems(ids, new Map(answer.topics.map((topic) => [topicIdOfUuid(topic.topicId), topic])), {
        keyOf: (id) => id,
        what: (id) => `cannot look up topic id ${id}`,
        acl: (_id, topic) => aclFor('Metadata', topic.name ?? undefined),
        harmless: noTopic,
        throttleTimeMs: answer.throttleTimeMs,
        valueOf: (_id, topic) => ({ ok: true, value: topic?.name ?? undefined }),
      });
    },
  });
}

function configBatcher(cluster: Cluster) {
  return batcherFor<string, DescribedConfig[] | undefined>(cluster, {
    keyOf: (name) => name,
    sizeOf: () => ({ partitions: 0, bytes: configAnswerBytes }),
    send: async (names) => {
      const answer = await cluster.links.read(describeTopicConfigs(names), cluster.settings.callTimeoutMs);
      return settleItems(names, new Map(answer.results.map((result) => [result.resourceName, result])), {
        keyOf: (name) => name,
        what: (name) => `cannot read the config of topic "${name}"`,
        acl: (name) => aclFor('DescribeConfigs', name),
        harmless: noTopic,
        throttleTimeMs: answer.throttleTimeMs,
        valueOf: (_name, result) => ({ ok: true, value: result?.configs }),
      });
    },
  });
}

function stateOf(topic: MetadataTopic, configs: readonly DescribedConfig[]): TopicState {
  const replicas = topic.partitions.map((partition) => partition.replicaNodes.length);
  const [fewest, most] = [Math.min(...replicas), Math.max(...replicas)];
  return {
    name: topic.name ?? '',
    id: topicIdOfUuid(topic.topicId),
    partitions: topic.partitions.length,
    replicationFactor: fewest,
    ...(most > fewest && { mostReplicas: most }),
    config: configMap(configs),
  };
}

/** The settings of a topic, whichever answer they came in. */
export function configMap(
  configs: readonly { name: string; value?: string | null | undefined; configSource: number; isSensitive: boolean }[],
): Map<string, ConfigEntry> {
  return new Map(
    configs.map((config) => {
      const value = config.isSensitive ? undefined : (config.value ?? undefined);
      return [config.name, { value, overridden: isOverride(config) }];
    }),
  );
}
