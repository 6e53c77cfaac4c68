/**
 * The bytes that members of classic groups leave with the coordinator (ConsumerProtocolSubscription and
 * ConsumerProtocolAssignment of Kafka). Later versions only append fields, so the first ones suffice. Any client may
 * leave any bytes: both parsers throw RangeError for what is none of the protocol, after no more work than a pass
 * over what is there.
 */
export function parseSubscription(bytes: Buffer): string[] {
  const cursor = new Cursor(bytes);
  cursor.skipVersion();
  return [...new Set(cursor.list(textBytes, () => cursor.text()))];
}

/** Partition numbers by topic. */
export function parseAssignment(bytes: Buffer): Map<string, number[]> {
  const cursor = new Cursor(bytes);
  cursor.skipVersion();
  const partitions = () => cursor.list(int32Bytes, () => cursor.partition());
  return new Map(cursor.list(textBytes + int32Bytes, () => [cursor.text(), partitions()]));
}

const int16Bytes = 2;
const int32Bytes = 4;
/** More topics, or partitions of one topic, than any member reads. */
export const mostItems = 10_000;
/** What the shortest text takes. */
const textBytes = int16Bytes;

/** Reads forward through big-endian fields, each of which has to be there in full. */
class Cursor {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  skipVersion(): void {
    this.#pass(int16Bytes);
  }

  partition(): number {
    const number = this.#int32();
    if (number < 0) throw new RangeError(`${number} is no number of a partition`);
    return number;
  }

  text(): string {
    const length = this.#bytes.readInt16BE(this.#pass(int16Bytes));
    const start = this.#pass(length);
    return this.#bytes.toString('utf8', start, start + length);
  }

  /** `leastBytes`: what the smallest item takes, so that a count is believed only as far as there are bytes for it. */
  list<T>(leastBytes: number, readItem: () => T): T[] {
    const count = this.#int32();
    const fits = count >= 0 && count <= mostItems && count * leastBytes <= this.#left;
    if (!fits) throw new RangeError(`there is no room for ${count} items`);
    return Array.from({ length: count }, readItem);
  }

  get #left(): number {
    return this.#bytes.length - this.#position;
  }

  #int32(): number {
    return this.#bytes.readInt32BE(this.#pass(int32Bytes));
  }

  /** Where the next `length` bytes begin; the cursor is behind them then. */
  #pass(length: number): number {
    if (length < 0 || length > this.#left) throw new RangeError(`there are no ${length} bytes left`);
    const start = this.#position;
    this.#position = start + length;
    return start;
  }
}
