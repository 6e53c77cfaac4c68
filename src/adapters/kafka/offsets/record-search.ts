import type { Fault } from '../../../ports/fault.ts';
import type { FoundRecord, KafkaAdmin } from '../../../ports/kafka.ts';
import { unlessAborted } from '../abort.ts';
import { aclFor } from '../acl.ts';
import type { Cluster } from '../cluster.ts';
import { faultOfCode, nameOfCode, unavailable } from '../errors.ts';
import type { MetadataTopic } from '../topics/calls.ts';
import type { MetadataReads } from '../topics/metadata.ts';
import { topicIdOfUuid } from '../topics/topic-id.ts';
import { type FetchedRecords, fetchRecords, type Isolation } from './calls.ts';
import { firstRecord } from './first-record.ts';
import { listFromLeaders, noLeader, withoutLeader } from './offset-table.ts';

/** A broker sends at least one whole batch, however small this is; the first one mostly tells. */
const firstBytes = 4_096;
const laterBytes = 65_536;
/** How often to look further when batches hold nothing but what no consumer gets. */
const maxSteps = 5;

/** One partition at its leader. */
interface Place {
  name: string;
  topic: MetadataTopic;
  partition: number;
  leader: number;
}

/** How far a search has come: nothing waits before `offset`. */
interface Progress {
  offset: bigint;
}

/** What waits in a partition, read from the headers of its batches: five fetches at most, and three small requests. */
export function createRecordSearch(cluster: Cluster, reads: MetadataReads): Pick<KafkaAdmin, 'findRecord'> {
  async function search(place: Place, progress: Progress): Promise<FoundRecord> {
    for (let step = 0; step < maxSteps; step += 1) {
      const { offset } = progress;
      const fetched = await fetchAt(place, offset, 'committed', step === 0 ? firstBytes : laterBytes);
      if (fetched === 'outOfRange') {
        const first = await offsetOf('logStart', place);
        // Nothing was ever written there, or it was cut off again.
        if (first === undefined || first <= offset) return { kind: 'none', until: offset };
        progress.offset = first;
        continue;
      }
      const { highWatermark, lastStable } = fetched;
      const found = firstRecord(fetched.records, offset, fetched.aborted);
      if (found.kind === 'found') return { kind: 'record', offset: found.offset, time: dateOf(found.timeMs) };
      const next = found.kind === 'later' ? found.nextOffset : await pastGap(place, offset, fetched);
      progress.offset = next;
      if (next >= highWatermark) return { kind: 'none', until: next };
      if (next >= lastStable) return openAt(place, next);
    }
    return { kind: 'none', until: progress.offset };
  }

  /** Where to go on when no batches came: compaction may leave none at the end of what can be read. */
  async function pastGap(place: Place, offset: bigint, { lastStable }: FetchedRecords): Promise<bigint> {
    if (offset >= lastStable) return offset;
    const local = await offsetOf('localStart', place);
    // Older ones may lie in remote storage, from which they come late.
    if (local !== undefined && local <= offset) return lastStable;
    throw unavailable(`${describe(place)}: none were sent`, { code: 'NO_RECORDS' });
  }

  async function openAt(place: Place, offset: bigint): Promise<FoundRecord> {
    const fetched = await fetchAt(place, offset, 'any', firstBytes);
    const found = fetched === 'outOfRange' ? undefined : firstRecord(fetched.records, offset);
    return { kind: 'open', offset, time: found?.kind === 'found' ? dateOf(found.timeMs) : undefined };
  }

  async function fetchAt(
    place: Place,
    offset: bigint,
    isolation: Isolation,
    maxBytes: number,
  ): Promise<FetchedRecords | 'outOfRange'> {
    const position = { topicId: topicIdOfUuid(place.topic.topicId), partition: place.partition, offset };
    const request = fetchRecords(position, isolation, maxBytes);
    const fetched = await cluster.links.ask(place.leader, request, cluster.settings.callTimeoutMs);
    const { throttleTimeMs, errorCode } = fetched;
    if (nameOfCode(errorCode) === 'OFFSET_OUT_OF_RANGE') return 'outOfRange';
    if (errorCode !== 0) {
      throw faultOfCode(describe(place), fetched, { throttleTimeMs, acl: aclFor('Fetch', place.name) });
    }
    // A broker that slows us down sends no partition, which is not an empty one.
    if (!fetched.isThere) throw unavailable(`${describe(place)}: none were sent`, { code: 'NO_RECORDS' });
    return fetched;
  }

  async function offsetOf(which: 'logStart' | 'localStart', place: Place): Promise<bigint | undefined> {
    const { name, topic, partition } = place;
    const only = topic.partitions.filter(({ partitionIndex }) => partitionIndex === partition);
    const { offsets, faults } = await listFromLeaders(cluster, which, [{ ...topic, partitions: only }]);
    const fault: Fault | undefined = faults.get(name);
    if (fault !== undefined) throw fault;
    return offsets.get(name)?.get(partition);
  }

  return {
    async findRecord(name, partition, offset, options) {
      const topic = await reads.metadataOf(name, options);
      const leader = topic?.partitions.find(({ partitionIndex }) => partitionIndex === partition)?.leaderId;
      if (topic === undefined || leader === undefined) return undefined;
      const place = { name, topic, partition, leader };
      if (leader === noLeader) throw withoutLeader(describe(place));
      const progress: Progress = { offset };
      return unlessAborted(options.signal, search(place, progress)).catch((fault: unknown): FoundRecord => {
        if (progress.offset === offset) throw fault;
        // What the search had passed by then stays passed; whoever goes on from there meets the fault again.
        return { kind: 'none', until: progress.offset };
      });
    },
  };
}

/** The latest time that a Date can be, in milliseconds since 1970. */
const latestMs = 8_640_000_000_000_000n;

/** Producers write any number; -1 stands for no time. */
function dateOf(timeMs: bigint | undefined): Date | undefined {
  return timeMs === undefined || timeMs < 0n || timeMs > latestMs ? undefined : new Date(Number(timeMs));
}

/** Without the partition: what is wrong with one is mostly wrong with all, and the message shall stay the same. */
function describe({ name }: Place): string {
  return `cannot look at records of topic "${name}"`;
}
