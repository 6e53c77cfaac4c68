import { keyOf } from '../../../base/keys.ts';
import type { EventSchema } from '../../../crds/event-schema.ts';
import type { SchemaText } from '../../../ports/registry.ts';

interface Entry {
  uid: string;
  registers: boolean;
  setsLevel: boolean;
  /** What the registry took as it is written, and the id that it has there. */
  taken?: { offer: string; id: number };
}

/**
 * What this process wrote to a registry for a resource, which the status says later or not at all. Forgotten at a restart:
 * what was written right before it then counts as found, and what is found is kept.
 */
export class OwnWrites {
  readonly #byKey = new Map<string, Entry>();

  /** Before the call: its answer may be lost. Returns what takes the note back once the registry has refused. */
  noteRegistration(resource: EventSchema): () => void {
    const entry = this.#entryOf(resource);
    const before = entry.registers;
    entry.registers = true;
    return () => {
      entry.registers = before;
    };
  }

  /** As `noteRegistration`, of the subject's level. */
  noteLevel(resource: EventSchema): () => void {
    const entry = this.#entryOf(resource);
    const before = entry.setsLevel;
    entry.setsLevel = true;
    return () => {
      entry.setsLevel = before;
    };
  }

  /** As it is written. Where what the registry gives back says less, offering it again would change nothing. */
  noteTaken(resource: EventSchema, wanted: SchemaText, id: number): void {
    this.#entryOf(resource).taken = { offer: offerOf(wanted), id };
  }

  hasRegistered(resource: EventSchema): boolean {
    return this.#find(resource)?.registers ?? false;
  }

  hasSetLevel(resource: EventSchema): boolean {
    return this.#find(resource)?.setsLevel ?? false;
  }

  takenId(resource: EventSchema, wanted: SchemaText): number | undefined {
    const taken = this.#find(resource)?.taken;
    return taken?.offer === offerOf(wanted) ? taken.id : undefined;
  }

  forget(key: string): void {
    this.#byKey.delete(key);
  }

  #find(resource: EventSchema): Entry | undefined {
    const entry = this.#byKey.get(keyOf(resource));
    return entry?.uid === resource.metadata.uid ? entry : undefined;
  }

  #entryOf(resource: EventSchema): Entry {
    const entry = this.#find(resource) ?? { uid: resource.metadata.uid, registers: false, setsLevel: false };
    this.#byKey.set(keyOf(resource), entry);
    return entry;
  }
}

function offerOf({ schema, references }: SchemaText): string {
  return JSON.stringify([schema, references]);
}
