/** How long records waited, in whole seconds. */
export class Waits {
  /** Records by the seconds that they waited. */
  readonly #records: Float64Array;

  constructor(longestSeconds: number) {
    this.#records = new Float64Array(longestSeconds + 1);
  }

  add(seconds: number, records: number): void {
    this.#records[seconds] = (this.#records[seconds] ?? 0) + records;
  }

  get records(): number {
    return this.#records.reduce((sum, records) => sum + records, 0);
  }

  /** Part of the records that waited longer than that; 0 of none. */
  lateShare(maxSeconds: number): number {
    const late = this.#records.reduce((sum, records, seconds) => (seconds > maxSeconds ? sum + records : sum), 0);
    return late === 0 ? 0 : late / this.records;
  }

  /** The longest wait; 0 of none. */
  get worst(): number {
    return Math.max(
      0,
      this.#records.findLastIndex((records) => records > 0),
    );
  }

  /** What that share of the records did not wait longer than; 0 of none. */
  within(share: number): number {
    const enough = this.records * share;
    let sum = 0;
    for (const [seconds, records] of this.#records.entries()) {
      sum += records;
      if (sum >= enough) return seconds;
    }
    return this.worst;
  }
}
