import type { Fault } from '../../../ports/fault.ts';
import type { KafkaAdmin } from '../../../ports/kafka.ts';
import { unlessAborted } from '../abort.ts';
import { aclFor } from '../acl.ts';
import type { Cluster } from '../cluster.ts';
import { faultOfCode, nameOfCode } from '../errors.ts';
import type { MetadataTopic } from '../topics/calls.ts';
import type { MetadataReads } from '../topics/metadata.ts';
import { topicIdOfUuid } from '../topics/topic-id.ts';
import { type FetchedRecords, fetchRecords } from './calls.ts';
import { listFromLeaders, noLeader, withoutLeader } from './offset-table.ts';
import { timeOfRecord } from './record-batches.ts';

/** A broker sends at least one whole batch, however small this is. */
const maxBytes = 4_096;
/** How often to look further when batches hold only transaction markers or records that compaction removed. */
const maxSteps = 5;

/** One partition at its leader. */
interface Place {
  name: string;
  topic: MetadataTopic;
  partition: number;
  leader: number;
}

/**
 * When records were appended, read from the headers of their batches. In a compressed batch all records count as old as
 * its first one. `undefined` as well for the message formats before Kafka 0.11, and for a time that no Date can be.
 */
export function createRecordTimeReads(cluster: Cluster, reads: MetadataReads): Pick<KafkaAdmin, 'readRecordTime'> {
  async function timeFrom(place: Place, from: bigint): Promise<Date | undefined> {
    let offset = from;
    for (let step = 0; step < maxSteps; step += 1) {
      const fetched = await fetchAt(cluster, place, offset);
      if (nameOfCode(fetched.errorCode) === 'OFFSET_OUT_OF_RANGE') {
        const first = await firstOffset(cluster, place);
        if (first === undefined || first <= offset) return undefined;
        offset = first;
        continue;
      }
      if (fetched.errorCode !== 0) {
        const details = { throttleTimeMs: fetched.throttleTimeMs, acl: aclFor('Fetch', place.name) };
        throw faultOfCode(describe(place), fetched, details);
      }
      const time = timeOfRecord(fetched.records, offset);
      if (time.kind === 'found') return dateOf(time.timeMs);
      if (time.kind === 'end') return undefined;
      offset = time.nextOffset;
    }
    return undefined;
  }

  return {
    async readRecordTime(name, partition, offset, options) {
      const topic = await reads.metadataOf(name, options);
      const leader = topic?.partitions.find(({ partitionIndex }) => partitionIndex === partition)?.leaderId;
      if (topic === undefined || leader === undefined) return undefined;
      const place = { name, topic, partition, leader };
      if (leader === noLeader) throw withoutLeader(describe(place));
      return unlessAborted(options.signal, timeFrom(place, offset));
    },
  };
}

function fetchAt(cluster: Cluster, { topic, partition, leader }: Place, offset: bigint): Promise<FetchedRecords> {
  const request = fetchRecords({ topicId: topicIdOfUuid(topic.topicId), partition, offset }, maxBytes);
  return cluster.links.ask(leader, request, cluster.settings.callTimeoutMs);
}

async function firstOffset(cluster: Cluster, { name, topic, partition }: Place): Promise<bigint | undefined> {
  const only = topic.partitions.filter(({ partitionIndex }) => partitionIndex === partition);
  const { offsets, faults } = await listFromLeaders(cluster, 'logStart', [{ ...topic, partitions: only }]);
  const fault: Fault | undefined = faults.get(name);
  if (fault !== undefined) throw fault;
  return offsets.get(name)?.get(partition);
}

/** The latest time that a Date can be, in milliseconds since 1970. */
const latestMs = 8_640_000_000_000_000n;

/** Producers write any number; -1 stands for no time. */
function dateOf(timeMs: bigint): Date | undefined {
  return timeMs < 0n || timeMs > latestMs ? undefined : new Date(Number(timeMs));
}

function describe({ name, partition }: Place): string {
  return `cannot read a record of topic "${name}" partition ${partition}`;
}
