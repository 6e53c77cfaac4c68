import { keyOf } from '../base/keys.ts';
import type { Clock } from '../ports/clock.ts';
import type { EventNote, EventRecorder, MergePatch, ResourceStore } from '../ports/kube.ts';
import type { Verdict } from './conditions.ts';
import type { EventTypeOf } from './events.ts';
import { type FailureReasons, type Judgement, judgeFailure } from './judge-failure.ts';
import type { Blocked, Kind, Managed, Plan, RemovalPlan, Report, Round } from './kind.ts';
import type { Outcome } from './outcome.ts';
import { RuntimeReason } from './reasons.ts';
import { isSettled, type StatusUpdate } from './status.ts';
import { type FitStatus, ResourceWriter } from './writer.ts';

export interface RoundParts<R extends Managed> {
  store: ResourceStore<R>;
  behaviour: Kind<R>;
  finalizer: string;
  fitStatus: FitStatus;
  failureReasons: FailureReasons;
  eventTypeOf: EventTypeOf;
  events: EventRecorder;
  clock: Clock;
  /** When to look for drift again. */
  recheckMs: number;
  /** Actions that take longer than this are reported while they run. */
  slowMs: number;
}

export interface RoundResult {
  outcome: Outcome;
  /** Whether anything was done or written. */
  changed: boolean;
  failure?: { meaning: Judgement['meaning']; cause: unknown };
}

/** What one look found. */
type Look =
  | { kind: 'live'; plan: Plan<unknown>; report: Report<MergePatch> }
  | { kind: 'removal'; plan: RemovalPlan<unknown> };

/** Acting and looking again within one round; what is not seen settled then comes back later, more slowly each time. */
const mostActs = 2;
const untilChange: Outcome = { kind: 'awaitChange' };

/**
 * The one loop of every kind: look, act, look again, and say what was seen. A healthy change is reported once, from
 * what was observed after it; what is blocked, slow or fails is reported at once.
 */
export async function runRound<R extends Managed>(
  parts: RoundParts<R>,
  resource: R,
  signal: AbortSignal,
): Promise<RoundResult> {
  const tell = tellOnce((note) => parts.events.record(writer.resource, note));
  const writer = new ResourceWriter(resource, { ...parts, signal, tell });
  let acts = 0;
  let look: Look | undefined;
  const ended = (outcome: Outcome): RoundResult => ({
    outcome,
    changed: writer.wrote || acts > 0,
    ...(writer.refusal && { failure: { meaning: 'bug', cause: writer.refusal } }),
  });

  try {
    const problems = parts.store.problemsOf(resource);
    if (problems.length > 0 && resource.metadata.deletionTimestamp !== undefined) {
      // Half of a spec may ask to destroy what the whole keeps, and nothing may hold a namespace for ever.
      await letGo(parts, writer, releasedUnread(problems));
      tell({ type: 'Warning', reason: RuntimeReason.Released, message: releasedUnread(problems) });
      return ended(untilChange);
    }
    if (problems.length > 0) {
      await writer.writeStatus(unreadable(problems));
      return ended(untilChange);
    }
    if (await endsBeforeLooking(parts, writer, tell)) return ended(untilChange);
    for (;;) {
      const round: Round = { signal, now: parts.clock.now(), tell };
      look = undefined;
      look = await lookAt(parts.behaviour, writer.resource, round);
      const { actions, blocked } = look.plan;
      const todo = actions.length > 0;
      if (look.kind === 'removal' && !todo && blocked.length === 0) {
        const { farewell } = look.plan;
        await letGo(parts, writer, farewell?.message ?? nothingLeft);
        if (farewell !== undefined) tell(farewell);
        return ended(untilChange);
      }
      if (!todo || blocked.length > 0 || acts === mostActs) await writer.writeStatus(updateFrom(look));
      if (!todo) return ended(restAfter(look, parts.recheckMs));
      if (acts === mostActs) return ended({ kind: 'confirm' });
      acts += 1;
      await perform(parts, writer, look, round);
      writer.catchUp();
    }
  } catch (cause) {
    if (signal.aborted) return ended(untilChange);
    const { meaning, outcome } = await fail(parts, writer, look, cause);
    return { ...ended(outcome), failure: { meaning, cause } };
  }
}

