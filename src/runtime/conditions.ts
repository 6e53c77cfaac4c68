import type { Blocked, Condition, Finding } from './kind.ts';
import { RuntimeReason } from './reasons.ts';

/** What a round found out, before it is put into conditions. `findings` undefined: not looked at, so they stay. */
export type Verdict =
  | { kind: 'done'; reason: string; message: string; findings: readonly Finding[] | undefined }
  /** Nothing is in the way, but what was decided is not seen yet. */
  | { kind: 'working'; reason: string; message: string; findings: readonly Finding[] | undefined }
  | { kind: 'blocked'; blocked: readonly [Blocked, ...Blocked[]]; findings: readonly Finding[] | undefined }
  | { kind: 'paused' };

export interface Moment {
  /** metadata.generation that the verdict speaks of. */
  generation: number;
  now: Date;
}

/** Computed here and nowhere else; all other types are findings of the kind. */
const computed: ReadonlySet<string> = new Set(['Ready', 'Reconciling', 'Stalled', 'Paused']);

/**
 * The status contract: one row per verdict. Reconciling, Stalled and Paused are True or absent, and never two of them
 * together. A Ready that still holds from an earlier generation keeps that generation; through a pause it keeps its
 * status too, and says that it is paused.
 */
export function mergeConditions(
  previous: readonly Condition[],
  verdict: Verdict,
  { generation, now }: Moment,
): readonly Condition[] {
  const last = (type: string) => previous.find((condition) => condition.type === type);
  const state = (finding: Finding): Condition => {
    const before = last(finding.type);
    const lastTransitionTime = before?.status === finding.status ? before.lastTransitionTime : wholeSeconds(now);
    return { ...finding, lastTransitionTime, observedGeneration: generation };
  };
  const stillReady = (said: Said): Condition => {
    const ready = last('Ready');
    if (ready?.status !== 'True') return state({ type: 'Ready', status: 'False', ...said });
    // The pause is over, and nobody has looked yet.
    return ready.reason === RuntimeReason.Paused ? { ...ready, ...readyBeforePause } : ready;
  };
  const unseen = previous.filter((condition) => !computed.has(condition.type));
  const own = (findings: readonly Finding[] | undefined) => findings?.map(state) ?? unseen;

  switch (verdict.kind) {
    case 'done':
      return [state({ type: 'Ready', status: 'True', ...saidBy(verdict) }), ...own(verdict.findings)];
    case 'working': {
      const said = saidBy(verdict);
      return [stillReady(said), state({ type: 'Reconciling', status: 'True', ...said }), ...own(verdict.findings)];
    }
    case 'blocked': {
      const { type, notReady, ...said } = saidByAll(verdict.blocked);
      const ready = notReady ? state({ type: 'Ready', status: 'False', ...said }) : stillReady(said);
      return [ready, state({ type, status: 'True', ...said }), ...own(verdict.findings)];
    }
    case 'paused': {
      const ready = last('Ready') ?? state({ type: 'Ready', status: 'Unknown', ...neverSeen });
      return [pausedReady(ready), state({ type: 'Paused', status: 'True', ...paused }), ...unseen];
    }
  }
}

const paused: Said = {
  reason: RuntimeReason.Paused,
  message: 'spec.paused is set: nothing is looked at or done until it is unset',
};
const neverSeen: Said = { ...paused, message: `${paused.message}; nobody has looked at this resource yet` };
const readyBeforePause: Said = {
  reason: RuntimeReason.Progressing,
  message: 'it was ready when it was paused, and what has changed since is not looked at yet',
};

/** Ready goes on to speak of the generation that was looked at, and of no other. */
function pausedReady(ready: Condition): Condition {
  if (ready.reason === RuntimeReason.Paused) return ready;
  const message = `${paused.message}, and changes of the spec wait; seen before, ${ready.reason}: ${ready.message}`;
  return { ...ready, reason: RuntimeReason.Paused, message };
}

interface Said {
  reason: string;
  message: string;
}

function saidBy({ reason, message }: Said): Said {
  return { reason, message };
}

/** A refusal outranks every wait, because waiting does not help then. The first one gives the reason. */
function saidByAll(blocked: readonly [Blocked, ...Blocked[]]): Said & Pick<Finding, 'type'> & { notReady: boolean } {
  const refusals = blocked.filter(({ kind }) => kind === 'refuse');
  const [first = blocked[0], ...others] = refusals.length > 0 ? refusals : blocked;
  const heard = [first, ...others];
  return {
    type: first.kind === 'refuse' ? 'Stalled' : 'Reconciling',
    notReady: heard.some((block) => block.kind === 'refuse' || block.notReady === true),
    reason: first.reason,
    message: [...new Set(heard.map(({ message }) => message))].sort().join('; '),
  };
}

function wholeSeconds(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}
