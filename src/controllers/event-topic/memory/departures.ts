import { keyOf } from '../../../base/keys.ts';
import { sleep } from '../../../base/time.ts';
import type { EventTopic } from '../../../crds/event-topic.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Book, BookType, Journal } from '../../../ports/journal.ts';
import type { ResourceCache } from '../../../ports/kube.ts';
import type { Settings } from '../../topic-settings.ts';
import { topicNameOf } from '../identity.ts';

/** What a resource that is gone had: the one topic that it managed, and the settings that it had set on it. */
export interface Departure {
  topicId: string;
  appliedConfig: Settings;
  /** When it was seen to be gone, in milliseconds since the epoch. */
  atMs: number;
}

/** A resource that is replaced comes back within seconds, a large folder of them within minutes. */
const keptMs = 600_000;
/** As many as a folder that is replaced as a whole may hold; each takes less than a kilobyte. */
const mostKept = 20_000;
/** Storing serves a restart only, so it neither hurries nor takes a large part of the journal. */
const storeEveryMs = 2_000;
const mostStoredCharacters = 48_000;
const mostOfOneCharacters = 4_000;

type NamedDeparture = readonly [name: string, departure: Departure];

/** One record of all that went, by resource and topic. */
export const departureBook: BookType<readonly NamedDeparture[]> = {
  name: 'departures',
  parse: (stored) => (Array.isArray(stored) ? stored.filter(isEntry) : undefined),
  // Whoever leads drops it when its time is over.
  isOrphan: () => false,
};
const departuresKey = 'departures';

/**
 * Which topics were managed until just now. A resource that is deleted and created again, as `kubectl replace --force`
 * does, has lost its status; the topic that it managed is its own all the same. Kept in memory, and the newest of them
 * in the journal for who leads next, off the way of any round.
 */
export class Departures {
  readonly #recorded: Book<readonly NamedDeparture[]>;
  readonly #clock: Clock;
  /** By resource and topic, the oldest first. */
  #gone = new Map<string, Departure>();
  #stored = true;

  constructor({ journal, clock }: { journal: Journal; clock: Clock }) {
    this.#recorded = journal.open(departureBook);
    this.#clock = clock;
  }

  /** What the resource of this name left of the topic; `undefined`: nothing, or too long ago. */
  find(resource: EventTopic, clusterId: string): Departure | undefined {
    const found = this.#gone.get(nameOf(resource, clusterId));
    return found && !this.#isOver(found) ? found : undefined;
  }

  /** Notes who goes, and forgets who has come back. Returns how to stop. */
  follow(topics: ResourceCache<EventTopic>): () => void {
    return topics.subscribe(({ before, after }) => {
      if (before && before.metadata.uid !== after?.metadata.uid) this.#note(before);
      else if (after?.status?.clusterId && after.status.topicId) this.#forget(nameOf(after, after.status.clusterId));
    });
  }

  /** Until `signal` aborts: knows what the leader before knew, and stores what comes. */
  async run(signal: AbortSignal): Promise<void> {
    this.recall();
    while (!signal.aborted) {
      await this.store();
      await sleep(this.#clock, storeEveryMs, signal);
    }
  }

  /** Reads what the journal holds. What this process has seen itself is newer. */
  recall(): void {
    this.#gone = new Map([...(this.#recorded.find(departuresKey) ?? []), ...this.#gone]);
  }

  /** Writes what has changed since. Throws nothing: without it only a restart within these minutes forgets. */
  async store(): Promise<void> {
    for (const [name, departure] of this.#gone) if (this.#isOver(departure)) this.#forget(name);
    if (this.#stored) return;
    this.#stored = true;
    const newest = newestOf(this.#gone);
    if (newest.length === 0) {
      this.#recorded.release(departuresKey);
      return;
    }
    await this.#recorded.record(departuresKey, newest).catch(() => {
      this.#stored = false;
    });
  }

  #note(resource: EventTopic): void {
    const { topicId, clusterId, appliedConfig = {} } = resource.status ?? {};
    if (!topicId || !clusterId) return;
    const name = nameOf(resource, clusterId);
    this.#gone.delete(name);
    this.#gone.set(name, { topicId, appliedConfig, atMs: this.#clock.now().getTime() });
    for (const [oldest] of this.#gone) {
      if (this.#gone.size <= mostKept) break;
      this.#gone.delete(oldest);
    }
    this.#stored = false;
  }

  #forget(name: string): void {
    if (this.#gone.delete(name)) this.#stored = false;
  }

  #isOver({ atMs }: Departure): boolean {
    // The clock of the leader before may have been ahead.
    return Math.abs(this.#clock.now().getTime() - atMs) >= keptMs;
  }
}

function nameOf(resource: EventTopic, clusterId: string): string {
  return `${keyOf(resource)} ${clusterId}/${topicNameOf(resource)}`;
}

/** The newest that fit into the journal, the oldest of them first. */
function newestOf(gone: ReadonlyMap<string, Departure>): readonly NamedDeparture[] {
  const newest: NamedDeparture[] = [];
  let stored = 0;
  for (const entry of [...gone].reverse()) {
    const characters = JSON.stringify(entry).length;
    if (characters > mostOfOneCharacters) continue;
    stored += characters + 1;
    if (stored > mostStoredCharacters) break;
    newest.push(entry);
  }
  return newest.reverse();
}

function isEntry(entry: unknown): entry is NamedDeparture {
  if (!Array.isArray(entry) || entry.length !== 2) return false;
  const [name, departure] = entry;
  return typeof name === 'string' && isDeparture(departure);
}

function isDeparture(value: unknown): value is Departure {
  if (typeof value !== 'object' || value === null) return false;
  if (!('topicId' in value && 'appliedConfig' in value && 'atMs' in value)) return false;
  const { topicId, appliedConfig, atMs } = value;
  if (typeof topicId !== 'string' || typeof atMs !== 'number') return false;
  if (typeof appliedConfig !== 'object' || appliedConfig === null) return false;
  return Object.values(appliedConfig).every((setting) => typeof setting === 'string');
}