/** Does what needs no look at the outside world: a finalizer, a pause, a removal that has nothing to remove. */
async function endsBeforeLooking<R extends Managed>(
  parts: RoundParts<R>,
  writer: ResourceWriter<R>,
  tell: Round['tell'],
): Promise<boolean> {
  const { behaviour, finalizer } = parts;
  const { metadata, spec } = writer.resource;
  const removing = metadata.deletionTimestamp !== undefined;
  if (removing && !metadata.finalizers?.includes(finalizer)) {
    behaviour.forget?.(keyOf(writer.resource));
    const unsaid = isHeldByOthers(writer.resource, finalizer) && !saysThatOthersHoldIt(writer.resource);
    if (unsaid) await writer.writeStatus(leaving(notOurs, false));
    return true;
  }
  if (!removing && spec.paused === true) {
    behaviour.forget?.(keyOf(writer.resource));
    await writer.writeStatus({ verdict: { kind: 'paused' }, fields: {}, evaluated: false });
    return true;
  }
  const needed = behaviour.removal?.guards(writer.resource) === true;
  if (!removing || needed) {
    await writer.setFinalizer(finalizer, needed);
    return false;
  }
  await letGo(parts, writer, released);
  tell({ type: 'Normal', reason: RuntimeReason.Released, message: released });
  return true;
}

/**
 * Our part of a removal is over. Where finalizers of others hold the resource, its status says so before ours goes:
 * it would else go on telling of what is not there any more.
 */
async function letGo<R extends Managed>(
  { finalizer }: RoundParts<R>,
  writer: ResourceWriter<R>,
  said: string,
): Promise<void> {
  if (isHeldByOthers(writer.resource, finalizer)) await writer.writeStatus(leaving(said, true));
  await writer.setFinalizer(finalizer, false);
}

function leaving(said: string, evaluated: boolean): StatusUpdate {
  const message = `${said}; the resource goes once the other finalizers in its metadata are removed`;
  const reason = RuntimeReason.FinalizersRemaining;
  const blocked: Blocked = { kind: 'wait', reason, message, lookAgainMs: 0, notReady: true };
  return { verdict: { kind: 'blocked', blocked: [blocked], findings: [] }, fields: {}, evaluated };
}

/** False without any finalizer: the resource is gone then, and only the news of it is on its way. */
function isHeldByOthers({ metadata }: Managed, finalizer: string): boolean {
  return (metadata.finalizers ?? []).some((name) => name !== finalizer);
}

/** What was said before our finalizer went is more than anybody can tell afterwards. */
function saysThatOthersHoldIt({ status }: Managed): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.reason === RuntimeReason.FinalizersRemaining;
}

const released = 'released; what it stood for outside is kept';
const nothingLeft = 'nothing of it is left outside';
const notOurs = 'nothing is done for it any more';

async function lookAt<R extends Managed>(behaviour: Kind<R>, resource: R, round: Round): Promise<Look> {
  const { removal } = behaviour;
  // A deleted resource that nothing guards was let go before.
  if (resource.metadata.deletionTimestamp !== undefined && removal !== undefined) {
    return { kind: 'removal', plan: removal.plan(resource, await removal.observe(resource, round)) };
  }
  const observed = await behaviour.observe(resource, round);
  const decided = behaviour.plan(resource, observed, round.now);
  const plan = (await behaviour.consult?.(resource, decided, round)) ?? decided;
  return { kind: 'live', plan, report: behaviour.report(resource, observed, plan) };
}

