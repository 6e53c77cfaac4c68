/**
 * Reads times from record batches (format 2, Kafka 0.11 and later; https://kafka.apache.org/documentation/#recordbatch)
 * without decompressing anything. Producers write what is in a batch: a length is believed only as far as there are
 * bytes for it, and what cannot be read ends the search.
 */
const headerBytes = 61;
/** The longest varint that Kafka writes, of 64 bits. */
const longestVarintBytes = 10;
const lengthPrefixBytes = 12;
const at = { baseOffset: 0, length: 8, magic: 16, attributes: 21, lastOffsetDelta: 23, baseTime: 27, maxTime: 35 };
const compressionBits = 0b111;
const logAppendTimeBit = 1 << 3;
const controlBit = 1 << 5;

export type RecordTime =
  | { kind: 'found'; timeMs: bigint }
  /** None of these batches holds a record at or after the offset; the next batch begins at `nextOffset`. */
  | { kind: 'later'; nextOffset: bigint }
  | { kind: 'end' };

/**
 * The time, in milliseconds since 1970, of the record at `offset` or of the first one after it. In a compressed batch
 * it is the time of the batch's first record, which is off by no more than the time the producer took to fill it.
 */
export function timeOfRecord(batches: Buffer, offset: bigint): RecordTime {
  let position = 0;
  let nextOffset: bigint | undefined;
  while (batches.length - position >= headerBytes) {
    const batch = batches.subarray(position);
    const length = batch.readInt32BE(at.length);
    if (batch.readInt8(at.magic) !== 2 || length < headerBytes - lengthPrefixBytes) break;
    if (batch.readInt32BE(at.lastOffsetDelta) < 0) break;
    const timeMs = timeInBatch(batch, offset);
    if (timeMs !== undefined) return { kind: 'found', timeMs };
    nextOffset = lastOffsetOf(batch) + 1n;
    position += lengthPrefixBytes + length;
  }
  return nextOffset === undefined ? { kind: 'end' } : { kind: 'later', nextOffset };
}

function lastOffsetOf(batch: Buffer): bigint {
  return batch.readBigInt64BE(at.baseOffset) + BigInt(batch.readInt32BE(at.lastOffsetDelta));
}

function timeInBatch(batch: Buffer, offset: bigint): bigint | undefined {
  const attributes = batch.readInt16BE(at.attributes);
  // Control batches mark the end of transactions; no consumer ever sees them.
  if ((attributes & controlBit) !== 0 || lastOffsetOf(batch) < offset) return undefined;
  if ((attributes & logAppendTimeBit) !== 0) return batch.readBigInt64BE(at.maxTime);
  const baseTime = batch.readBigInt64BE(at.baseTime);
  if ((attributes & compressionBits) !== 0) return baseTime;
  const delta = timeDeltaOf(batch, offset - batch.readBigInt64BE(at.baseOffset));
  return delta === undefined ? undefined : baseTime + delta;
}

/** The time delta of the first record whose offset delta is at least `wantedDelta`; compaction leaves gaps. */
function timeDeltaOf(batch: Buffer, wantedDelta: bigint): bigint | undefined {
  const end = Math.min(batch.length, lengthPrefixBytes + batch.readInt32BE(at.length));
  let position = headerBytes;
  while (position < end) {
    const length = readVarint(batch, position, end);
    if (length === undefined || length.value < 0n) return undefined;
    const next = length.next + Number(length.value);
    const timeDelta = readVarint(batch, length.next + 1, end); // one byte of attributes
    const offsetDelta = timeDelta && readVarint(batch, timeDelta.next, end);
    if (offsetDelta === undefined || offsetDelta.next > next) return undefined;
    if (offsetDelta.value >= wantedDelta) return timeDelta?.value;
    position = next;
  }
  return undefined;
}

/** A zig-zag variable-length integer, and where it ends; `undefined` when it is cut off or longer than any. */
function readVarint(bytes: Buffer, from: number, end: number): { value: bigint; next: number } | undefined {
  let raw = 0n;
  const limit = Math.min(end, from + longestVarintBytes);
  for (let position = from, shift = 0n; position < limit; position += 1, shift += 7n) {
    const byte = bytes[position] ?? 0;
    raw |= BigInt(byte & 0x7f) << shift;
    if ((byte & 0x80) === 0) return { value: (raw >> 1n) ^ -(raw & 1n), next: position + 1 };
  }
  return undefined;
}
