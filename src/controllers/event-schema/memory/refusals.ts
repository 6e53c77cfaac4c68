import { keyOf } from '../../base/keys.ts';
import type { EventSchema } from '../../crds/event-schema.ts';
import type { RegistryRefusal, SeenSchema } from './observed.ts';

/** What a verdict of the registry depends on, beside the resource. */
export type Circumstances = Pick<SeenSchema, 'versions' | 'level'>;

/**
 * What the registry refused, so that an unchanged schema is not offered again and again.
 * A refusal is forgotten as soon as the spec, the level that applies or the subject's versions change, and at a restart.
 */
export class Refusals {
  readonly #byKey = new Map<string, { attempt: string; refusal: RegistryRefusal }>();

  remember(resource: EventSchema, seen: Circumstances, refusal: RegistryRefusal): void {
    this.#byKey.set(keyOf(resource), { attempt: attemptOf(resource, seen), refusal });
  }

  find(resource: EventSchema, seen: Circumstances): RegistryRefusal | undefined {
    const entry = this.#byKey.get(keyOf(resource));
    return entry?.attempt === attemptOf(resource, seen) ? entry.refusal : undefined;
  }

  forget(key: string): void {
    this.#byKey.delete(key);
  }
}

function attemptOf({ metadata, spec }: EventSchema, { versions, level }: Circumstances): string {
  // A level that the spec names is set for the attempt; only an inherited one is the registry's to change.
  return JSON.stringify([metadata.uid, spec, versions, spec.compatibility ?? level]);
}
