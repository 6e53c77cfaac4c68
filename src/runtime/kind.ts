import type { EventNote, KubeObject, MergePatch } from '../ports/kube.ts';

/** A part of the spec that cannot be acted on now. */
export type Blocked<Reason extends string = string> =
  /** Somebody else must act first; we look again by ourselves. `notReady`: what Ready said before does not hold now. */
  | { kind: 'wait'; reason: Reason; message: string; lookAgainMs: number; notReady?: boolean }
  /**
   * That part of the spec cannot be met: the user must change it. A refusal never holds back the rest.
   * `lookAgainMs`: it may end by itself all the same.
   */
  | { kind: 'refuse'; reason: Reason; message: string; lookAgainMs?: number };

/** What to do. Both lists empty: in sync. */
export interface Plan<Action> {
  actions: readonly Action[];
  blocked: readonly Blocked[];
  /** For planRemoval: what to tell the user when the finalizer goes, such as what was kept. */
  farewell?: EventNote;
}

export const inSync: Plan<never> = { actions: [], blocked: [] };

export type ConditionStatus = 'True' | 'False' | 'Unknown';

/** A condition of the kind's own, such as `ScalingActive`. Ready, Reconciling, Stalled and Paused are the runtime's. */
export interface Finding {
  type: string;
  status: ConditionStatus;
  reason: string;
  message: string;
}

export interface Report<Fields> {
  /** What Ready says when nothing is to be done and nothing is blocked. */
  done: { reason: string; message: string };
  /** Conditions of the kind's own; those not listed are removed. `undefined`: not looked at, so they stay. */
  findings: readonly Finding[] | undefined;
  /** Status fields, from what was observed only. `undefined` removes a field. */
  fields: Fields;
}

/** What a round hands to a behaviour. */
export interface Round {
  signal: AbortSignal;
  now: Date;
  /** Tells the user about something that happened, at most once per object and reason in 5 minutes. */
  tell(note: EventNote): void;
}

export interface Condition {
  type: string;
  status: ConditionStatus;
  reason: string;
  message: string;
  /** RFC 3339, whole seconds; changes only when `status` does. */
  lastTransitionTime: string;
  observedGeneration?: number | undefined;
}

/** The part of every status that the runtime writes. */
export interface CommonStatus {
  observedGeneration?: number | undefined;
  lastHandledReconcileAt?: string | undefined;
  conditions?: readonly Condition[] | undefined;
}

/** A resource as the runtime sees it. */
export interface Managed extends KubeObject {
  spec: { readonly paused?: boolean; readonly [field: string]: unknown };
  status?: CommonStatus;
}

/**
 * One kind of resource. Reads, a pure decision, effects and a pure report: nothing else.
 * Failures are thrown as Fault by the adapters and judged by the runtime.
 */
export interface Behaviour<Resource extends Managed, Observed, Action, Fields extends MergePatch> {
  /** Pure: whether the resource must not go before `planRemoval` found nothing left. Read at deletion time again. */
  needsFinalizer(resource: Resource): boolean;
  /** Reads only. */
  observe(resource: Resource, round: Round): Promise<Observed>;
  /** Pure. */
  plan(resource: Resource, observed: Observed, now: Date): Plan<Action>;
  /** Pure. In sync: nothing left, the finalizer may go. */
  planRemoval(resource: Resource, observed: Observed): Plan<Action>;
  /** One idempotent call. What it answers is told to the user as an event. */
  act(action: Action, round: Round): Promise<EventNote | undefined>;
  /** Pure: observation → status. */
  report(resource: Resource, observed: Observed, plan: Plan<Action>): Report<Fields>;
  /** Forgets what is kept in memory about a resource that is gone, paused or led by somebody else. */
  forget?(key: string): void;
}
