/** The group gives its partitions out anew, and takes what this member commits until it has joined again. */
const REBALANCING = ['REBALANCE_IN_PROGRESS', 'NOT_COORDINATOR_FOR_GROUP'];
/** The group has gone on without this member. */
const EXPELLED = ['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION'];

/**
 * The time from one assignment of partitions to the next. When it draws to a close, nothing further begins, and what is in
 * hand is finished and committed before the member joins again.
 */
export class Tenure {
  readonly #draining = new AbortController();
  readonly #lost = new AbortController();
  #cause: unknown;
  #over = false;

  /** Aborted when nothing further is to begin. */
  get draining(): AbortSignal {
    return this.#draining.signal;
  }

  /** Aborted when the partitions may be somebody else's already: what is in hand will come again, there or here. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** What ended it, if that was an error. */
  get cause(): unknown {
    return this.#cause;
  }

  /** Whether another one has begun. Then offsets of this one must not be committed: they could take a partition back. */
  get over(): boolean {
    return this.#over;
  }

  drain(cause?: unknown): void {
    this.#cause ??= cause;
    this.#draining.abort();
  }

  /** Takes in what the brokers said to a heartbeat or a commit. What is no word about the membership changes nothing. */
  notice(error: unknown): void {
    const { type = '' }: { type?: string } = Object(error);
    if (EXPELLED.includes(type)) this.lose(error);
    else if (REBALANCING.includes(type)) this.drain(error);
  }

  lose(cause: unknown): void {
    this.drain(cause);
    this.#lost.abort(cause);
  }

  end(): void {
    this.#over = true;
    this.lose(new Error('the partitions were given out anew'));
  }
}
