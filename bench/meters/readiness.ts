import type { Resource, WatchEvent } from '../stage/kube.ts';

/** The condition that says that an operator is done. */
export interface Wanted {
  type: string;
  status: string;
}

/** Whether the operator is done with the present generation. */
export function isReady({ metadata, status }: Resource, wanted: Wanted): boolean {
  const { observedGeneration, conditions = [] } = status ?? {};
  if (observedGeneration === undefined || observedGeneration !== metadata.generation) return false;
  return conditions.some(({ type, status }) => type === wanted.type && status === wanted.status);
}

/** What the resources of a phase are to become; `changed` is ready at a later generation than before. */
export type Goal = 'changed' | 'gone';

/** Follows resources through phases by what a watch tells, and measures each from its request to its goal. */
export class Readiness {
  readonly #wanted: Wanted;
  /** The last Ready resource by name: the next phase begins there. */
  readonly #ready = new Map<string, Resource>();
  #goal: Goal = 'changed';
  #pending = new Map<string, { sentMs?: number; seen?: Resource }>();
  #tookMs: number[] = [];
  #lastMs = 0;

  constructor(wanted: Wanted) {
    this.#wanted = wanted;
  }

  /** The same for other resources. */
  fresh(): Readiness {
    return new Readiness(this.#wanted);
  }

  /** From here on each of `names` is awaited. */
  begin(goal: Goal, names: readonly string[], nowMs: number): void {
    this.#goal = goal;
    this.#pending = new Map(names.map((name) => [name, {}]));
    this.#tookMs = [];
    this.#lastMs = nowMs;
  }

  /** The request for `name` is about to leave. */
  sent(name: string, nowMs: number): void {
    const pending = this.#pending.get(name);
    if (pending) pending.sentMs = nowMs;
  }

  handle({ type, object }: WatchEvent, nowMs: number): void {
    const { name } = object.metadata;
    const pending = this.#pending.get(name);
    if (!pending) return;
    pending.seen = object;
    if (!this.#reached(type, object)) return;
    this.#pending.delete(name);
    this.#ready.set(name, object);
    this.#tookMs.push(nowMs - (pending.sentMs ?? nowMs));
    this.#lastMs = nowMs;
  }

  get left(): number {
    return this.#pending.size;
  }

  /** When one reached the goal last, or the phase began. */
  get lastMs(): number {
    return this.#lastMs;
  }

  /** Of each that has reached the goal, from its request on. */
  get tookMs(): readonly number[] {
    return this.#tookMs;
  }

  /** `name` as it was when it was last Ready. */
  readyOf(name: string): Resource | undefined {
    return this.#ready.get(name);
  }

  /** One that is missing, and what its condition says. */
  describeFirstLeft(): string {
    const [first] = this.#pending;
    if (!first) return 'nothing is missing';
    const [name, { seen }] = first;
    const condition = seen?.status?.conditions?.find(({ type }) => type === this.#wanted.type);
    const { status, reason, message } = condition ?? {};
    return `${name}: ${condition ? `${this.#wanted.type}=${status} ${reason}: ${message}` : 'no such condition'}`;
  }

  #reached(type: WatchEvent['type'], object: Resource): boolean {
    if (this.#goal === 'gone') return type === 'DELETED';
    const before = this.#ready.get(object.metadata.name)?.metadata.generation ?? 0;
    return isReady(object, this.#wanted) && (object.metadata.generation ?? 0) > before;
  }
}
