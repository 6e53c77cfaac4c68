import { keyOf } from '../base/keys.ts';
import type { Clock } from '../ports/clock.ts';
import { Fault } from '../ports/fault.ts';
import type { EventNote, ResourceStore } from '../ports/kube.ts';
import { type EventTypeOf, notesOf } from './events.ts';
import type { Managed } from './kind.ts';
import { nextStatus, refusedUpdate, type StatusUpdate, statusPatch } from './status.ts';

/** Makes a status one that the API takes, by the bounds of its kind. One that fits stays as it is. */
export type FitStatus = <Status extends object>(status: Status) => Status;

/** The uid of the object that the finalizer was set for: a copy that is made an object of its own has another. */
export const guardedUidAnnotation = 'sluice.dev/guarded-uid';

export interface WriterOptions<R extends Managed> {
  store: ResourceStore<R>;
  clock: Clock;
  signal: AbortSignal;
  eventTypeOf: EventTypeOf;
  fitStatus: FitStatus;
  /** Told once a status with a new reason is stored. */
  tell: (note: EventNote) => void;
}

/** One resource during one round: each write stands on the answer of the one before, and is sent only if it changes something. */
export class ResourceWriter<R extends Managed> {
  readonly #options: WriterOptions<R>;
  #resource: R;
  #wrote = false;
  #refusal: Fault | undefined;

  constructor(resource: R, options: WriterOptions<R>) {
    this.#resource = resource;
    this.#options = options;
  }

  /** As read at the start, or as our last write left it. */
  get resource(): R {
    return this.#resource;
  }

  get wrote(): boolean {
    return this.#wrote;
  }

  /** Why the API server did not take a status of this round as it was. */
  get refusal(): Fault | undefined {
    return this.#refusal;
  }

  /** Takes in what an action wrote to this very resource: the store is never older than our own writes. */
  catchUp(): void {
    const { uid, generation } = this.#resource.metadata;
    const stored = this.#options.store.get(keyOf(this.#resource));
    // Another generation is for the next round to judge.
    if (stored?.metadata.uid === uid && stored.metadata.generation === generation) this.#resource = stored;
  }

  /**
   * A status that is refused is written without its fields: what was true before must not stand for what is true now.
   * Throws Fault.
   */
  async writeStatus(update: StatusUpdate): Promise<void> {
    try {
      await this.#write(update);
    } catch (error) {
      if (!(error instanceof Fault) || error.kind !== 'rejected') throw error;
      this.#refusal = error;
      await this.#write(refusedUpdate(update, error));
    }
  }

  async #write(update: StatusUpdate): Promise<void> {
    const { store, clock, signal, eventTypeOf, fitStatus, tell } = this.#options;
    const { status } = this.#resource;
    const next = fitStatus(nextStatus(this.#resource, update, clock.now()));
    const patch = statusPatch(status, next);
    if (patch === undefined) return;
    this.#stored(await store.patchStatus(this.#resource, patch, { signal }));
    for (const note of notesOf(status?.conditions ?? [], next.conditions ?? [], eventTypeOf)) tell(note);
  }

  /**
   * A finalizer that is set comes with the uid of the object, unless one is there: a copy keeps what it brought along.
   * Throws Fault.
   */
  async setFinalizer(name: string, wanted: boolean): Promise<void> {
    const { store, signal } = this.#options;
    const { uid, annotations, finalizers: present = [] } = this.#resource.metadata;
    if (present.includes(name) === wanted) return;
    const finalizers = wanted ? [...present, name] : present.filter((other) => other !== name);
    const marks = wanted && annotations?.[guardedUidAnnotation] === undefined;
    const mark = marks ? { annotations: { [guardedUidAnnotation]: uid } } : {};
    this.#stored(await store.patch(this.#resource, { metadata: { finalizers, ...mark } }, { signal }));
  }

  #stored(answer: R): void {
    this.#resource = answer;
    this.#wrote = true;
  }
}
