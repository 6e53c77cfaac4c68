import { createRecordsBatch } from '@platformatic/kafka';
import { describe, expect, it } from 'vitest';
import { type RecordTime, timeOfRecord } from '../../../../../src/adapters/kafka/offsets/record-batches.ts';

const attributesAt = 21;
const logAppendTime = 1 << 3;
const control = 1 << 5;
const start = 1_767_225_600_000n;

interface Batch {
  baseOffset: bigint;
  /** Milliseconds after `start`, one for each record. */
  times: readonly bigint[];
  flags?: number;
  compression?: 'none' | 'gzip';
  /** Offset deltas that compaction left; all when absent. */
  lastOffsetDelta?: number;
}

/** A batch as the client library writes it, with what only brokers set put in by hand. */
function batch({ baseOffset, times, flags = 0, compression = 'none', lastOffsetDelta }: Batch): Buffer {
  const records = times.map((ms) => ({ topic: 'orders', value: Buffer.from('record'), timestamp: start + ms }));
  const bytes = Buffer.from(createRecordsBatch(records, { compression }).buffer);
  bytes.writeBigInt64BE(baseOffset, 0);
  bytes.writeInt16BE(bytes.readInt16BE(attributesAt) | flags, attributesAt);
  if (lastOffsetDelta !== undefined) bytes.writeInt32BE(lastOffsetDelta, 23);
  return bytes;
}

const found = (ms: bigint): RecordTime => ({ kind: 'found', timeMs: start + ms });
const later = (nextOffset: bigint): RecordTime => ({ kind: 'later', nextOffset });
const end: RecordTime = { kind: 'end' };

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

const cases: { it: string; bytes: Buffer; offset: bigint; time: RecordTime }[] = [
  { it: 'gives the time of the first record', bytes: three, offset: 10n, time: found(0n) },
  { it: 'gives the time of a record further on', bytes: three, offset: 11n, time: found(500n) },
  { it: 'gives the time of the last record', bytes: three, offset: 12n, time: found(70_000n) },
  { it: 'gives the time of the next record when the wanted one is gone', bytes: three, offset: 3n, time: found(0n) },
  { it: 'points behind batches that end before the offset', bytes: three, offset: 13n, time: later(13n) },
  { it: 'looks into the batches that follow', bytes: Buffer.concat([three, more]), offset: 13n, time: found(90_000n) },
  { it: 'passes over transaction markers', bytes: Buffer.concat([markers, more]), offset: 13n, time: found(90_000n) },
  { it: 'points behind transaction markers at the end', bytes: markers, offset: 13n, time: later(14n) },
  {
    it: 'points behind a batch whose last records were compacted away',
    bytes: batch({ baseOffset: 10n, times: [0n], lastOffsetDelta: 5 }),
    offset: 12n,
    time: later(16n),
  },
  {
    it: 'takes the first time of a compressed batch for all its records',
    bytes: batch({ baseOffset: 10n, times: [5n, 900n], compression: 'gzip' }),
    offset: 11n,
    time: found(5n),
  },
  {
    it: 'takes the time of the append where the topic keeps that',
    bytes: batch({ baseOffset: 10n, times: [5n, 900n], flags: logAppendTime }),
    offset: 10n,
    time: found(900n),
  },
  { it: 'finds nothing in no bytes', bytes: Buffer.alloc(0), offset: 0n, time: end },
  { it: 'finds nothing in half a header', bytes: three.subarray(0, 40), offset: 10n, time: end },
  { it: 'finds nothing in the format of before Kafka 0.11', bytes: oldFormat, offset: 10n, time: end },
  { it: 'stops at a length that cannot be', bytes: endless, offset: 10n, time: end },
  { it: 'stops at a batch that claims to end before it begins', bytes: backwards, offset: 10n, time: end },
  { it: 'stops at a record whose length leads back', bytes: withRecord(3, 0, 0, 0), offset: 10n, time: later(13n) },
  {
    it: 'stops at a record that is longer than it says',
    bytes: withRecord(2, 0, 0, 0, 0),
    offset: 10n,
    time: later(13n),
  },
  {
    it: 'stops at a number that does not end',
    bytes: withRecord(40, 0, ...Array<number>(20).fill(0xff), 0, 0),
    offset: 10n,
    time: later(13n),
  },
  { it: 'stops where the bytes are cut off', bytes: three.subarray(0, 70), offset: 12n, time: later(13n) },
];

describe('reading times from record batches', () => {
  it.each(cases)('$it', ({ bytes, offset, time }) => {
    expect(timeOfRecord(bytes, offset)).toEqual(time);
  });
});
