/**
 * How one offset grew over time: the end of a partition's log, or a group's position in it.
 *
 * Samples in which nothing moved are one point that lasts. When the series is full, every second point of its older
 * half goes: the memory is bounded, recent times stay fine and the first sample stays known for ever.
 * Times are monotonic milliseconds, ascending. Offsets are exact below 2^53.
 */
export class OffsetSeries {
  readonly #limit: number;
  #offsets: number[] = [];
  /** When each offset was first and last seen. */
  #fromMs: number[] = [];
  #untilMs: number[] = [];

  constructor(limit = 96) {
    this.#limit = limit;
  }

  get points(): number {
    return this.#offsets.length;
  }

  get firstOffset(): number | undefined {
    return this.#offsets[0];
  }

  get firstMs(): number | undefined {
    return this.#fromMs[0];
  }

  /** When the newest offset was first seen. */
  get changedMs(): number | undefined {
    return this.#fromMs.at(-1);
  }

  /** An offset below the last one means a new log or a rewound group: what was known before says nothing any more. */
  add(offset: number, atMs: number): void {
    const last = this.#offsets.at(-1);
    if (last === offset) {
      this.#untilMs[this.#untilMs.length - 1] = atMs;
      return;
    }
    if (last !== undefined && offset < last) this.clear();
    this.#offsets.push(offset);
    this.#fromMs.push(atMs);
    this.#untilMs.push(atMs);
    if (this.#offsets.length > this.#limit) this.#thin();
  }

  clear(): void {
    this.#keep(() => false);
  }

  /**
   * Mean growth per second over the window that ends with the newest sample, or over the whole history when that is
   * shorter. `undefined` with fewer than two samples.
   */
  rate(windowMs: number): number | undefined {
    const nowMs = this.#untilMs.at(-1);
    const newest = this.#offsets.at(-1);
    const firstMs = this.#fromMs[0];
    if (nowMs === undefined || newest === undefined || firstMs === undefined) return undefined;
    const sinceMs = Math.max(nowMs - windowMs, firstMs);
    const before = this.offsetAt(sinceMs);
    if (before === undefined || nowMs <= sinceMs) return undefined;
    return ((newest - before) * 1000) / (nowMs - sinceMs);
  }

  /** The offset at a time between the first and the last sample, on the line between its neighbours. */
  offsetAt(timeMs: number): number | undefined {
    const next = this.#fromMs.findLastIndex((fromMs) => fromMs <= timeMs);
    const [offset, untilMs] = [this.#offsets[next], this.#untilMs[next]];
    if (offset === undefined || untilMs === undefined) return undefined;
    if (timeMs <= untilMs) return offset;
    const [laterOffset, laterMs] = [this.#offsets[next + 1], this.#fromMs[next + 1]];
    if (laterOffset === undefined || laterMs === undefined) return undefined;
    return between(timeMs, [untilMs, offset], [laterMs, laterOffset]);
  }

  /**
   * When the record at `offset` came in, as the samples show it: after the last sample that ended at or before it,
   * before the first that ended beyond it. `undefined` outside of what was sampled: nothing is extrapolated.
   */
  timeOf(offset: number): number | undefined {
    const left = this.#offsets.findLastIndex((seen) => seen <= offset);
    const [leftOffset, leftMs] = [this.#offsets[left], this.#untilMs[left]];
    const [rightOffset, rightMs] = [this.#offsets[left + 1], this.#fromMs[left + 1]];
    if (leftOffset === undefined || leftMs === undefined) return undefined;
    if (rightOffset === undefined || rightMs === undefined) return undefined;
    return between(offset, [leftOffset, leftMs], [rightOffset, rightMs]);
  }

  #thin(): void {
    const half = this.#offsets.length / 2;
    this.#keep((index) => index >= half || index % 2 === 0);
  }

  #keep(wanted: (index: number) => boolean): void {
    const kept = (values: number[]) => values.filter((_, index) => wanted(index));
    this.#offsets = kept(this.#offsets);
    this.#fromMs = kept(this.#fromMs);
    this.#untilMs = kept(this.#untilMs);
  }
}

type Point = readonly [x: number, y: number];

/** The y at `x` on the line through two points with different x. */
export function between(x: number, [x0, y0]: Point, [x1, y1]: Point): number {
  return y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
}
