/**
 * The bytes that members of classic groups leave with the coordinator (ConsumerProtocolSubscription and
 * ConsumerProtocolAssignment of Kafka). Later versions only append fields, so the first ones suffice.
 */
export function parseSubscription(bytes: Buffer): string[] {
  const cursor = new Cursor(bytes);
  cursor.skipVersion();
  return cursor.list(() => cursor.text());
}

/** Partition numbers by topic. */
export function parseAssignment(bytes: Buffer): Map<string, number[]> {
  const cursor = new Cursor(bytes);
  cursor.skipVersion();
  return new Map(cursor.list(() => [cursor.text(), cursor.list(() => cursor.int32())]));
}

/** Reads forward through big-endian fields; throws RangeError when the bytes end too early. */
class Cursor {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  skipVersion(): void {
    this.#position += 2;
  }

  int32(): number {
    const value = this.#bytes.readInt32BE(this.#position);
    this.#position += 4;
    return value;
  }

  text(): string {
    const length = this.#bytes.readInt16BE(this.#position);
    const start = this.#position + 2;
    this.#position = start + length;
    return this.#bytes.toString('utf8', start, this.#position);
  }

  list<T>(readItem: () => T): T[] {
    const items: T[] = [];
    // No more than what is there: the count comes from a stranger's bytes.
    for (let left = this.int32(); left > 0; left -= 1) items.push(readItem());
    return items;
  }
}
