import { keyOf } from '../../../base/keys.ts';
import type { EventSchema } from '../../../crds/event-schema.ts';
import type { RegistryRefusal, SeenSchema } from '../observed.ts';

/** What a verdict of the registry depends on, beside the resource. */
export type Circumstances = Pick<SeenSchema, 'wanted' | 'versions' | 'level'>;

/** How long the registry is taken at its word: what it goes by, such as a rule of its own, may change without a sign. */
export const believedForMs = 600_000;
/** A server that fails over this one schema so often cannot deal with it; one that is ill recovers before, or fails reads too. */
const mostFailures = 3;

interface Entry {
  attempt: string;
  failures: number;
  refusal?: { refusal: RegistryRefusal; untilMs: number };
}

/**
 * What the registry refused, so that an unchanged schema is not offered again and again.
 * A refusal is forgotten as soon as the spec, the level that applies or the subject's versions change, after a while, and
 * at a restart.
 */
export class Refusals {
  readonly #byKey = new Map<string, Entry>();

  /** `forGood`: as long as nothing changes that it depends on. */
  remember(
    resource: EventSchema,
    seen: Circumstances,
    refusal: RegistryRefusal,
    { now, forGood = false }: { now: Date; forGood?: boolean },
  ): void {
    const attempt = attemptOf(resource, seen);
    const entry = { refusal, untilMs: forGood ? Number.POSITIVE_INFINITY : now.getTime() + believedForMs };
    this.#byKey.set(keyOf(resource), { attempt, failures: this.#failuresOf(resource, attempt), refusal: entry });
  }

  /** The registry failed over the schema. Returns whether that has become its answer. */
  noteFailure(resource: EventSchema, seen: Circumstances): boolean {
    const attempt = attemptOf(resource, seen);
    const failures = this.#failuresOf(resource, attempt) + 1;
    this.#byKey.set(keyOf(resource), { attempt, failures });
    return failures >= mostFailures;
  }

  find(resource: EventSchema, seen: Circumstances, now: Date): RegistryRefusal | undefined {
    const entry = this.#byKey.get(keyOf(resource));
    if (entry?.refusal === undefined || entry.attempt !== attemptOf(resource, seen)) return undefined;
    return now.getTime() < entry.refusal.untilMs ? entry.refusal.refusal : undefined;
  }

  #failuresOf(resource: EventSchema, attempt: string): number {
    const known = this.#byKey.get(keyOf(resource));
    return known?.attempt === attempt ? known.failures : 0;
  }

  forget(key: string): void {
    this.#byKey.delete(key);
  }
}

function attemptOf({ metadata, spec }: EventSchema, { wanted, versions, level }: Circumstances): string {
  // A level that the spec names is set for the attempt; only an inherited one is the registry's to change.
  return JSON.stringify([metadata.uid, spec, wanted.schema, versions, spec.compatibility ?? level]);
}
