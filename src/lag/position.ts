import type { Fault } from '../ports/fault.ts';
import type { FoundRecord, PartitionOffsets } from '../ports/kafka.ts';
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
  /** There was more than that look could take in. */
  goesOn = false;
  /** Why the last look-up failed. */
  lookFault: Fault | undefined;
  /** Why the time of the record that was looked up last says nothing. */
  timeDoubt: string | undefined;
  #look: Look | undefined;
  #waitingMs: number | undefined;
  #firstEnd: bigint | undefined;
  #lastCommitted: bigint | undefined;
  #end: bigint | undefined;

  /** Where a client begins that starts at the end: at the log's end when this partition was first seen uncommitted. */
  firstEnd(end: bigint): bigint {
    this.#firstEnd ??= end;
    return this.#firstEnd;
  }

  /** The offset that the group committed last, though it has none any more. */
  get lastCommitted(): bigint | undefined {
    return this.#lastCommitted;
  }

  /** `isNew`: the partition was not there when the group's topic was looked at before, so all in it came since. */
  seeLog({ end, logStart }: PartitionOffsets, isNew: boolean): void {
    // A log that ends before where it ended is another one, or was cut.
    const isAnother = this.#end !== undefined && end < this.#end;
    this.#end = end;
    if (isAnother) [this.#look, this.#lastCommitted, this.anchor] = [undefined, undefined, undefined];
    if (isAnother || isNew) this.#firstEnd = logStart;
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
      this.#lastCommitted = committed;
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
