import type { Outcome } from './run.ts';

type Figures = Pick<Outcome, 'lateShare' | 'replicaSeconds'>;

/** So many late records more, as a part of all, are no difference. */
export const sameLate = 0.0005;
/** A scaler counts as cheaper when it costs at most this part of what the other one costs. */
const cheaper = 0.98;

/** Whether `other` is as punctual as `one` and costs less. */
export function dominates(other: Figures, one: Figures): boolean {
  return other.lateShare <= one.lateShare + sameLate && other.replicaSeconds <= cheaper * one.replicaSeconds;
}

/** The cheapest of those that are as punctual, with up to `spare` more late records; `undefined`: none is. */
export function cheapestAsPunctual<O extends Figures>(
  others: readonly O[],
  one: Figures,
  spare: number,
): O | undefined {
  return others
    .filter(({ lateShare }) => lateShare <= one.lateShare + spare)
    .toSorted((a, b) => a.replicaSeconds - b.replicaSeconds)[0];
}

/** The one with the fewest late records, and of equals the cheapest; `undefined` of none. */
export function mostPunctual<O extends Figures>(outcomes: readonly O[]): O | undefined {
  return outcomes.toSorted((a, b) => a.lateShare - b.lateShare || a.replicaSeconds - b.replicaSeconds)[0];
}
