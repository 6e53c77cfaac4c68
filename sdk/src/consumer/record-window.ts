type State = 'waiting' | 'inHand' | 'done' | 'failed';

/**
 * Says which of the records of a partition may be handled now, so that those of one key are handled one after the other
 * and others side by side. What is done without a gap from the beginning on may be committed.
 *
 * To end in good order, `drain` lets no record begin beyond those that have begun, but fills the gaps between them: then
 * everything that was handled can be committed, and nothing comes again.
 */
export class RecordWindow {
  readonly #keys: readonly (string | undefined)[];
  readonly #states: State[];
  readonly #ahead: number;
  #done = 0;
  #begun = 0;
  #draining = false;

  /**
   * @param keys of the records, in their order; undefined: the record has none, and no order to keep
   * @param ahead how far beyond the first one that is not done a record may begin
   */
  constructor(
    keys: readonly (string | undefined)[],
    ahead: number,
    handledBefore: (index: number) => boolean = () => false,
  ) {
    this.#keys = keys;
    this.#states = keys.map((_, index) => (handledBefore(index) ? 'done' : 'waiting'));
    this.#ahead = ahead;
    this.#advance();
  }

  /** How many are done, counted from the beginning to the first that is not. */
  get done(): number {
    return this.#done;
  }

  /** The records that are done behind one that is not. */
  get doneBeyond(): readonly number[] {
    return this.#states.flatMap((state, index) => (state === 'done' && index >= this.#done ? [index] : []));
  }

  /** The record that is to begin now; undefined: none may, until another one ends. */
  take(): number | undefined {
    const end = Math.min(this.#keys.length, this.#draining ? this.#begun : this.#done + this.#ahead);
    const taken = new Set<string>();
    for (let index = this.#done; index < end; index++) {
      const key = this.#keys[index];
      const free = key === undefined || !taken.has(key);
      if (free && this.#states[index] === 'waiting') return this.#begin(index);
      if (key !== undefined && this.#states[index] !== 'done') taken.add(key);
    }
    return undefined;
  }

  succeed(index: number): void {
    this.#states[index] = 'done';
    this.#advance();
  }

  /** Nothing of its key begins any more, and of others only what fills a gap. */
  fail(index: number): void {
    this.#states[index] = 'failed';
    this.#draining = true;
  }

  drain(): void {
    this.#draining = true;
  }

  #begin(index: number): number {
    this.#states[index] = 'inHand';
    this.#begun = Math.max(this.#begun, index + 1);
    return index;
  }

  #advance(): void {
    while (this.#states[this.#done] === 'done') this.#done += 1;
  }
}
