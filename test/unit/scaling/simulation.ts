import { LagHistory } from '../../../src/lag/history.ts';
import { snapshotOf } from '../../../src/lag/measure.ts';
import { recordEnds, recordGroup } from '../../../src/lag/sample.ts';
import type { LagSubscription } from '../../../src/lag/snapshot.ts';
import { type Decision, decideReplicas } from '../../../src/scaling/decide.ts';
import type { ScalingSpec } from '../../../src/scaling/facts.ts';
import { type EngineState, initialEngineState } from '../../../src/scaling/state.ts';
import { type GroupTraits, noAnswers, SimulatedGroup, simulatedGroup, simulatedTopic } from './simulated-group.ts';

/** A deterministic world in which the real measurement and the real decisions drive a simulated group. */
export interface World extends GroupTraits {
  seconds: number;
  /** Records per second in all partitions together. */
  arrival(second: number): number;
  /** Arrivals swing by up to this share. */
  noise?: number;
  seed?: number;
  replicas: number;
  spec: ScalingSpec;
  /** Seconds in which the brokers do not answer. */
  blind?(second: number): boolean;
  /** Seconds at which the operator starts anew and has forgotten everything. */
  restarts?: readonly number[];
  /** Somebody else sets the replicas. */
  meddle?(second: number): number | undefined;
}

export interface Poll {
  second: number;
  decision: Decision;
  /** Whether the brokers answered. */
  known: boolean;
}

export interface Outcome {
  polls: readonly Poll[];
  /** The polls that changed the size. */
  actions: readonly Poll[];
  /** Replicas asked for, and the true age of the oldest waiting record, at each second. */
  replicas: readonly number[];
  ages: readonly number[];
  replicaSeconds: number;
  /** Share of the records that waited longer than the objective. */
  lateShare: number;
}

const pollSeconds = 5;
const subscription: LagSubscription = { groupId: simulatedGroup, topics: [simulatedTopic], offsetReset: 'Earliest' };

export function simulate(world: World): Outcome {
  const random = randomFrom(world.seed ?? 1);
  const group = new SimulatedGroup(world, world.replicas);
  let operator = startOperator(world.replicas, 0);
  let wanted = world.replicas;
  const polls: Poll[] = [];
  const replicas: number[] = [];
  const ages: number[] = [];
  for (let second = 0; second < world.seconds; second += 1) {
    const arriving = world.arrival(second) * (1 + (world.noise ?? 0) * (2 * random() - 1));
    wanted = world.meddle?.(second) ?? wanted;
    group.step(second, { arriving, replicas: wanted, maxLagSeconds: world.spec.maxLagSeconds });
    if (world.restarts?.includes(second)) operator = startOperator(wanted, second);
    if (second % pollSeconds === 0) {
      const poll = decide(world, operator, group, wanted, second);
      polls.push(poll);
      if (poll.decision.kind === 'scale') wanted = poll.decision.to;
    }
    replicas.push(wanted);
    ages.push(group.age(second));
  }
  const actions = polls.filter(({ decision }) => decision.kind === 'scale');
  const replicaSeconds = replicas.reduce((sum, count) => sum + count, 0);
  return { polls, actions, replicas, ages, replicaSeconds, lateShare: group.lateShare };
}

interface Operator {
  history: LagHistory;
  state: EngineState;
}

function startOperator(replicas: number, second: number): Operator {
  return { history: new LagHistory(pollSeconds * 1000), state: initialEngineState(replicas, second * 1000) };
}

function decide(world: World, operator: Operator, simulated: SimulatedGroup, wanted: number, second: number): Poll {
  const nowMs = second * 1000;
  const answers = world.blind?.(second) ? noAnswers() : simulated.answers(second);
  recordEnds(operator.history, answers.offsets, nowMs);
  const sample = recordGroup(operator.history, subscription, subscription.topics, answers, nowMs);
  const group = snapshotOf(sample, subscription.topics);
  const facts = { replicas: wanted, ready: simulated.ready(second), group };
  const { decision, state } = decideReplicas(world.spec, facts, operator.state, nowMs);
  operator.state = state;
  return { second, decision, known: group.known };
}

/** Numbers from 0 to 1, the same for the same seed: a linear congruential generator, constants of Numerical Recipes. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
