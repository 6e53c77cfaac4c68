/** What can be seen of the simulated group and its pods at the end of one second. */
export interface Seen {
  second: number;
  /** What the target asks for, and how many of them are ready. */
  replicas: number;
  ready: number;
  /** `undefined`: the brokers do not answer. */
  group: SeenGroup | undefined;
  /** What pods say of themselves, since the start. */
  work: SeenWork;
  /** When the record at an offset came in, as its own time says: the second. */
  arrivedAt(partition: number, offset: number): number;
}

export interface SeenGroup {
  protocol: 'classic' | 'consumer';
  /** As a broker names it. */
  state: string;
  assignor: string;
  members: readonly { id: string; partitions: readonly number[] }[];
  /** By partition: whole records. */
  offsets: readonly SeenOffsets[];
}

export interface SeenOffsets {
  end: number;
  committed: number;
}

export interface SeenWork {
  processed: number;
  /** Seconds in which the busiest member had work, whether or not it got on with it. */
  busySeconds: number;
}

/** Records that wait, by the offsets: those that are processed and not committed yet count as well. */
export function lagsOf({ offsets }: SeenGroup): number[] {
  return offsets.map(({ end, committed }) => end - committed);
}

/** What decides on the size. One has the memory of one run. */
export interface Scaler {
  name: string;
  /** What tells it from others of its name; empty: nothing. */
  setting: string;
  /** It is asked at second 0 and then every so many. */
  everySeconds: number;
  decide(seen: Seen): Size;
}

export interface Size {
  replicas: number;
  /** In the scaler's own words. */
  reason: string;
}
