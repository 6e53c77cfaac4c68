import { Fault, type FaultSystem } from '../ports/fault.ts';
import type { Blocked } from './kind.ts';
import type { Outcome } from './outcome.ts';
import { RuntimeReason } from './reasons.ts';

/** How a kind names the failures of the systems it uses. */
export interface FailureReasons {
  /** While a system gives no usable answer. A system that is not named here is not reported, only tried again. */
  away: Readonly<Partial<Record<FaultSystem, string>>>;
  /** While a system answers and asks us to wait. A system that is not named here counts as away. */
  throttled?: Readonly<Partial<Record<FaultSystem, string>>>;
  /** When a system says that what was asked for is wrong. A system that is not named here must never say so: a bug. */
  rejected: Readonly<Partial<Record<FaultSystem, string | ((fault: Fault) => string)>>>;
}

export interface Judgement {
  /**
   * - `conflict`: the state moved under us; nobody needs to know
   * - `outage`: somebody else's trouble; what was settled keeps its status
   * - `refusal`: the user must act
   * - `bug`: ours
   */
  meaning: 'conflict' | 'outage' | 'refusal' | 'bug';
  /** What the status says of it; `undefined`: nothing. */
  blocked: Blocked | undefined;
  outcome: Outcome;
}

/** The one exit of every failure. `slowMs` is when to look again at what only the user can change. */
export function judgeFailure(cause: unknown, reasons: FailureReasons, slowMs: number): Judgement {
  if (!(cause instanceof Fault)) return asBug(cause);
  const { system, kind, message } = cause;
  switch (kind) {
    case 'conflict':
      return { meaning: 'conflict', blocked: undefined, outcome: { kind: 'confirm' } };
    case 'unavailable':
      return away(cause, reasons.away[system]);
    case 'throttled':
      return away(cause, reasons.throttled?.[system] ?? reasons.away[system]);
    case 'denied':
      // An API server that has just started refuses everything until it has read who may do what.
      if (system === 'kubernetes') return away(cause, RuntimeReason.AuthorizationDenied);
      // A client that is refused at login learns nothing about the resource, and the resource's user cannot mend it.
      if (cause.atLogin) return away(cause, reasons.away[system]);
      return refused(RuntimeReason.AuthorizationDenied, message, slowMs);
    case 'rejected': {
      const reason = reasons.rejected[system];
      if (reason === undefined) return asBug(cause);
      return refused(typeof reason === 'string' ? reason : reason(cause), message, slowMs);
    }
  }
}

function away(fault: Fault, reason: string | undefined): Judgement {
  const wait = fault.retryAfterMs === undefined ? {} : { afterMs: fault.retryAfterMs };
  const outcome: Outcome = { kind: 'retry', cause: fault, ...wait };
  const blocked = reason === undefined ? undefined : waitFor(reason, fault.message);
  return { meaning: 'outage', blocked, outcome };
}

function refused(reason: string, message: string, slowMs: number): Judgement {
  const blocked: Blocked = { kind: 'refuse', reason, message };
  return { meaning: 'refusal', blocked, outcome: { kind: 'recheck', afterMs: slowMs } };
}

/** The user reads that it is not theirs to mend; stack and text are for the log, which may say more than a tenant should know. */
function asBug(cause: unknown): Judgement {
  const blocked = waitFor(RuntimeReason.InternalError, 'the operator failed on this resource; its log says how');
  return { meaning: 'bug', blocked, outcome: { kind: 'retry', cause } };
}

/** The outcome says when to look again. */
function waitFor(reason: string, message: string): Blocked {
  return { kind: 'wait', reason, message, lookAgainMs: 0 };
}
