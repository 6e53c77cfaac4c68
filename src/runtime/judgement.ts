/** What a reconciler has against a resource, in its words. */
export interface Objection {
  reason: string;
  message: string;
}

/** What is known of a resource that somebody is about to store. */
export interface Judgement {
  /** What the operator would refuse of it, whatever happens elsewhere. */
  refused: readonly Objection[];
  /** What it would refuse now, and what may end without a change of the spec. */
  open: readonly Objection[];
  /** What could not be looked at, and why. */
  unchecked: readonly string[];
  /** Whether what is refused may be stored all the same. */
  mode: 'Deny' | 'Warn';
}

/** Judges a resource of one kind before it is stored. Changes nothing, and takes no longer than `signal` lets it. */
export type Gate<Resource> = (resource: Resource, signal: AbortSignal) => Promise<Judgement>;
