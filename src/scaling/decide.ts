import { assess } from './assess.ts';
import type { Assessment } from './assessment.ts';
import { isSteady } from './capacity.ts';
import type { GroupFacts, ScalingFacts, ScalingSpec } from './facts.ts';
import { count, learn, noteReplicas } from './learn.ts';
import type { PartitionLoad } from './rates.ts';
import type { ScalingReason } from './reasons.ts';
import type { EngineState } from './state.ts';
import { largestIn, longestWindowMs } from './window.ts';

export interface Decision {
  kind: 'hold' | 'scale';
  /** The target's size now, and the size it should have; they differ when `kind` is `scale`, or in mode Recommend. */
  from: number;
  to: number;
  reason: ScalingReason;
  /** For the user. Of a hold it stays the same while the situation does; of a change it has the figures. */
  message: string;
  /** What was found out on the way; `undefined` while nothing is known. */
  assessment: Assessment | undefined;
}

/** How long fewer replicas must have been enough before the target shrinks. */
export const shrinkAfterMs = { Cost: 120_000, Balanced: 300_000, Stable: 900_000 } as const;

/** Growth waits for a second snapshot, and for up to so many while the need still rises: one large step, not three. */
const confirmations = { least: 2, most: 4 };
/** A start of the operator leaves no rates to go by; they are there after this. */
const learningMs = 20_000;
/** How long a rate takes to follow a sudden change. */
const settlingMs = 30_000;
const rebalancing = new Set(['PreparingRebalance', 'CompletingRebalance', 'Assigning', 'Reconciling']);
/** So many changes of direction in an hour double the wait before the next shrink. */
const restlessTurns = 3;

/**
 * Learns, decides, and counts a change as asked for: for a caller that carries out at once what is decided, such as a
 * simulation. Pure: `nowMs` is the same monotonic clock as the snapshot's. Hand the returned state to the next call,
 * whether or not the change could be made.
 */
export function decideReplicas(
  spec: ScalingSpec,
  facts: ScalingFacts,
  state: EngineState,
  nowMs: number,
): { decision: Decision; state: EngineState } {
  const learned = learnFrom(spec, facts, state, nowMs);
  const decision = decideSize(spec, facts, learned, nowMs);
  return { decision, state: decision.kind === 'scale' ? noteAsked(learned, decision) : learned };
}

/** Takes in the target's size and a new snapshot, which counts once, however often this is called with it. */
export function learnFrom(spec: ScalingSpec, facts: ScalingFacts, state: EngineState, nowMs: number): EngineState {
  const { group } = facts;
  const noted = noteReplicas(state, facts, nowMs);
  return group && group.sampledAtMs !== noted.sampledAtMs ? takeIn(spec, facts, noted, group, nowMs) : noted;
}

/** What size the target should have, by a state that has taken in these facts. */
export function decideSize(spec: ScalingSpec, facts: ScalingFacts, state: EngineState, nowMs: number): Decision {
  const { group, replicas } = facts;
  const assessment = group?.known ? assess(spec, facts, group, state) : undefined;
  const verdict = judge({ spec, facts, replicas, state, nowMs }, assessment);
  const decision = { from: replicas, ...verdict, assessment };
  if (verdict.to === replicas) return { kind: 'hold', ...decision };
  if (spec.mode !== 'Recommend') return { kind: 'scale', ...decision };
  const message = `${replicasOf(verdict.to)} recommended: ${verdict.message}`;
  return { kind: 'hold', ...decision, reason: 'RecommendOnly', message };
}

/** To be noted before the target is asked: a size that comes then is our own. */
export function noteAsked(state: EngineState, { from, to }: Pick<Decision, 'from' | 'to'>): EngineState {
  return { ...state, asked: { from, to } };
}

function takeIn(
  spec: ScalingSpec,
  facts: ScalingFacts,
  state: EngineState,
  group: GroupFacts,
  nowMs: number,
): EngineState {
  const learned = learn(state, facts, group, nowMs);
  return count(learned, group.known ? assess(spec, facts, group, learned) : undefined, nowMs);
}

