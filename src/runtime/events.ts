import type { EventNote } from '../ports/kube.ts';
import type { Condition } from './kind.ts';

/** The type of the event that tells of `reason`; `undefined`: none does. */
export type EventTypeOf = (reason: string) => EventNote['type'] | undefined;

/** What changed for the user between two lists of conditions: one note per reason that is new. */
export function notesOf(
  before: readonly Condition[],
  after: readonly Condition[],
  eventTypeOf: EventTypeOf,
): readonly EventNote[] {
  const known = new Set(before.map(({ reason }) => reason));
  const notes = new Map<string, EventNote>();
  for (const { reason, message } of after) {
    const type = eventTypeOf(reason);
    if (type !== undefined && !known.has(reason)) notes.set(reason, { type, reason, message });
  }
  return [...notes.values()];
}
