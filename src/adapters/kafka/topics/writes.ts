import { Fault, type Settled } from '../../../ports/fault.ts';
import type { KafkaAdmin, NewTopic, TopicState } from '../../../ports/kafka.ts';
import type { AlterOptions, WriteOptions } from '../../../ports/kafka-calls.ts';
import { aclFor } from '../acl.ts';
import { settleItems } from '../batches/settle.ts';
import { batcherFor, type Cluster } from '../cluster.ts';
import { writeTimeoutMs } from '../settings.ts';
import {
  alterTopicConfigs,
  type ConfigAlteration,
  type CreatedTopic,
  createPartitions,
  createTopics,
  deleteTopics,
  type Growth,
} from './calls.ts';
import { configMap } from './reads.ts';
import { isTopicId, topicIdOfUuid } from './topic-id.ts';

export type TopicWrites = Pick<KafkaAdmin, 'createTopic' | 'growTopic' | 'alterTopicConfig' | 'deleteTopic'>;

const alreadyGone = new Set(['UNKNOWN_TOPIC_ID', 'UNKNOWN_TOPIC_OR_PARTITION']);

/** Changes of single topics, each kind of change in shared requests. What was written goes into `ownWrites`. */
export function createTopicWrites(cluster: Cluster, reads: Pick<KafkaAdmin, 'describeTopic'>): TopicWrites {
  // What is only judged never shares a request with what is done.
  const creations = pairOf((validateOnly) => creationBatcher(cluster, validateOnly));
  const growths = pairOf((validateOnly) => growthBatcher(cluster, validateOnly));
  const alterations = pairOf((validateOnly) => alterationBatcher(cluster, validateOnly));
  const deletions = deletionBatcher(cluster);
  /** Growth that the quota put off. A dry run counts against it like the change, and would use up what that needs. */
  const putOff = new Map<string, number>();
  return {
    createTopic: (topic, options) => creations(options).call(topic, options),
    alterTopicConfig: (name, changes, options) =>
      alterations(options).call({ name, changes, before: options.before }, options),
    async deleteTopic(id, options) {
      if (!isTopicId(id))
        throw new Fault('kafka', 'rejected', `"${id}" is not a topic id`, { code: 'UNKNOWN_TOPIC_ID' });
      await deletions.call(id, options);
    },
    async growTopic(name, total, options) {
      if (options.validateOnly !== true) putOff.delete(name);
      else if (putOff.get(name) === total) return;
      try {
        await growths(options).call({ name, total }, options);
      } catch (error) {
        if (error instanceof Fault && error.kind === 'throttled' && options.validateOnly !== true)
          putOff.set(name, total);
        if (!(error instanceof Fault && error.code === 'INVALID_PARTITIONS')) throw error;
        // Kafka has one code for "has that many already", "has more" and "not a number of partitions".
        const live = await reads.describeTopic(name, options);
        if (live?.partitions !== total) throw error;
      }
    },
  };
}

/** One of each kind, chosen by what the caller asks for. */
function pairOf<Part>(create: (validateOnly: boolean) => Part): (options: WriteOptions) => Part {
  const real = create(false);
  const validating = create(true);
  return ({ validateOnly = false }) => (validateOnly ? validating : real);
}

/** The broker gives up a little before we do, so that its answer says so. */
export function brokerTimeoutMs(cluster: Cluster): number {
  return Math.floor(writeTimeoutMs(cluster.settings) * 0.8);
}

function creationBatcher(cluster: Cluster, validateOnly: boolean) {
  return batcherFor<NewTopic, TopicState>(cluster, {
    keyOf: (topic) => topic.name,
    sizeOf: (topic) => ({ partitions: topic.partitions ?? 1, bytes: bytesOf(topic.name, topic.config) }),
    send: async (topics) => {
      const request = createTopics(topics, { timeoutMs: brokerTimeoutMs(cluster), validateOnly });
      const answer = await cluster.links.write(request, writeTimeoutMs(cluster.settings), (a) => codesOf(a.topics));
      return settleItems(topics, new Map(answer.topics.map((created) => [created.name, created])), {
        keyOf: (topic) => topic.name,
        what: (topic) => `cannot create topic "${topic.name}"`,
        acl: (topic) => aclFor('CreateTopics', topic.name),
        throttleTimeMs: answer.throttleTimeMs,
        valueOf: (topic, created) => createdState(cluster, topic, created, validateOnly),
      });
    },
  });
}