interface Situation {
  spec: ScalingSpec;
  facts: ScalingFacts;
  replicas: number;
  state: EngineState;
  nowMs: number;
}

type Verdict = Pick<Decision, 'to' | 'reason' | 'message'>;

/** The rules, in the order in which they count. */
function judge(situation: Situation, assessment: Assessment | undefined): Verdict {
  const { spec, facts, replicas } = situation;
  const stay = (reason: ScalingReason, message: string): Verdict => ({ to: replicas, reason, message });
  if (spec.mode === 'Off') return stay('ScalingOff', 'scaling.mode is Off');
  if (spec.fixedReplicas !== undefined) {
    const message = `scaling.fixedReplicas is ${spec.fixedReplicas}`;
    return { to: spec.fixedReplicas, reason: 'FixedByUser', message };
  }
  if (replicas < spec.minReplicas) {
    return { to: spec.minReplicas, reason: 'AtMinReplicas', message: `scaling.minReplicas is ${spec.minReplicas}` };
  }
  if (facts.group === undefined) return stay('Learning', 'the first offsets have not been read yet');
  if (!facts.group.known) return stay('LagUnknown', facts.group.problem ?? 'the lag is not known');
  if (spec.maxReplicas !== undefined && replicas > spec.maxReplicas) {
    return { to: spec.maxReplicas, reason: 'AtMaxReplicas', message: `scaling.maxReplicas is ${spec.maxReplicas}` };
  }
  if (assessment === undefined || isLearning(situation)) return stay('Learning', 'rates are being measured');
  if (assessment.need > replicas) return judgeGrowth(situation, assessment);
  return judgeShrink(situation, assessment) ?? { to: replicas, ...explainSize(situation, assessment) };
}

function isLearning({ state: { known } }: Situation): boolean {
  return known === undefined || known.lastMs - known.firstMs < learningMs;
}

function judgeGrowth({ spec, facts, replicas, state, nowMs }: Situation, assessment: Assessment): Verdict {
  const { group, need, lagSeconds, memberRate, settled, progressing } = assessment;
  const stay = (reason: ScalingReason, message: string): Verdict => ({ to: replicas, reason, message });
  const needed = `${replicasOf(need)} needed`;
  if (rebalancing.has(group.state)) return stay('GroupRebalancing', `${needed}; the group is rebalancing`);
  if (facts.ready === 0) return stay('Stabilizing', `${needed}; no replica is ready yet`);
  if (group.members.length === 0) return stay('PersistentLag', `no member reads for group "${group.groupId}"`);
  if (!progressing) return stay('PersistentLag', 'no partition that lags is processed: more replicas would not help');
  if (state.brake !== undefined && nowMs < state.brake.untilMs) {
    return stay('DownstreamBound', `${needed}, but the last growth brought no more throughput`);
  }
  const late = lagSeconds !== undefined && lagSeconds > spec.maxLagSeconds;
  if (!settled && !(late && memberRate !== undefined)) {
    return stay('Stabilizing', `${needed}; waiting until ${replicasOf(replicas)} are ready and settled`);
  }
  const reason = late ? 'LagOverObjective' : 'DemandOverCapacity';
  if (!isConfirmed(state, assessment)) return stay(reason, `${needed}; confirming with the next measurement`);
  return { to: need, reason, message: figuresOf(spec, assessment) };
}

function isConfirmed({ overPolls, rising }: EngineState, { need, sizes }: Assessment): boolean {
  if (overPolls < confirmations.least) return false;
  return !rising || need === sizes.at(-1) || overPolls >= confirmations.most;
}

