import type { Settled } from '../../../ports/fault.ts';
import type { KafkaAdmin, PartitionOffsets, TopicOffsets } from '../../../ports/kafka.ts';
import { unlessAborted } from '../abort.ts';
import { aclFor } from '../acl.ts';
import type { Cluster } from '../cluster.ts';
import { faultOfCode } from '../errors.ts';
import { type MetadataTopic, metadataByName } from '../topics/calls.ts';
import { LogStarts } from './log-starts.ts';
import { type ListedOffsets, listFromLeaders } from './offset-table.ts';

/**
 * Reads end offsets and first kept offsets of many topics: one Metadata, then for each leader one ListOffsets per 2,000
 * partitions and, when they are due, as many again for the first kept offsets.
 */
export function createOffsetReads(cluster: Cluster): Pick<KafkaAdmin, 'readOffsets'> {
  const logStarts = new LogStarts(cluster.clock, cluster.settings.logStartMs);

  async function readOffsets(topics: readonly string[]): Promise<Map<string, Settled<TopicOffsets>>> {
    const request = metadataByName([...new Set(topics)]);
    const answer = await cluster.links.metadata(request, cluster.settings.callTimeoutMs);
    const live = answer.topics.filter((topic) => topic.errorCode === 0);
    const due = logStarts.due(live);
    const [ends, starts] = await Promise.all([
      listFromLeaders(cluster, 'end', live),
      listFromLeaders(cluster, 'logStart', due),
    ]);
    logStarts.store(due, starts.offsets);
    return new Map(answer.topics.map((topic) => [topic.name ?? '', settle(topic, ends, starts, logStarts)]));
  }

  return { readOffsets: (topics, { signal }) => unlessAborted(signal, readOffsets(topics)) };
}

function settle(
  topic: MetadataTopic,
  ends: ListedOffsets,
  starts: ListedOffsets,
  logStarts: LogStarts,
): Settled<TopicOffsets> {
  const name = topic.name ?? '';
  if (topic.errorCode !== 0) {
    const acl = aclFor('Metadata', name);
    return { ok: false, fault: faultOfCode(`cannot read offsets of topic "${name}"`, topic, { acl }) };
  }
  const value = new Map<number, PartitionOffsets | undefined>();
  for (const { partitionIndex: partition } of topic.partitions) {
    const end = ends.offsets.get(name)?.get(partition);
    const logStart = logStarts.get(topic.topicId, partition);
    value.set(partition, offsetsOf(partition, logStart, end));
  }
  const fault = ends.faults.get(name) ?? starts.faults.get(name);
  // Where nothing at all is known, the reason helps more than a map of gaps.
  if (fault !== undefined && [...value.values()].every((offsets) => offsets === undefined)) return { ok: false, fault };
  return { ok: true, value };
}

/** A log that was cut may end before the first offset that is remembered of it. */
function offsetsOf(
  partition: number,
  logStart: bigint | undefined,
  end: bigint | undefined,
): PartitionOffsets | undefined {
  return end === undefined || logStart === undefined || logStart > end ? undefined : { partition, logStart, end };
}
