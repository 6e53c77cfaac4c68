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
  /** What has to be known to undo something. */
  note?: string;
}

export function sameClaim(one: Claim, other: Claim): boolean {
  return (
    one.uid === other.uid &&
    (one.creates ?? false) === (other.creates ?? false) &&
    one.replaces === other.replaces &&
    one.id === other.id &&
    one.note === other.note
  );
}

export interface Journal {
  /** The claim on `thing` (for a topic `<cluster id>/<topic name>`), as last written or read. */
  find(thing: string): Claim | undefined;
  /** All claims that are stored or about to be. */
  list(): Iterable<{ thing: string; uid: string }>;
  /**
   * Resolves once the claim is stored, with its note. Calls that arrive together become one write. Throws Fault, of kind `conflict`
   * when another resource holds the claim: it must be released first.
   */
  record(thing: string, claim: Claim): Promise<void>;
  /** Drops the claim; written with the next change or within seconds, because a stale claim is harmless. */
  release(thing: string): void;
}
