import {
  createAPI,
  fetchV13,
  fetchV17,
  listOffsetsV7,
  listOffsetsV8,
  listOffsetsV9,
  type Reader,
} from '@platformatic/kafka';
import { type KafkaRequest, requestOf } from '../connection/request.ts';
import { uuidOfTopicId } from '../topics/topic-id.ts';
import type { AbortedTransaction } from './first-record.ts';

export type ListOffsetsAnswer = listOffsetsV9.ListOffsetsResponse;

/** Partition numbers by topic. */
export type PartitionsByTopic = ReadonlyMap<string, readonly number[]>;

/**
 * Kafka's reserved timestamps for "the offset after the last record", "the first offset still kept" and "the first that
 * lies on the broker's own disk". One that knows no other place takes the last for a time before all records.
 */
const timestampOf = { end: -1n, logStart: -2n, localStart: -4n } as const;
export type ListedOffset = keyof typeof timestampOf;

const consumerReplica = -1;
const readUncommitted = 0;
const readCommitted = 1;
const anyEpoch = -1;

/** End offsets (high watermarks) or first kept offsets. Only a partition's leader answers for it. */
export function listOffsets(which: ListedOffset, partitions: PartitionsByTopic): KafkaRequest<ListOffsetsAnswer> {
  const topics = [...partitions].map(([name, numbers]) => ({
    name,
    partitions: numbers.map((partitionIndex) => ({
      partitionIndex,
      currentLeaderEpoch: anyEpoch,
      timestamp: timestampOf[which],
    })),
  }));
  const apis = [listOffsetsV9.api, listOffsetsV8.api, listOffsetsV7.api] as const;
  return requestOf('ListOffsets', apis, [consumerReplica, readUncommitted, topics]);
}

export interface FetchedRecords {
  throttleTimeMs: number;
  errorCode: number;
  /** False: the answer has no partition, and all below says nothing. */
  isThere: boolean;
  highWatermark: bigint;
  /** Where the first transaction begins that is neither committed nor aborted; without one, the high watermark. */
  lastStable: bigint;
  /** Those that these records may belong to. */
  aborted: readonly AbortedTransaction[];
  /** Whole record batches as they stand in the log; the last one may be cut short. */
  records: Buffer;
}

/** `committed`: nothing at or after the last stable offset, and aborted transactions are named. */
export type Isolation = 'committed' | 'any';

export interface RecordPosition {
  topicId: string;
  partition: number;
  offset: bigint;
}

/** The library's own parser decompresses every record; the headers of the batches are all that we read. */
const fetchApis = [
  createAPI<fetchV17.FetchRequest, FetchedRecords>(1, 17, fetchV17.createRequest, parseFetch),
  createAPI<fetchV17.FetchRequest, FetchedRecords>(1, 13, fetchV13.createRequest, parseFetch),
] as const;

/** At most `maxBytes` of records from `position` on, though at least one whole batch. Does not wait for new records. */
export function fetchRecords(
  position: RecordPosition,
  isolation: Isolation,
  maxBytes: number,
): KafkaRequest<FetchedRecords> {
  const partition = {
    partition: position.partition,
    currentLeaderEpoch: anyEpoch,
    fetchOffset: position.offset,
    lastFetchedEpoch: anyEpoch,
    partitionMaxBytes: maxBytes,
  };
  const topics = [{ topicId: uuidOfTopicId(position.topicId), partitions: [partition] }];
  const [maxWaitMs, minBytes, noSession, noEpoch, noRack] = [0, 0, 0, -1, ''];
  const args: fetchV17.FetchRequest = [
    maxWaitMs,
    minBytes,
    maxBytes,
    isolation === 'committed' ? readCommitted : readUncommitted,
    noSession,
    noEpoch,
    topics,
    [],
    noRack,
  ];
  return requestOf('Fetch', fetchApis, args);
}

/** The layout of Fetch versions 13 to 17 for a request of one partition, up to and including its records. */
function parseFetch(_correlationId: number, _key: number, _version: number, reader: Reader): FetchedRecords {
  const throttleTimeMs = reader.readInt32();
  const errorCode = reader.readInt16();
  reader.readInt32(); // session id
  const partitions = reader.readArray((topic) => {
    topic.readUUID();
    return topic.readArray(parseFetchedPartition);
  });
  const [partition] = partitions.flat();
  if (errorCode !== 0 || partition === undefined) return { throttleTimeMs, errorCode, ...noPartition };
  return { throttleTimeMs, ...partition };
}

const noPartition = { isThere: false, highWatermark: -1n, lastStable: -1n, aborted: [], records: Buffer.alloc(0) };

function parseFetchedPartition(reader: Reader): Omit<FetchedRecords, 'throttleTimeMs'> {
  reader.readInt32(); // partition
  const errorCode = reader.readInt16();
  const [highWatermark, lastStable] = [reader.readInt64(), reader.readInt64()];
  reader.readInt64(); // log start
  const aborted = reader.readNullableArray(parseAborted) ?? [];
  reader.readInt32(); // preferred replica
  const records = reader.readNullableBytes() ?? Buffer.alloc(0);
  return { errorCode, isThere: true, highWatermark, lastStable, aborted, records };
}

function parseAborted(reader: Reader): AbortedTransaction {
  const producerId = reader.readInt64();
  return { producerId, firstOffset: reader.readInt64() };
}
