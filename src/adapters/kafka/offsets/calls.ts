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

export type ListOffsetsAnswer = listOffsetsV9.ListOffsetsResponse;

/** Partition numbers by topic. */
export type PartitionsByTopic = ReadonlyMap<string, readonly number[]>;

/** Kafka's reserved timestamps for "the offset after the last record" and "the first offset still kept". */
const timestampOf = { end: -1n, logStart: -2n } as const;

const consumerReplica = -1;
const readUncommitted = 0;
const anyEpoch = -1;

/** End offsets (high watermarks) or first kept offsets. Only a partition's leader answers for it. */
export function listOffsets(which: 'end' | 'logStart', partitions: PartitionsByTopic): KafkaRequest<ListOffsetsAnswer> {
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
  /** Whole record batches as they stand in the log; the last one may be cut short. */
  records: Buffer;
}

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
export function fetchRecords(position: RecordPosition, maxBytes: number): KafkaRequest<FetchedRecords> {
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
    readUncommitted,
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
  if (errorCode !== 0 || partition === undefined) return { throttleTimeMs, errorCode, records: Buffer.alloc(0) };
  return { throttleTimeMs, ...partition };
}

function parseFetchedPartition(reader: Reader): { errorCode: number; records: Buffer } {
  reader.readInt32(); // partition
  const errorCode = reader.readInt16();
  reader.readInt64(); // high watermark
  reader.readInt64(); // last stable offset
  reader.readInt64(); // log start
  reader.readNullableArray((aborted) => [aborted.readInt64(), aborted.readInt64()]);
  reader.readInt32(); // preferred replica
  return { errorCode, records: reader.readNullableBytes() ?? Buffer.alloc(0) };
}