async function perform<R extends Managed>(
  { behaviour, clock, slowMs }: RoundParts<R>,
  writer: ResourceWriter<R>,
  look: Look,
  round: Round,
): Promise<void> {
  let reported = Promise.resolve();
  const timer = clock.after(slowMs, () => {
    // What keeps this from being written meets the next write too, which then tells of it.
    reported = writer.writeStatus(updateFrom(look)).catch(() => undefined);
  });
  try {
    for (const action of look.plan.actions) {
      round.signal.throwIfAborted();
      const note = await behaviour.act(action, round);
      if (note !== undefined) round.tell(note);
    }
  } finally {
    timer.cancel();
    await reported;
  }
}

/** Tells the user what the failure means. A look that failed says nothing new about what was settled before. */
async function fail<R extends Managed>(
  { failureReasons, recheckMs }: RoundParts<R>,
  writer: ResourceWriter<R>,
  look: Look | undefined,
  cause: unknown,
): Promise<Judgement> {
  const judged = judgeFailure(cause, failureReasons, recheckMs);
  if (judged.blocked === undefined) return judged;
  if (judged.meaning === 'outage' && look === undefined && isSettled(writer.resource)) return judged;
  const [first, ...others] = [...(look?.plan.blocked ?? []), judged.blocked];
  const report = look && reportOf(look);
  try {
    await writer.writeStatus({
      verdict: { kind: 'blocked', blocked: [first, ...others], findings: report?.findings },
      fields: report?.fields ?? {},
      evaluated: look !== undefined || judged.meaning === 'refusal',
    });
    return judged;
  } catch (second) {
    return { ...judged, outcome: judgeFailure(second, failureReasons, recheckMs).outcome };
  }
}

function releasedUnread(problems: readonly string[]): string {
  return `released, and what it stood for outside is kept: ${unreadBecause(problems)}`;
}

function unreadBecause(problems: readonly string[]): string {
  return `this version of the operator cannot read the resource: ${problems.join('; ')}`;
}

/** What cannot be read is not acted upon: half of a spec may say the opposite of the whole. */
function unreadable(problems: readonly string[]): StatusUpdate {
  const message = unreadBecause(problems);
  const blocked: Blocked = { kind: 'refuse', reason: RuntimeReason.InvalidSpec, message };
  return { verdict: { kind: 'blocked', blocked: [blocked], findings: undefined }, fields: {}, evaluated: true };
}

function updateFrom(look: Look): StatusUpdate {
  return { verdict: verdictOf(look), fields: reportOf(look)?.fields ?? {}, evaluated: true };
}

/** `undefined`: a removal says nothing new of the resource but how far it is. */
function reportOf(look: Look): Report<MergePatch> | undefined {
  return look.kind === 'live' ? look.report : undefined;
}

function verdictOf(look: Look): Verdict {
  const findings = reportOf(look)?.findings;
  const { actions, blocked } = look.plan;
  const [first, ...others] = blocked;
  if (first !== undefined) return { kind: 'blocked', blocked: [first, ...others], findings };
  if (look.kind === 'removal') return { kind: 'working', ...deleting, findings };
  if (actions.length > 0) return { kind: 'working', ...progressing, findings };
  return { kind: 'done', ...look.report.done, findings };
}

const progressing = { reason: RuntimeReason.Progressing, message: 'changes are made and not seen in effect yet' };
const deleting = { reason: RuntimeReason.Deleting, message: 'what it stands for outside is being removed' };

/** When to look again at what has nothing to do now. */
function restAfter(look: Look, recheckMs: number): Outcome {
  if (look.kind === 'live' && look.plan.finished === true) return untilChange;
  const waits = look.plan.blocked.map(({ lookAgainMs = recheckMs }) => lookAgainMs);
  return { kind: 'recheck', afterMs: Math.min(recheckMs, ...waits) };
}

/** An action that was told of needs no second event when the status gives the same reason. */
function tellOnce(tell: (note: EventNote) => void): (note: EventNote) => void {
  const told = new Set<string>();
  return (note) => {
    if (told.has(note.reason)) return;
    told.add(note.reason);
    tell(note);
  };
}
