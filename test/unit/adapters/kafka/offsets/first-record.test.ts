import { createRecordsBatch } from '@platformatic/kafka';
import { describe, expect, it } from 'vitest';
import { type FirstRecord, firstRecord } from '../../../../../src/adapters/kafka/offsets/first-record.ts';

const attributesAt = 21;
const logAppendTime = 1 << 3;
const control = 1 << 5;
const start = 1_767_225_600_000n;

interface Batch {
  baseOffset: bigint;
  /** Milliseconds after `start`, one for each record. */
  times: readonly bigint[];
  flags?: number;
  producer?: bigint;
  compression?: 'none' | 'gzip';
  /** Of the last record that was written; compaction may have removed it. */
  lastOffsetDelta?: number;
  /** What the header says, where compaction left none. */
  count?: number;
}

/** A batch as the client library writes it, with what only brokers set put in by hand. */
function batch(batch: Batch): Buffer {
  const { baseOffset, times, flags = 0, producer, compression = 'none', lastOffsetDelta, count } = batch;
  const records = times.map((ms) => ({ topic: 'orders', value: Buffer.from('record'), timestamp: start + ms }));
  const bytes = Buffer.from(createRecordsBatch(records, { compression }).buffer);
  bytes.writeBigInt64BE(baseOffset, 0);
  bytes.writeInt16BE(bytes.readInt16BE(attributesAt) | flags, attributesAt);
  if (lastOffsetDelta !== undefined) bytes.writeInt32BE(lastOffsetDelta, 23);
  if (producer !== undefined) bytes.writeBigInt64BE(producer, 43);
  if (count !== undefined) bytes.writeInt32BE(count, 57);
  return bytes;
}

const found = (offset: bigint, ms?: bigint): FirstRecord => {
  return { kind: 'found', offset, timeMs: ms === undefined ? undefined : start + ms };
};
const later = (nextOffset: bigint): FirstRecord => ({ kind: 'later', nextOffset });

const all = (...batches: Buffer[]) => Buffer.concat(batches);
const three = batch({ baseOffset: 10n, times: [0n, 500n, 70_000n] });
const markers = batch({ baseOffset: 13n, times: [80_000n], flags: control });
const more = batch({ baseOffset: 14n, times: [90_000n] });
const oldFormat = Buffer.from(three);
oldFormat.writeInt8(1, 16);
const endless = Buffer.from(three);
endless.writeInt32BE(-12, 8);

const backwards = Buffer.from(three);
backwards.writeInt32BE(-5, 23);
/** One record, whose length, times and offsets are given by hand. */
const withRecord = (...record: number[]) => {
  const header = Buffer.from(three.subarray(0, 61));
  header.writeInt32BE(49 + record.length, 8);
  return Buffer.concat([header, Buffer.from(record)]);
};