function createdState(
  cluster: Cluster,
  topic: NewTopic,
  created: CreatedTopic | undefined,
  validateOnly: boolean,
): Settled<TopicState> {
  // Then the broker leaves out partitions and replicas as well.
  if (created?.configs == null || (created.topicConfigErrorCode ?? 0) !== 0) {
    const done = validateOnly ? 'could be created' : 'was created';
    const acl = aclFor('DescribeConfigs', topic.name);
    const message = `topic "${topic.name}" ${done}, but how it is configured cannot be read: needs ACL ${acl}`;
    return { ok: false, fault: new Fault('kafka', 'denied', message, { code: 'CREATED_UNREADABLE' }) };
  }
  const state: TopicState = {
    name: created.name,
    id: topicIdOfUuid(created.topicId),
    partitions: created.numPartitions,
    replicationFactor: created.replicationFactor,
    config: configMap(created.configs),
  };
  if (!validateOnly) cluster.ownWrites.created(state);
  return { ok: true, value: state };
}

function growthBatcher(cluster: Cluster, validateOnly: boolean) {
  return batcherFor<Growth, void>(cluster, {
    keyOf: (growth) => growth.name,
    sizeOf: (growth) => ({ partitions: growth.total, bytes: growth.name.length }),
    send: async (growths) => {
      const request = createPartitions(growths, { timeoutMs: brokerTimeoutMs(cluster), validateOnly });
      const answer = await cluster.links.write(request, writeTimeoutMs(cluster.settings), (a) => codesOf(a.results));
      return settleItems(growths, new Map(answer.results.map((result) => [result.name, result])), {
        keyOf: (growth) => growth.name,
        what: (growth) => `cannot grow topic "${growth.name}" to ${growth.total} partitions`,
        acl: (growth) => aclFor('CreatePartitions', growth.name),
        throttleTimeMs: answer.throttleTimeMs,
        valueOf: ({ name, total }) => {
          if (!validateOnly) cluster.ownWrites.grown(name, total);
          return { ok: true, value: undefined };
        },
      });
    },
  });
}

interface Alteration extends ConfigAlteration {
  before: AlterOptions['before'];
}

function alterationBatcher(cluster: Cluster, validateOnly: boolean) {
  return batcherFor<Alteration, void>(cluster, {
    keyOf: (alteration) => alteration.name,
    sizeOf: (alteration) => ({ partitions: 0, bytes: bytesOf(alteration.name, alteration.changes) }),
    send: async (alterations) => {
      const request = alterTopicConfigs(alterations, { validateOnly });
      const answer = await cluster.links.write(request, writeTimeoutMs(cluster.settings), (a) => codesOf(a.responses));
      return settleItems(alterations, new Map(answer.responses.map((result) => [result.resourceName, result])), {
        keyOf: (alteration) => alteration.name,
        what: (alteration) => `cannot alter the config of topic "${alteration.name}"`,
        acl: (alteration) => aclFor('IncrementalAlterConfigs', alteration.name),
        throttleTimeMs: answer.throttleTimeMs,
        valueOf: ({ name, changes, before }) => {
          if (!validateOnly && before) cluster.ownWrites.altered(name, changes, before);
          return { ok: true, value: undefined };
        },
      });
    },
  });
}

function deletionBatcher(cluster: Cluster) {
  return batcherFor<string, void>(cluster, {
    keyOf: (id) => id,
    sizeOf: (id) => ({ partitions: 0, bytes: id.length }),
    send: async (ids) => {
      const request = deleteTopics(ids, brokerTimeoutMs(cluster));
      const answer = await cluster.links.write(request, writeTimeoutMs(cluster.settings), (a) => codesOf(a.responses));
      return settleItems(ids, new Map(answer.responses.map((result) => [topicIdOfUuid(result.topicId), result])), {
        keyOf: (id) => id,
        what: (id) => `cannot delete the topic with id ${id}`,
        acl: (_id, { name }) => aclFor('DeleteTopics', name ?? undefined),
        harmless: alreadyGone,
        throttleTimeMs: answer.throttleTimeMs,
        valueOf: (id) => {
          cluster.ownWrites.deleted(id);
          return { ok: true, value: undefined };
        },
      });
    },
  });
}

function codesOf(answers: readonly { errorCode: number }[]): number[] {
  return answers.map(({ errorCode }) => errorCode);
}

/** Roughly what a name and its settings take on the wire. */
function bytesOf(name: string, config: ReadonlyMap<string, string | undefined>): number {
  let bytes = name.length;
  for (const [key, value = ''] of config) bytes += key.length + value.length;
  return bytes;
}
