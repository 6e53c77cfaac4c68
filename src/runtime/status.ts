import { isRecord } from '../base/records.ts';
import type { Fault } from '../ports/fault.ts';
import type { MergePatch } from '../ports/kube.ts';
import { mergeConditions, type Verdict } from './conditions.ts';
import type { Blocked, CommonStatus, Managed } from './kind.ts';
import { RuntimeReason } from './reasons.ts';

const requestAnnotation = 'sluice.dev/reconcile-requested-at';

export interface StatusUpdate {
  verdict: Verdict;
  /** Fields of the kind, from what was observed. Those not named stay; `undefined` removes one. */
  fields: MergePatch;
  /** Whether this generation of the spec was held against the world. A pause is judged by the spec alone. */
  evaluated: boolean;
}

/**
 * The whole status after `update`. observedGeneration advances by an evaluation, and by a pause, which settles all that
 * the spec says: otherwise a client that waits for a generation to be observed would wait for ever. A request for a look
 * is answered by an evaluation only.
 */
export function nextStatus(resource: Managed, update: StatusUpdate, now: Date): CommonStatus & MergePatch {
  const { metadata, status = {} } = resource;
  const generation = metadata.generation ?? 0;
  const conditions = mergeConditions(status.conditions ?? [], update.verdict, { generation, now });
  const next = { ...status, ...update.fields, conditions };
  if (update.verdict.kind === 'paused') return { ...next, observedGeneration: generation };
  if (!update.evaluated) return next;
  const request = metadata.annotations?.[requestAnnotation];
  const answered = request === undefined ? {} : { lastHandledReconcileAt: request };
  return { ...next, ...answered, observedGeneration: generation };
}

/** What is written instead of `update`, whose status the API server does not take. */
export function refusedUpdate({ evaluated }: StatusUpdate, { message: said }: Fault): StatusUpdate {
  const what = 'the API server refuses the status of this resource, and only its conditions are up to date';
  const next = 'install the CRDs of the operator’s version, or report a bug if that does not mend it';
  const message = `${what}; ${next}: ${said}`;
  const blocked: Blocked = {
    kind: 'wait',
    reason: RuntimeReason.StatusRefused,
    message,
    lookAgainMs: 0,
    notReady: true,
  };
  return { verdict: { kind: 'blocked', blocked: [blocked], findings: [] }, fields: {}, evaluated };
}

/** True when this generation was judged and nothing is pending: a failure to look again tells nothing new about it. */
export function isSettled({ metadata, status }: Managed): boolean {
  if (status?.observedGeneration !== metadata.generation) return false;
  const conditions = status?.conditions ?? [];
  return conditions.length > 0 && !conditions.some(({ type }) => type === 'Reconciling' || type === 'Paused');
}

/** The smallest merge patch from `previous` to `next`, with `null` for what goes; `undefined` when nothing differs. */
export function statusPatch(previous: object | undefined, next: object): MergePatch | undefined {
  const before = new Map<string, unknown>(Object.entries(previous ?? {}));
  const after = new Map<string, unknown>(Object.entries(next));
  const changes = [...new Set([...before.keys(), ...after.keys()])]
    .map((key) => [key, change(before.get(key), after.get(key))] as const)
    .filter(([, value]) => value !== undefined);
  // fromEntries defines own properties, so that a key such as "__proto__" stays a key.
  return changes.length === 0 ? undefined : Object.fromEntries(changes);
}

function change(before: unknown, after: unknown): unknown {
  if (after === undefined || after === null) return before === undefined || before === null ? undefined : null;
  if (isRecord(before) && isRecord(after)) return statusPatch(before, after);
  return sameJson(before, after) ? undefined : after;
}

function sameJson(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, index) => sameJson(item, other[index]));
  }
  if (isRecord(one) && isRecord(other)) return statusPatch(one, other) === undefined;
  return one === other;
}
