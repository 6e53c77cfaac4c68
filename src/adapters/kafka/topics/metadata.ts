import type { Settled } from '../../../ports/fault.ts';
import type { ClusterState, KafkaAdmin } from '../../../ports/kafka.ts';
import type { KafkaCallOptions } from '../../../ports/kafka-calls.ts';
import { unlessAborted } from '../abort.ts';
import { aclFor } from '../acl.ts';
import { settleItems } from '../batches/settle.ts';
import { batcherFor, type Cluster } from '../cluster.ts';
import { unavailable } from '../errors.ts';
import { type MetadataAnswer, type MetadataTopic, metadataByName } from './calls.ts';

/**
 * Questions that come at the same time, for topics or for the cluster itself, share a request: every answer names the
 * cluster, and every round of every topic asks for it.
 */
export interface MetadataReads extends Pick<KafkaAdmin, 'describeCluster'> {
  /** Partitions with their leaders, as the brokers say; `undefined`: no such topic. */
  metadataOf(name: string, options: KafkaCallOptions): Promise<MetadataTopic | undefined>;
}

interface Answered {
  answer: MetadataAnswer;
  topic: MetadataTopic | undefined;
}

/** Codes for a topic that does not exist; with the last one it cannot exist. */
export const noTopic = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_TOPIC_ID', 'INVALID_TOPIC_EXCEPTION']);

/** What a name or an id adds to a question. */
export function bytesPerName(name: string): { partitions: number; bytes: number } {
  return { partitions: 0, bytes: name.length };
}

const neverAborted = new AbortController().signal;

export function createMetadataReads(cluster: Cluster): MetadataReads {
  /** The answer that all who ask for the cluster share until their request leaves. */
  let shared: Promise<ClusterState> | undefined;

  /** An item without a name asks for the cluster. */
  const questions = batcherFor<string | undefined, Answered>(cluster, {
    keyOf: (name) => name ?? '',
    sizeOf: (name = '') => bytesPerName(name),
    send: async (asked) => {
      if (asked.includes(undefined)) shared = undefined;
      const names = asked.filter((name) => name !== undefined);
      const answer = await cluster.links.metadata(metadataByName(names), cluster.settings.callTimeoutMs);
      cluster.ownWrites.answeredBy(answer.clusterId ?? undefined);
      const topics = settleTopics(names, answer).values();
      return asked.map((name) => {
        const topic = name === undefined ? undefined : topics.next().value;
        return topic?.ok === false ? topic : { ok: true, value: { answer, topic: topic?.value } };
      });
    },
  });

  function share(): Promise<ClusterState> {
    const asked = questions.call(undefined, { signal: neverAborted }).then(({ answer }) => {
      const { loginRefused } = cluster.links;
      return { ...stateOf(answer), ...(loginRefused && { loginRefused }) };
    });
    // It may end without having left, when the requests before it fail.
    const end = () => {
      if (shared === asked) shared = undefined;
    };
    asked.then(end, end);
    return asked;
  }

  return {
    describeCluster({ signal }) {
      shared ??= share();
      return unlessAborted(signal, shared);
    },
    metadataOf: async (name, options) => (await questions.call(name, options)).topic,
  };
}

function settleTopics(names: readonly string[], answer: MetadataAnswer): Settled<MetadataTopic | undefined>[] {
  return settleItems(names, new Map(answer.topics.map((topic) => [topic.name ?? '', topic])), {
    keyOf: (name) => name,
    what: (name) => `cannot describe topic "${name}"`,
    acl: (name) => aclFor('Metadata', name),
    harmless: noTopic,
    throttleTimeMs: answer.throttleTimeMs,
    valueOf: (_name, topic) => ({ ok: true, value: topic }),
  });
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
