import type { Blocked } from '../../../runtime/kind.ts';

/** A deletion that the brokers did not make. */
export interface RefusedDeletion {
  blocked: Blocked;
  /** It is not tried again yet. */
  resting: boolean;
}

/** After that a refusal says nothing any more. */
const rememberedMs = 600_000;

/**
 * What became of deletions that were tried in vain. Where nobody may wait any longer, one such try is enough to let a
 * resource go; a look alone would try for ever.
 */
export class RefusedDeletions {
  readonly #refused = new Map<string, { blocked: Blocked; atMs: number; restMs: number }>();

  /** `about`: the id of the topic, or of the Kafka cluster for what holds for all of its topics. */
  note(about: string, blocked: Blocked, restMs: number, now: Date): void {
    for (const [key, { atMs }] of this.#refused) {
      if (now.getTime() - atMs >= rememberedMs) this.#refused.delete(key);
    }
    this.#refused.set(about, { blocked, atMs: now.getTime(), restMs });
  }

  find(abouts: readonly string[], now: Date): RefusedDeletion | undefined {
    for (const about of abouts) {
      const found = this.#refused.get(about);
      const ageMs = found === undefined ? rememberedMs : now.getTime() - found.atMs;
      if (found !== undefined && ageMs < rememberedMs) return { blocked: found.blocked, resting: ageMs < found.restMs };
    }
    return undefined;
  }
}
