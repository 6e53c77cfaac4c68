import type { EventSchema } from '../../crds/event-schema.ts';
import type { Refusal } from './observed.ts';

/**
 * What the registry refused, so that an unchanged schema is not offered again and again.
 * A refusal is forgotten as soon as the spec or the subject's versions change, and at a restart.
 */
export class Refusals {
  readonly #byKey = new Map<string, { attempt: string; refusal: Refusal }>();

  remember(resource: EventSchema, versions: readonly number[], refusal: Refusal): void {
    this.#byKey.set(keyOf(resource), { attempt: attemptOf(resource, versions), refusal });
  }

  find(resource: EventSchema, versions: readonly number[]): Refusal | undefined {
    const entry = this.#byKey.get(keyOf(resource));
    return entry?.attempt === attemptOf(resource, versions) ? entry.refusal : undefined;
  }

  forget(key: string): void {
    this.#byKey.delete(key);
  }
}

function keyOf({ metadata }: EventSchema): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function attemptOf({ metadata, spec }: EventSchema, versions: readonly number[]): string {
  return JSON.stringify([metadata.uid, spec, versions]);
}
