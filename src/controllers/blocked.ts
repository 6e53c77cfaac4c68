import type { ReasonOf } from '../crds/reasons.ts';
import type { Blocked } from '../runtime/kind.ts';

export type Refusal = Extract<Blocked, { kind: 'refuse' }>;
export type Wait = Extract<Blocked, { kind: 'wait' }>;

export interface Advice {
  /** What is wrong, where, and for which input. */
  what: string;
  /** What its reader can do about it. */
  next: string;
}

/** The user has to change something. Only for reasons that the status contract shows as Stalled. */
export function refuse(reason: ReasonOf<'stalled'>, advice: Advice): Refusal {
  return refuseInWords(reason, messageOf(advice));
}

/** For words of the other side, and for lists in which each entry has its own next step. */
export function refuseInWords(reason: ReasonOf<'stalled'>, message: string): Refusal {
  return { kind: 'refuse', reason, message };
}

/** Somebody else has to act first. Only for reasons that the status contract shows as Reconciling. */
export function wait(reason: ReasonOf<'working'>, { what, next }: Waiting, lookAgainMs: number): Wait {
  const message = next === undefined ? what : messageOf({ what, next });
  return { kind: 'wait', reason, message, lookAgainMs };
}

interface Waiting {
  what: string;
  /** Absent: there is nothing to do but to wait. */
  next?: string;
}

export function messageOf({ what, next }: Advice): string {
  return `${what}; ${next}`;
}
