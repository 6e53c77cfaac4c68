/**
 * What the operator must know after a crash, on record before it acts. Records lie in books, one for each kind of them:
 * whoever keeps a book says what its records are, and how they are read.
 */
export interface Journal {
  open<Value>(type: BookType<Value>): Book<Value>;
}

export type BookName = 'claims' | 'topicThrottles' | 'brokerThrottles' | 'deletions' | 'departures';

/** One kind of record. Values are stored as JSON. */
export interface BookType<Value> {
  name: BookName;
  /** Reads what was stored, perhaps by another version. `undefined`: it was damaged, and counts as no record. */
  parse(stored: unknown): Value | undefined;
  /** Whose the record is: nobody else's takes its place. Absent: the records are the operator's own. */
  holderOf?(value: Value): string;
  /** Whether nobody needs the record any more. Asked when a process begins to lead; `living` are the uids that exist. */
  isOrphan(value: Value, living: ReadonlySet<string>, now: Date): boolean;
}

export interface Book<Value> {
  /** The record of that key, as last written or read. */
  find(key: string): Value | undefined;
  /** All that are stored or about to be; `value` is absent for one that cannot be read. */
  list(): Iterable<{ key: string; value: Value | undefined }>;
  /**
   * Resolves once the record is stored. Calls that arrive together become one write. Throws Fault, of kind `conflict`
   * when the key has a record of another holder, which must be released first.
   */
  record(key: string, value: Value): Promise<void>;
  /** Drops the record; written with the next change or within seconds, because a stale record is harmless. */
  release(key: string): void;
}

/** A claim made just before something is created outside, so that after a crash we know our own from a stranger's. */
export interface Claim {
  /** The UID of the resource that asked for the creation. */
  uid: string;
  /** RFC 3339, when the claim was made; 1970 where that was damaged. */
  at: string;
  /** True: what exists under the claim was created for it, by us. Otherwise it existed before. */
  creates?: boolean;
  /** The id that the resource held when it claimed another one: the claim is settled once it holds a new one. */
  replaces?: string;
  /** The id of the one topic that the claim speaks of; absent: of whichever has the name. */
  id?: string;
}
