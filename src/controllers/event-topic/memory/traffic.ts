import type { Clock } from '../../../ports/clock.ts';
import type { KafkaAdmin, TopicOffsets, TopicState } from '../../../ports/kafka.ts';
import type { Traffic } from '../observed.ts';
import { unsuspicious } from '../plan/findings.ts';
import { GatheredOffsets } from './gathered-offsets.ts';

export interface TrafficSettings {
  clock: Clock;
  /** How long a topic is watched before its peak counts as known. */
  knownAfterMs: number;
  /** Looks that follow each other sooner are not taken: a second says little about a day. */
  apartMs: number;
  /** After a longer time without a look nobody knows how busy it was, and the watch begins anew. */
  gapMs: number;
}

interface Look {
  atMs: number;
  offsets: TopicOffsets;
}

interface Watched {
  id: string;
  sinceMs: number;
  last: Look;
  peakPerSecond: number;
}

/**
 * What is written to topics with many partitions, from their end offsets at two looks. Kept in memory only: after a
 * restart the peak is unknown until the topic was watched for long enough again.
 */
export class TopicTraffic {
  readonly #watched = new Map<string, Watched>();
  readonly #offsets = new GatheredOffsets();
  readonly #settings: TrafficSettings;

  constructor(settings: TrafficSettings) {
    this.#settings = settings;
  }

  /** Looks at the topic of `owner` if that is due. `undefined`: it has few partitions, or no two looks were taken. */
  async look(owner: string, topic: TopicState, admin: KafkaAdmin, signal: AbortSignal): Promise<Traffic | undefined> {
    if (topic.partitions <= unsuspicious) {
      this.forget(owner);
      return undefined;
    }
    const { clock, knownAfterMs, apartMs } = this.#settings;
    const atMs = clock.monotonicMs();
    const before = this.#watched.get(owner);
    const known = before?.id === topic.id ? before : undefined;
    if (known === undefined || atMs - known.last.atMs >= apartMs) {
      const offsets = await this.#offsets.read(topic.name, admin, signal);
      if (offsets !== undefined) this.#watched.set(owner, this.#next(topic.id, known, { atMs, offsets }));
    }
    const watched = this.#watched.get(owner);
    if (watched?.id !== topic.id || watched.last.atMs === watched.sinceMs) return undefined;
    return { peakPerSecond: watched.peakPerSecond, known: watched.last.atMs - watched.sinceMs >= knownAfterMs };
  }

  forget(owner: string): void {
    this.#watched.delete(owner);
  }

  #next(id: string, before: Watched | undefined, last: Look): Watched {
    if (before === undefined) return { id, sinceMs: last.atMs, last, peakPerSecond: 0 };
    const peakPerSecond = Math.max(before.peakPerSecond, rateBetween(before.last, last));
    const gap = last.atMs - before.last.atMs > this.#settings.gapMs;
    return { id, sinceMs: gap ? last.atMs : before.sinceMs, last, peakPerSecond };
  }
}

/** Partitions that came in between had no records before. */
function rateBetween(before: Look, after: Look): number {
  let records = 0n;
  for (const [partition, offsets] of after.offsets) {
    const written = (offsets?.end ?? 0n) - (before.offsets.get(partition)?.end ?? 0n);
    // Offsets fall when a broker without the newest records takes over.
    if (written > 0n) records += written;
  }
  return (Number(records) * 1_000) / (after.atMs - before.atMs);
}
