import { keyOf } from '../../base/keys.ts';
import type { EventSchema } from '../../crds/event-schema.ts';

/**
 * What the registry has taken as it is written. Where what it gives back says less all the same, offering it again would
 * change nothing. Forgotten when the spec changes, and at a restart: it is then offered once more.
 */
export class Taken {
  readonly #byKey = new Map<string, { offer: string; id: number }>();

  remember(resource: EventSchema, id: number): void {
    this.#byKey.set(keyOf(resource), { offer: offerOf(resource), id });
  }

  /** Its id in the registry. */
  find(resource: EventSchema): number | undefined {
    const entry = this.#byKey.get(keyOf(resource));
    return entry?.offer === offerOf(resource) ? entry.id : undefined;
  }

  forget(key: string): void {
    this.#byKey.delete(key);
  }
}

function offerOf({ metadata, spec }: EventSchema): string {
  return JSON.stringify([metadata.uid, spec.schema, spec.references]);
}
