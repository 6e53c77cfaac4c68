import type { Fault } from '../ports/fault.ts';
import type { FoundRecord } from '../ports/kafka.ts';
import { between, OffsetSeries } from './series.ts';

/** Where a record stands that somebody looked up, and when it was appended (monotonic milliseconds). */
export interface Anchor {
  offset: number;
  appendedMs: number;
}

/** What one poll found for one partition of one group. */
export interface SeenPosition {
  /** `undefined`: the group never committed here. */
  committed: bigint | undefined;
  /** Whether records wait behind the position, or what may be records. */
  waiting: boolean;
}

/** What was seen of the log itself: from `from` to before `until` there is no record, and `found` is what ended the look. */
interface Look {
  from: bigint;
  until: bigint;
  found: FoundRecord;
}

/** One group's position in one partition, over time. */
export class PositionHistory {
  readonly series = new OffsetSeries();
  /** The last look-up of a record older than the samples, and when it was tried. */
  anchor: Anchor | undefined;
  lookedUpMs: number | undefined;
  /** Why the last look-up failed. */
  lookFault: Fault | undefined;
  /** Why the time of the record that was looked up last says nothing. */
  timeDoubt: string | undefined;
  #look: Look | undefined;
  #waitingMs: number | undefined;
  #firstEnd: bigint | undefined;

  /** The log's end when this partition was first seen without a committed offset. */
  firstEnd(end: bigint): bigint {
    this.#firstEnd ??= end;
    return this.#firstEnd;
  }

  /**
   * Takes in one poll. Returns how long records had waited for the commit that this poll shows, in milliseconds:
   * a sample of the group's commit interval. `undefined`: no commit since the last poll, or none was awaited.
   */
  see({ committed, waiting }: SeenPosition, atMs: number): number | undefined {
    const before = this.series.changedMs;
    if (committed === undefined) this.series.clear();
    else {
      this.series.add(Number(committed), atMs);
      this.#firstEnd = undefined;
    }
    const moved = before !== undefined && this.series.changedMs !== before;
    const waitedMs = moved && this.#waitingMs !== undefined ? atMs - this.#waitingMs : undefined;
    if (!waiting) this.#waitingMs = undefined;
    else if (moved || this.#waitingMs === undefined) this.#waitingMs = atMs;
    return waitedMs;
  }

  /** Takes in what a look from `from` on found. One that goes on where the last one ended adds to it. */
  noteLook(from: bigint, found: FoundRecord): void {
    const goesOn = this.#look?.until === from;
    const until = found.kind === 'none' ? found.until : found.offset;
    this.#look = { from: goesOn ? (this.#look?.from ?? from) : from, until, found };
  }

  /** A log that ends before what was looked at is another one, or was cut. */
  seeEnd(end: bigint): void {
    if (this.#look !== undefined && end < this.#look.until) this.#look = undefined;
  }

  /** Where the first record waits that is not known to be none: at `position`, or behind what was seen to be no record. */
  firstWaiting(position: bigint, end: bigint): bigint {
    const look = this.#look;
    if (look === undefined || position < look.from || position > look.until) return position;
    return look.until < end ? look.until : end;
  }

  /** What was seen at `offset`; `undefined`: nobody looked there. */
  foundAt(offset: bigint): FoundRecord | undefined {
    return this.#look?.until === offset ? this.#look.found : undefined;
  }

  /** How long the position has stood still with records waiting, in milliseconds. */
  idleMs(nowMs: number): number {
    return this.#waitingMs === undefined ? 0 : nowMs - this.#waitingMs;
  }

  /**
   * When the record at `offset` was appended, as far as it is known: from the samples of the log's end, or on the line
   * between a looked-up record and the first sample.
   */
  appendedMs(offset: number, ends: OffsetSeries): number | undefined {
    const sampled = ends.timeOf(offset);
    if (sampled !== undefined) return sampled;
    const { anchor } = this;
    const { firstOffset, firstMs } = ends;
    if (anchor === undefined || firstOffset === undefined || firstMs === undefined) return undefined;
    if (offset < anchor.offset || offset >= firstOffset) return undefined;
    // What was there at the first look came before it, whatever its producer's clock said.
    return between(offset, [anchor.offset, Math.min(anchor.appendedMs, firstMs)], [firstOffset, firstMs]);
  }
}
