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

/**
 * What to do. Both lists empty: in sync. A kind extends it by what it decided and compared on the way, so that its
 * report need not decide again.
 */
export interface Plan<Action> {
  actions: readonly Action[];
  blocked: readonly Blocked[];
  /** Done for good: once no action is left, nobody looks again until something changes. For kinds that act once. */
  finished?: boolean;
}

/** What a removal still has to do. Both lists empty: nothing is left, and the finalizer goes. */
export interface RemovalPlan<Action> extends Omit<Plan<Action>, 'finished'> {
  /** What to tell the user when the finalizer goes, such as what was kept. */
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
 * One kind of resource: what it sees, what it decides, what it does and what it says of it, and nothing else. One loop
 * calls the members in the order observe, plan, consult, report, and then `act` for each action; after the last one it
 * looks again (`round.ts`).
 *
 * Adapters throw Fault, and `judge-failure.ts` says what each one means for the status and when the next round comes.
 * Whatever else is thrown counts as a bug: the round ends as InternalError and is tried again with backoff. A pure
 * member takes all that it needs as arguments and gives the same answer for the same ones; it never throws for what a
 * user wrote, because that is something to report.
 */
export interface Behaviour<
  Resource extends Managed,
  Observed,
  Action,
  Fields extends MergePatch,
  P extends Plan<Action> = Plan<Action>,
  Sight = never,
> {
  /**
   * Reads what is, of this resource and of all that its plan depends on. It may keep what it has learned in memory.
   *
   * May assume: the spec fits its schema, the resource is neither being deleted nor paused, and a finalizer that
   * `removal.guards` asks for is set. Guarantees: nothing outside is changed, and what could not be read is never told
   * as absent, empty or zero. When it throws: the look has failed and nothing is planned or done; a status that was
   * settled before stays as it is while the other side is away.
   */
  observe(resource: Resource, round: Round): Promise<Observed>;

  /**
   * Decides what to do. Pure, and called once a look.
   *
   * May assume: `observed` is of this very look. Guarantees: every part of the spec that differs from what was observed
   * is an action or is blocked, and a part that is blocked holds back no other; the plan keeps what `report` needs of
   * how it was decided. When it throws: it is a bug.
   */
  plan(resource: Resource, observed: Observed, now: Date): P;

  /**
   * Asks the outside what it would refuse of the plan, and returns the plan without that, each refusal as something that
   * is blocked. Absent: what is refused is learned by trying.
   *
   * May assume: `plan` is the one of this look. Guarantees: nothing outside is changed; what is left is what the plan would
   * be had the refused parts been blocked from the start; a plan with nothing to do costs no request. When it throws: as
   * for `observe`, and nothing of the plan is done.
   */
  consult?(resource: Resource, plan: P, round: Round): Promise<P>;

  /**
   * Carries out one action, and returns what to tell the user as an event.
   *
   * May assume: the actions that come before it in the plan have been carried out, and what was observed was so a moment
   * ago. Guarantees: the action is idempotent, because a crash or an answer that was lost repeats it; what must be known
   * after a crash is recorded before the call. When it throws: the actions behind it are not tried, the status says what
   * was in the way beside what was blocked, and the next round observes anew.
   */
  act(action: Action, round: Round): Promise<EventNote | undefined>;

  /**
   * Says what was seen, for the status. Pure, and called once a look, after `consult` and before anything is done.
   *
   * May assume: `plan` is what `plan` and `consult` made of `observed`. Guarantees: no field tells of what was not
   * observed or planned; it reads the plan and never plans again. When it throws: it is a bug, and nothing is done.
   */
  report(resource: Resource, observed: Observed, plan: P): Report<Fields>;

  /** Absent: what the resource stands for outside is never removed, so no finalizer holds it. */
  removal?: Removal<Resource, Action, Sight>;

  /** Forgets what is kept in memory about a resource that is gone, paused or led by somebody else. Never throws. */
  forget?(key: string): void;
}

/**
 * A kind as the runtime sees it: it hands to each member what others of the same kind returned, and looks at no more of it
 * than what `Plan` and `Report` say. Members are methods, so that the types of a kind may stand in for `unknown`.
 */
export type Kind<Resource extends Managed> = Behaviour<Resource, unknown, unknown, MergePatch, Plan<unknown>, unknown>;

/** How what a resource stands for outside is removed. Its actions go through `act` like all others. */
export interface Removal<Resource extends Managed, Action, Sight> {
  /**
   * Whether the resource must not go before `plan` found nothing left. Pure but for caches, and called before each look:
   * an answer that changes sets the finalizer or takes it away, and at deletion time the answer of that moment counts.
   *
   * Guarantees: where it returns false, letting the resource go at once loses nothing. When it throws: it is a bug, and
   * the finalizer stays as it is.
   */
  guards(resource: Resource): boolean;

  /**
   * Reads what is left, and what a removal would hurt.
   *
   * May assume: the resource is being deleted, be it paused or not, our finalizer is set, and `guards` returns true.
   * Guarantees and failures: as for `Behaviour.observe`. What must not hold a resource for ever is returned and not thrown.
   */
  observe(resource: Resource, round: Round): Promise<Sight>;

  /**
   * Decides what to remove. Pure, and called once a look.
   *
   * Guarantees: in doubt nothing is removed. Empty lists mean that nothing is left to remove or that it is kept on
   * purpose, which `farewell` then says; the finalizer goes. When it throws: it is a bug, and the resource stays.
   */
  plan(resource: Resource, sight: Sight): RemovalPlan<Action>;
}
