import type { Parsed } from '../base/parsed.ts';
import { textOfError } from '../base/text.ts';
import { sleep, withDeadline } from '../base/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { KubeObject } from '../ports/kube.ts';
import type { Log } from '../ports/log.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Gate, Judgement, Objection } from '../runtime/judgement.ts';
import { answerReview, type ReviewRequest, type ReviewVerdict, readReview } from './review.ts';

/** One kind at the gate. */
export type KindGate = (object: KubeObject, signal: AbortSignal) => Promise<Judgement>;

export interface AdmissionParts {
  /** By kind. */
  gates: ReadonlyMap<string, KindGate>;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

/** Answers what was posted, or says what is wrong with it. Never rejects for what somebody sent. */
export type Review = (text: string) => Promise<{ ok: true; body: object } | { ok: false; problem: string }>;

/** The API server waits for 5 s, and should not have to ask twice. */
const answerWithinMs = 4_000;
/** How far the caches may be behind what its author has just applied, such as the grant for it. */
const cachesCatchUpMs = 250;

const nothing: Judgement = { refused: [], open: [], unchecked: [], mode: 'Deny' };

/** A gate for what the API server sends: what this version cannot read is the reconciler's to report. */
export function gateOf<R extends KubeObject>(parse: (object: KubeObject) => Parsed<R>, gate: Gate<R>): KindGate {
  return async (object, signal) => {
    const parsed = parse(object);
    if (parsed.ok) return gate(parsed.resource, signal);
    return { ...nothing, unchecked: [`this version of the operator cannot read it: ${parsed.problems.join('; ')}`] };
  };
}

/** Answers reviews. Whatever goes wrong on our side lets the object pass, with a warning: the reconciler judges it again. */
export function createAdmission({ gates, clock, log, metrics }: AdmissionParts): Review {
  const seconds = metrics.histogram(
    'sluice_admission_seconds',
    'Duration of the reviews of what users apply, by kind and by how they end.',
    ['kind', 'outcome'],
  );
  return async (text) => {
    const startMs = clock.monotonicMs();
    const read = readReview(text);
    if (!read.ok) return read;
    const { request } = read;
    const gate = gates.get(request.kind);
    // Whoever reaches the port may invent kinds; each would be a series of its own.
    if (gate === undefined) return { ok: true, body: answerReview(request, { denied: [], warnings: [] }) };
    const verdict = await verdictOn(gate, request, clock).catch((error: unknown): ReviewVerdict => {
      log.error('a review failed', { kind: request.kind, error: textOfError(error) });
      return { denied: [], warnings: [`not checked by Sluice: ${textOfError(error)}`] };
    });
    const outcome = verdict.denied.length > 0 ? 'denied' : verdict.warnings.length > 0 ? 'warned' : 'allowed';
    seconds.observe((clock.monotonicMs() - startMs) / 1000, { kind: request.kind, outcome });
    return { ok: true, body: answerReview(request, verdict) };
  };
}

function verdictOn(gate: KindGate, request: ReviewRequest, clock: Clock): Promise<ReviewVerdict> {
  const late = () => new Error(`it took longer than ${answerWithinMs / 1000} s`);
  return withDeadline({ clock, ms: answerWithinMs, late }, (signal) => judge(gate, request, clock, signal));
}

async function judge(
  gate: KindGate,
  { object, oldObject }: ReviewRequest,
  clock: Clock,
  signal: AbortSignal,
): Promise<ReviewVerdict> {
  const first = await gate(object, signal);
  const denies = first.refused.length > 0 && first.mode === 'Deny';
  if (!denies) return verdictOf(first, nothing);
  const before = oldObject ? await gate(oldObject, signal) : nothing;
  if (isAllowed(first, before)) return verdictOf(first, before);
  await sleep(clock, cachesCatchUpMs, signal);
  return verdictOf(await gate(object, signal), before);
}

function isAllowed(now: Judgement, before: Judgement): boolean {
  return verdictOf(now, before).denied.length === 0;
}

/** What was refused of the object before already is stored: a change that leaves it as it is makes nothing worse. */
function verdictOf({ refused, open, unchecked, mode }: Judgement, before: Judgement): ReviewVerdict {
  const known = new Set([...before.refused, ...before.open].map(inWords));
  const told = refused.map(inWords);
  const denied = mode === 'Deny' ? told.filter((words) => !known.has(words)) : [];
  const warned = [...told.filter((words) => !denied.includes(words)), ...open.map(inWords)];
  return { denied, warnings: [...warned, ...unchecked] };
}

function inWords({ reason, message }: Objection): string {
  return `${reason}: ${message}`;
}