/** `undefined`: no reason to shrink now. */
function judgeShrink(situation: Situation, assessment: Assessment): Verdict | undefined {
  const { spec, facts, replicas, state, nowMs } = situation;
  const windowMs = waitMs(situation);
  if ((largestIn(state.window, windowMs, nowMs) ?? replicas) >= replicas) return undefined;
  // While a rate falls the sizes do too: by the later ones it is one step instead of a staircase of rebalances.
  const target = Math.max(spec.minReplicas, largestIn(state.window, windowMs - settlingMs, nowMs) ?? replicas);
  const calm = assessment.backlog <= (assessment.arrival * spec.maxLagSeconds) / 2;
  if (!calm || !areInTime(assessment.loads, spec.maxLagSeconds) || !isSteady(assessment.group) || facts.ready < target)
    return undefined;
  return { to: target, reason: 'WithinObjective', message: figuresOf(spec, assessment) };
}

/** Nothing waits for too long, or for nobody knows how long, but what no size would get on with. */
function areInTime(loads: readonly PartitionLoad[], maxLagSeconds: number): boolean {
  return loads.every(({ progress, lagSeconds }) => {
    return progress === 'stuck' || (lagSeconds !== undefined && lagSeconds <= maxLagSeconds);
  });
}

/** Why the size stays. */
function explainSize(situation: Situation, assessment: Assessment): Pick<Verdict, 'reason' | 'message'> {
  const { spec, replicas, state, nowMs } = situation;
  const { lagSeconds, stuck, hot, unmet, backlog, sizes } = assessment;
  const objective = `the objective of ${spec.maxLagSeconds} s`;
  if (lagSeconds === undefined && backlog > 0) {
    return { reason: 'LagUnknown', message: 'the age of the oldest waiting record is not known yet' };
  }
  if (lagSeconds !== undefined && lagSeconds > spec.maxLagSeconds) {
    if (hot.length > 0) {
      return { reason: 'HotPartition', message: `more arrives than one member can process: ${hot.join(', ')}` };
    }
    if (unmet === 'AtMaxReplicas') {
      const useful = sizes.at(-1) === spec.maxReplicas ? '' : `, of which ${sizes.at(-1)} are useful`;
      return {
        reason: unmet,
        message: `lag is over ${objective}; scaling.maxReplicas is ${spec.maxReplicas}${useful}`,
      };
    }
    if (unmet)
      return {
        reason: unmet,
        message: `lag is over ${objective}; more replicas could not share the partitions better`,
      };
    return { reason: 'LagOverObjective', message: `lag is over ${objective}; ${replicasOf(replicas)} can catch up` };
  }
  if (stuck.length > 0) {
    return { reason: 'PersistentLag', message: `nothing is processed of ${stuck.join(', ')}` };
  }
  if ((largestIn(state.window, settlingMs, nowMs) ?? replicas) < replicas) {
    const wait = `${waitMs(situation) / 1000} s`;
    return { reason: 'Stabilizing', message: `fewer replicas would do; the size shrinks once that held for ${wait}` };
  }
  return { reason: 'WithinObjective', message: `lag is within ${objective}` };
}

/** The policy's window, doubled while the size goes up and down too often: a load that returns is better waited for. */
function waitMs({ spec, state: { moves }, nowMs }: Situation): number {
  const recent = moves.filter(({ atMs }) => atMs > nowMs - 3_600_000);
  const turns = recent.filter(({ direction }, index) => index > 0 && direction !== recent[index - 1]?.direction).length;
  const windowMs = shrinkAfterMs[spec.policy];
  return turns < restlessTurns ? windowMs : Math.min(2 * windowMs, longestWindowMs);
}

function figuresOf(spec: ScalingSpec, { arrival, lagSeconds, memberRate, backlog }: Assessment): string {
  const lag = lagSeconds === undefined ? 'lag of unknown age' : `lag ${round(lagSeconds)} s`;
  const capacity = memberRate === undefined ? 'capacity not measured yet' : `${round(memberRate)}/s per member`;
  const waiting = backlog >= 1 ? `, ${round(backlog)} waiting` : '';
  return `${lag}, objective ${spec.maxLagSeconds} s; ${round(arrival)} records/s arrive${waiting}; ${capacity}`;
}

/** Two significant digits. */
function round(value: number): number {
  return Number(value.toPrecision(2));
}

function replicasOf(count: number): string {
  return count === 1 ? '1 replica' : `${count} replicas`;
}
