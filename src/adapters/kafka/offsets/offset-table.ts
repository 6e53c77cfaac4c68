import { Fault } from '../../../ports/fault.ts';
import { aclFor } from '../acl.ts';
import { chunks } from '../batches/chunks.ts';
import type { Cluster } from '../cluster.ts';
import { faultOfCode } from '../errors.ts';
import type { MetadataTopic } from '../topics/calls.ts';
import { type ListedOffset, type ListOffsetsAnswer, listOffsets, type PartitionsByTopic } from './calls.ts';

/** Offsets by topic and partition; a partition without an answer is absent. */
export type OffsetTable = ReadonlyMap<string, ReadonlyMap<number, bigint>>;

export interface ListedOffsets {
  offsets: OffsetTable;
  /** By topic, why a partition of it is absent. */
  faults: ReadonlyMap<string, Fault>;
}

interface LedPartition {
  topic: string;
  partition: number;
}

const maxPartitionsPerRequest = 2_000;
/** Kafka's leader number for a partition whose replicas are all away. */
export const noLeader = -1;
const leaderNotAvailable = 5;

/** Asks the leader of each partition, all leaders at once. One that does not answer leaves gaps, nothing more. */
export async function listFromLeaders(
  cluster: Cluster,
  which: ListedOffset,
  topics: readonly MetadataTopic[],
): Promise<ListedOffsets> {
  const offsets = new Map<string, Map<number, bigint>>(topics.map((topic) => [topic.name ?? '', new Map()]));
  const faults = new Map<string, Fault>();
  const led = byLeader(topics);
  for (const { topic } of led.get(noLeader) ?? []) faults.set(topic, withoutLeader(whatOf(topic)));
  led.delete(noLeader);
  const requests = [...led].flatMap(([leader, partitions]) =>
    chunks(partitions, maxPartitionsPerRequest).map(async (some) => {
      try {
        const request = listOffsets(which, byTopic(some));
        note(await cluster.links.ask(leader, request, cluster.settings.callTimeoutMs), offsets, faults);
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        for (const { topic } of some) faults.set(topic, error);
      }
    }),
  );
  await Promise.all(requests);
  return { offsets, faults };
}

function byLeader(topics: readonly MetadataTopic[]): Map<number, LedPartition[]> {
  const led = topics.flatMap((topic) =>
    topic.partitions.map(({ leaderId, partitionIndex }) => ({
      leaderId,
      topic: topic.name ?? '',
      partition: partitionIndex,
    })),
  );
  return Map.groupBy(led, ({ leaderId }) => leaderId);
}

function byTopic(partitions: readonly LedPartition[]): PartitionsByTopic {
  const grouped = Map.groupBy(partitions, ({ topic }) => topic);
  return new Map([...grouped].map(([topic, some]) => [topic, some.map(({ partition }) => partition)]));
}

function note(answer: ListOffsetsAnswer, offsets: Map<string, Map<number, bigint>>, faults: Map<string, Fault>): void {
  for (const { name, partitions } of answer.topics) {
    for (const partition of partitions) {
      const details = { throttleTimeMs: answer.throttleTimeMs, acl: aclFor('ListOffsets', name) };
      if (partition.errorCode !== 0) faults.set(name, faultOfCode(whatOf(name), partition, details));
      // -1 stands for "unknown" in an answer without an error.
      else if (partition.offset >= 0n) offsets.get(name)?.set(partition.partitionIndex, partition.offset);
    }
  }
}

export function withoutLeader(what: string): Fault {
  return faultOfCode(what, { errorCode: leaderNotAvailable });
}

function whatOf(topic: string): string {
  return `cannot read offsets of topic "${topic}"`;
}
