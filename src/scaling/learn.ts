import type { Assessment } from './assessment.ts';
import { busyRate, isSteady, learnCapacity, meanRate, noteOverload } from './capacity.ts';
import { brakeAfter, wasUseless } from './effect.ts';
import type { GroupFacts, ScalingFacts } from './facts.ts';
import { loadsOf, type PartitionLoad } from './rates.ts';
import type { EngineState, Move } from './state.ts';
import { noteSize } from './window.ts';

const hourMs = 3_600_000;
/** A gap in what is known, after which rates mean something only when they are fresh again. */
const longGapMs = 60_000;
/** Members that left without saying so stay in the group's books for up to 45 s. */
const membersSettleMs = 120_000;

/** Notices that the target's size changed, by our own last decision or by somebody else. */
export function noteReplicas(state: EngineState, { replicas, group }: ScalingFacts, nowMs: number): EngineState {
  if (replicas === state.replicas) return state;
  const grown = replicas > state.replicas;
  const move: Move = { atMs: nowMs, direction: grown ? 'up' : 'down' };
  const own = state.asked?.to === replicas;
  const trial = own && grown ? startTrial(state, replicas, group, nowMs) : undefined;
  // What somebody else chose, and what we grew to, has the whole window to prove itself too large.
  const window = own && !grown ? state.window : noteSize(state.window, { atMs: nowMs, replicas });
  const moves = [...state.moves.filter(({ atMs }) => atMs > nowMs - hourMs), move];
  return { ...state, replicas, asked: undefined, moves, trial, window, overPolls: 0 };
}

function startTrial(state: EngineState, to: number, group: GroupFacts | undefined, atMs: number): EngineState['trial'] {
  const loads = group && loadsOf(group);
  const { capacity } = state;
  const rate = capacity.measured ? capacity.rate : loads && meanRate(group, loads);
  return rate === undefined || rate === 0 ? undefined : { atMs, from: state.replicas, to, rate };
}

/** Takes in what a new snapshot teaches about the group's members. */
export function learn(state: EngineState, facts: ScalingFacts, group: GroupFacts, nowMs: number): EngineState {
  const { sampledAtMs } = group;
  if (!group.known) return { ...state, sampledAtMs };
  const next = { ...state, sampledAtMs, ...noteKnown(state, sampledAtMs, nowMs) };
  const loads = loadsOf(group);
  if (loads === undefined) return next;
  const membersPerReplica = membersPerReplicaOf(state, facts, group);
  return { ...judgeTrial(next, facts, group, loads), membersPerReplica };
}

function noteKnown(
  { known, window, replicas }: EngineState,
  sampledAtMs: number,
  nowMs: number,
): Pick<EngineState, 'known' | 'window'> {
  if (known !== undefined && sampledAtMs - known.lastMs <= longGapMs) {
    return { known: { firstMs: known.firstMs, lastMs: sampledAtMs }, window };
  }
  // Nobody knows what was needed meanwhile.
  const full = noteSize(window, { atMs: nowMs, replicas });
  return { known: { firstMs: sampledAtMs, lastMs: sampledAtMs }, window: full };
}

/** A growth is judged before rates are learned from: else a limit behind the group would read as slower members. */
function judgeTrial(
  state: EngineState,
  { replicas, ready }: ScalingFacts,
  group: GroupFacts,
  loads: readonly PartitionLoad[],
): EngineState {
  const { trial, brake, capacity } = state;
  if (brake !== undefined && group.sampledAtMs < brake.untilMs) return state;
  const learned = { ...state, capacity: learnCapacity(capacity, group, loads) };
  const ripe = isSteady(group) && ready >= replicas;
  if (!trial || !ripe || (group.steadySinceMs ?? 0) <= trial.atMs) return learned;
  const rate = busyRate(group, loads);
  // No member is that busy any more, which is what the growth was for.
  if (rate === undefined) return { ...learned, trial: undefined };
  if (!wasUseless(trial, rate)) return { ...learned, trial: undefined, brake: undefined };
  return { ...state, trial: undefined, brake: brakeAfter(brake, group.sampledAtMs) };
}

function membersPerReplicaOf(
  { membersPerReplica, moves }: EngineState,
  { replicas, ready }: ScalingFacts,
  group: GroupFacts,
): number {
  const lastMoveMs = moves.at(-1)?.atMs;
  const quiet = lastMoveMs === undefined || group.sampledAtMs - lastMoveMs >= membersSettleMs;
  if (!quiet || !isSteady(group) || ready < replicas || ready === 0) return membersPerReplica;
  return Math.max(1, Math.round(group.members.length / ready));
}

/** Counts a new snapshot into what decisions wait for. `undefined`: it could not be assessed. */
export function count(state: EngineState, assessment: Assessment | undefined, nowMs: number): EngineState {
  const { replicas } = state;
  if (assessment === undefined) {
    // Not to know is no reason to shrink: it counts as a need for what is there.
    return { ...state, overPolls: 0, window: noteSize(state.window, { atMs: nowMs, replicas }) };
  }
  const over = assessment.need > replicas;
  const guessed = over && assessment.settled && assessment.memberRate === undefined;
  const { group, loads } = assessment;
  return {
    ...state,
    overPolls: over ? state.overPolls + 1 : 0,
    need: assessment.need,
    rising: assessment.need > state.need,
    window: noteSize(state.window, { atMs: nowMs, replicas: assessment.enough }),
    capacity: guessed ? noteOverload(state.capacity, group, loads) : state.capacity,
  };
}