const cases: { it: string; bytes: Buffer; offset: bigint; first: FirstRecord }[] = [
  { it: 'gives the first record', bytes: three, offset: 10n, first: found(10n, 0n) },
  { it: 'gives a record further on', bytes: three, offset: 11n, first: found(11n, 500n) },
  { it: 'gives the last record', bytes: three, offset: 12n, first: found(12n, 70_000n) },
  { it: 'gives the next record when the wanted one is gone', bytes: three, offset: 3n, first: found(10n, 0n) },
  { it: 'points behind batches that end before the offset', bytes: three, offset: 13n, first: later(13n) },
  { it: 'looks into the batches that follow', bytes: all(three, more), offset: 13n, first: found(14n, 90_000n) },
  { it: 'passes over transaction markers', bytes: all(markers, more), offset: 13n, first: found(14n, 90_000n) },
  { it: 'points behind transaction markers at the end', bytes: markers, offset: 13n, first: later(14n) },
  {
    it: 'points behind a batch whose last records were compacted away',
    bytes: batch({ baseOffset: 10n, times: [0n], lastOffsetDelta: 5 }),
    offset: 12n,
    first: later(16n),
  },
  {
    it: 'points behind a batch of which compaction left the header',
    bytes: batch({ baseOffset: 10n, times: [0n], compression: 'gzip', lastOffsetDelta: 5, count: 0 }),
    offset: 10n,
    first: later(16n),
  },
  {
    it: 'takes the first time of a compressed batch for all its records',
    bytes: batch({ baseOffset: 10n, times: [5n, 900n], compression: 'gzip' }),
    offset: 11n,
    first: found(11n, 5n),
  },
  {
    it: 'takes the time of the append where the topic keeps that',
    bytes: batch({ baseOffset: 10n, times: [5n, 900n], flags: logAppendTime }),
    offset: 10n,
    first: found(10n, 900n),
  },
  { it: 'finds nothing in no bytes', bytes: Buffer.alloc(0), offset: 0n, first: { kind: 'end' } },
  { it: 'takes half a header for a record', bytes: three.subarray(0, 40), offset: 10n, first: found(10n) },
  { it: 'takes the format of before Kafka 0.11 for a record', bytes: oldFormat, offset: 10n, first: found(10n) },
  { it: 'takes a length that cannot be for a record', bytes: endless, offset: 10n, first: found(10n) },
  { it: 'takes a batch that ends before it begins for a record', bytes: backwards, offset: 10n, first: found(10n) },
  {
    it: 'takes a record whose length leads back for one',
    bytes: withRecord(3, 0, 0, 0),
    offset: 10n,
    first: found(10n),
  },
  {
    it: 'takes a record that is longer than it says for one',
    bytes: withRecord(2, 0, 0, 0, 0),
    offset: 10n,
    first: found(10n),
  },
  {
    it: 'takes a number that does not end for a record',
    bytes: withRecord(40, 0, ...Array<number>(20).fill(0xff), 0, 0),
    offset: 10n,
    first: found(10n),
  },
  {
    it: 'points at a batch that is cut off behind others',
    bytes: all(three, more.subarray(0, 65)),
    offset: 13n,
    first: later(13n),
  },
];

const transactional = 1 << 4;
const abort = (baseOffset: bigint, producer: bigint) => {
  return batch({ baseOffset, times: [0n], flags: control | transactional, producer });
};
const written = (baseOffset: bigint, producer: bigint, flags = transactional) => {
  return batch({ baseOffset, times: [1n, 2n], flags, producer });
};

const transactions: { it: string; bytes: Buffer; offset?: bigint; aborted: readonly bigint[]; first: FirstRecord }[] = [
  {
    it: 'passes over what was aborted, up to its marker',
    bytes: all(written(10n, 7n), written(12n, 7n), abort(14n, 7n)),
    aborted: [10n],
    first: later(15n),
  },
  {
    it: 'gives what the same producer wrote after that',
    bytes: all(written(10n, 7n), abort(12n, 7n), written(13n, 7n)),
    aborted: [10n],
    first: found(13n, 1n),
  },
  {
    it: 'passes over the next one that was aborted as well, in whichever order they are named',
    bytes: all(written(10n, 7n), abort(12n, 7n), written(13n, 7n), abort(15n, 7n)),
    aborted: [13n, 10n],
    first: later(16n),
  },
  {
    it: 'gives what another producer wrote in between',
    bytes: all(written(10n, 7n), written(12n, 8n), abort(14n, 7n)),
    aborted: [10n],
    first: found(12n, 1n),
  },
  {
    it: 'gives what the same producer wrote before it',
    bytes: all(written(10n, 7n), abort(12n, 7n), written(13n, 7n)),
    aborted: [13n],
    first: found(10n, 1n),
  },
  {
    it: 'knows one that began before what is looked at',
    bytes: all(written(12n, 7n), abort(14n, 7n)),
    offset: 12n,
    aborted: [2n],
    first: later(15n),
  },
  {
    it: 'gives a record of no transaction, whoever wrote it',
    bytes: written(10n, 7n, 0),
    aborted: [10n],
    first: found(10n, 1n),
  },
];

describe('looking for a record in batches', () => {
  it.each(cases)('$it', ({ bytes, offset, first }) => {
    expect(firstRecord(bytes, offset)).toEqual(first);
  });

  it.each(transactions)('of transactions, $it', ({ bytes, offset = 10n, aborted, first }) => {
    const named = aborted.map((firstOffset) => ({ producerId: 7n, firstOffset }));
    expect(firstRecord(bytes, offset, named)).toEqual(first);
  });
});
