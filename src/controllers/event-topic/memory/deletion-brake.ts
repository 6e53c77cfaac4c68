import type { Book, BookType, Journal } from '../../../ports/journal.ts';
import type { ObjectKey } from '../../../ports/kube.ts';

/** A deletion that asks to be counted. */
export interface CountedDeletion {
  clusterId: string;
  /** Kafka's id of the topic. */
  id: string;
  /** How many the EventCluster lets through in an hour. */
  limit: number;
}

const minuteMs = 60_000;
/** A deletion counts until the minute that it was made in has been over for an hour. */
const minutesKept = 61;
/** Deletions by minute since the epoch. */
type Minutes = ReadonlyMap<number, number>;

type RecordedMinutes = readonly (readonly [minute: number, deletions: number])[];

/** The deletions of the last hour, by Kafka cluster. */
export const deletionBook: BookType<RecordedMinutes> = {
  name: 'deletions',
  parse: (stored) => (Array.isArray(stored) ? stored.filter(isEntry) : undefined),
  // There is one for each Kafka cluster, and the next deletion takes its place.
  isOrphan: () => false,
};

/**
 * Counts the deletions of topics of each Kafka cluster over the last hour. Each is in the journal before it is made, so
 * that neither a restart nor another leader begins at nought.
 */
export class DeletionBrake {
  readonly #recorded: Book<RecordedMinutes>;
  readonly #made = new Map<string, Minutes>();
  /** When each topic was counted: another try is no other deletion. */
  readonly #counted = new Map<string, number>();
  /** By resource, the topic whose deletion this process has held back since it was asked for. */
  readonly #waiting = new Map<ObjectKey, string>();

  constructor(journal: Journal) {
    this.#recorded = journal.open(deletionBook);
  }

  /** Milliseconds until the deletion may be made, as far as is known now; `undefined`: it may be made. */
  waitMs(deletion: CountedDeletion, now: Date): number | undefined {
    if (this.#isCounted(deletion.id, now)) return undefined;
    const window = this.#windowOf(deletion.clusterId, now);
    if (sum(window) < deletion.limit) return undefined;
    const oldest = Math.min(...window.keys(), minuteOf(now));
    return (oldest + minutesKept) * minuteMs - now.getTime();
  }

  noteWaiting(owner: ObjectKey, id: string): void {
    this.#waiting.set(owner, id);
  }

  isWaiting(owner: ObjectKey, id: string): boolean {
    return this.#waiting.get(owner) === id;
  }

  /** The resource is gone: one of its name that comes back from a backup has waited for nothing. */
  forget(owner: ObjectKey): void {
    this.#waiting.delete(owner);
  }

  /** Counts the deletion; resolves once that is stored. False: too many were made. Throws Fault. */
  async take(deletion: CountedDeletion, now: Date): Promise<boolean> {
    if (this.waitMs(deletion, now) !== undefined) return false;
    const { clusterId, id } = deletion;
    const counted = this.#isCounted(id, now);
    const minute = minuteOf(now);
    const window = this.#windowOf(clusterId, now);
    const made = new Map(window).set(minute, (window.get(minute) ?? 0) + (counted ? 0 : 1));
    this.#made.set(clusterId, made);
    this.#counted.set(id, minute);
    await this.#recorded.record(clusterId, [...made]);
    return true;
  }

  #isCounted(id: string, now: Date): boolean {
    const oldest = minuteOf(now) - minutesKept;
    for (const [topic, minute] of this.#counted) if (minute <= oldest) this.#counted.delete(topic);
    return this.#counted.has(id);
  }

  /** What this process knows and what the journal says: who leads in turn adds to what it found there. */
  #windowOf(clusterId: string, now: Date): Minutes {
    const oldest = minuteOf(now) - minutesKept;
    const window = new Map<number, number>();
    const known = [...(this.#made.get(clusterId) ?? []), ...(this.#recorded.find(clusterId) ?? [])];
    for (const [minute, count] of known) {
      if (minute > oldest) window.set(minute, Math.max(count, window.get(minute) ?? 0));
    }
    return window;
  }
}

function minuteOf(time: Date): number {
  return Math.floor(time.getTime() / minuteMs);
}

function sum(minutes: Minutes): number {
  return [...minutes.values()].reduce((total, count) => total + count, 0);
}

function isEntry(entry: unknown): entry is readonly [number, number] {
  return Array.isArray(entry) && entry.length === 2 && entry.every((part) => Number.isSafeInteger(part));
}
