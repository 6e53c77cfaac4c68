/**
 * Finds records in record batches (format 2, Kafka 0.11 and later; https://kafka.apache.org/documentation/#recordbatch)
 * without decompressing anything. Producers write what is in a batch: a length is believed only as far as there are bytes
 * for it, and what cannot be read counts as a record, because only what is seen to be none may be left out.
 */
const headerBytes = 61;
/** The longest varint that Kafka writes, of 64 bits. */
const longestVarintBytes = 10;
const lengthPrefixBytes = 12;
const at = {
  baseOffset: 0,
  length: 8,
  magic: 16,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTime: 27,
  maxTime: 35,
  producerId: 43,
  records: 57,
};
const compressionBits = 0b111;
const logAppendTimeBit = 1 << 3;
const transactionalBit = 1 << 4;
const controlBit = 1 << 5;

/** A transaction that was given up, as the broker names it beside the batches. */
export interface AbortedTransaction {
  producerId: bigint;
  firstOffset: bigint;
}

export type FirstRecord =
  /** `timeMs`: milliseconds since 1970; `undefined`: it cannot be read. */
  | { kind: 'found'; offset: bigint; timeMs: bigint | undefined }
  /** None of these batches holds a record at or after the offset; the next batch begins at `nextOffset`. */
  | { kind: 'later'; nextOffset: bigint }
  /** There are no batches. */
  | { kind: 'end' };

/**
 * The first record at or after `offset` that a consumer of committed records would get. The time of one in a compressed
 * batch is that of the batch's first record, which is off by no more than the time the producer took to fill it.
 */
export function firstRecord(batches: Buffer, offset: bigint, aborted: readonly AbortedTransaction[] = []): FirstRecord {
  if (batches.length === 0) return { kind: 'end' };
  const givenUp = new GivenUp(aborted);
  let nextOffset: bigint | undefined;
  for (let position = 0; position < batches.length; ) {
    const bytes = wholeBatch(batches.subarray(position));
    if (bytes === undefined) break;
    const isNone = givenUp.passes(bytes) || isControl(bytes) || lastOffsetOf(bytes) < offset;
    const found = isNone ? undefined : recordIn(bytes, offset);
    if (found !== undefined) return { kind: 'found', ...found };
    nextOffset = lastOffsetOf(bytes) + 1n;
    position += bytes.length;
  }
  // A broker sends the first batch whole: one that cannot be read is one of another format.
  return nextOffset === undefined ? { kind: 'found', offset, timeMs: undefined } : { kind: 'later', nextOffset };
}

/** Which producers' batches belong to transactions that were given up, batch after batch. */
class GivenUp {
  readonly #coming: AbortedTransaction[];
  readonly #producers = new Set<bigint>();

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#coming = aborted.toSorted((a, b) => (a.firstOffset < b.firstOffset ? 1 : -1));
  }

  /** Whether the next batch is of such a transaction. A marker ends its producer's transaction. */
  passes(batch: Buffer): boolean {
    const last = lastOffsetOf(batch);
    for (let next = this.#coming.at(-1); next !== undefined && next.firstOffset <= last; next = this.#coming.at(-1)) {
      this.#producers.add(next.producerId);
      this.#coming.pop();
    }
    const producer = batch.readBigInt64BE(at.producerId);
    if (isControl(batch)) this.#producers.delete(producer);
    return (batch.readInt16BE(at.attributes) & transactionalBit) !== 0 && this.#producers.has(producer);
  }
}

/** The first batch of `bytes`; `undefined`: it is cut off, or not of this format. */
function wholeBatch(bytes: Buffer): Buffer | undefined {
  if (bytes.length < headerBytes) return undefined;
  const length = lengthPrefixBytes + bytes.readInt32BE(at.length);
  if (bytes.readInt8(at.magic) !== 2 || length < headerBytes || length > bytes.length) return undefined;
  return bytes.readInt32BE(at.lastOffsetDelta) < 0 ? undefined : bytes.subarray(0, length);
}

/** Control batches mark the end of transactions; no consumer ever sees them. */
function isControl(batch: Buffer): boolean {
  return (batch.readInt16BE(at.attributes) & controlBit) !== 0;
}

function lastOffsetOf(batch: Buffer): bigint {
  return batch.readBigInt64BE(at.baseOffset) + BigInt(batch.readInt32BE(at.lastOffsetDelta));
}

/** `undefined`: compaction left none there. */
function recordIn(batch: Buffer, offset: bigint): { offset: bigint; timeMs: bigint | undefined } | undefined {
  if (batch.readInt32BE(at.records) === 0) return undefined;
  const attributes = batch.readInt16BE(at.attributes);
  const base = batch.readBigInt64BE(at.baseOffset);
  const appendTime = (attributes & logAppendTimeBit) === 0 ? undefined : batch.readBigInt64BE(at.maxTime);
  const baseTime = batch.readBigInt64BE(at.baseTime);
  const wanted = offset > base ? offset - base : 0n;
  if ((attributes & compressionBits) !== 0) return { offset: base + wanted, timeMs: appendTime ?? baseTime };
  const record = recordFrom(batch, wanted);
  if (record === 'none') return undefined;
  if (record === 'unreadable') return { offset: base + wanted, timeMs: appendTime };
  return { offset: base + record.offsetDelta, timeMs: appendTime ?? baseTime + record.timeDelta };
}

/** The first record whose offset delta is at least `wanted`; compaction leaves gaps. */
function recordFrom(batch: Buffer, wanted: bigint): { offsetDelta: bigint; timeDelta: bigint } | 'none' | 'unreadable' {
  let position = headerBytes;
  while (position < batch.length) {
    const length = readVarint(batch, position, batch.length);
    if (length === undefined || length.value < 0n) return 'unreadable';
    const next = length.next + Number(length.value);
    const timeDelta = readVarint(batch, length.next + 1, batch.length); // one byte of attributes
    const offsetDelta = timeDelta && readVarint(batch, timeDelta.next, batch.length);
    if (timeDelta === undefined || offsetDelta === undefined || offsetDelta.next > next) return 'unreadable';
    if (offsetDelta.value >= wanted) return { offsetDelta: offsetDelta.value, timeDelta: timeDelta.value };
    position = next;
  }
  return position === batch.length ? 'none' : 'unreadable';
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
