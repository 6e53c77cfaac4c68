import type { Decision } from '../../../../src/scaling/decide.ts';
import type { ScalingSpec } from '../../../../src/scaling/facts.ts';
import { SimulatedGroup } from '../../../../src/simulate/group.ts';
import { SimulatedOperator, tickSeconds } from '../../../../src/simulate/operator.ts';
import type { Span, Trace } from '../../../../src/simulate/trace.ts';

/** A simulated world with people and operators in it. Rates are records per second. */
export interface World {
  seconds: number;
  partitions: number;
  /** In all partitions together. */
  arrival(second: number): number;
  /** Arrivals swing by up to this share. */
  noise?: number;
  seed?: number;
  memberRate: number;
  /** All members together never process more than this. */
  downstreamLimit?: number;
  podStartSeconds: number;
  rebalanceSeconds: number;
  commitSeconds: number;
  /** Partitions that are not processed. */
  stuck?: readonly (Span & { partition: number })[];
  replicas: number;
  spec: ScalingSpec;
  /** When the brokers do not answer. */
  blind?: readonly Span[];
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

export function simulate(world: World): Outcome {
  const group = new SimulatedGroup(traceOf(world));
  let operator = new SimulatedOperator(world.spec);
  let wanted = world.replicas;
  const polls: Poll[] = [];
  const replicas: number[] = [];
  const ages: number[] = [];
  for (let second = 0; second < world.seconds; second += 1) {
    wanted = world.meddle?.(second) ?? wanted;
    group.step(second, wanted);
    if (world.restarts?.includes(second)) operator = new SimulatedOperator(world.spec);
    if (second % tickSeconds === 0) {
      const { decision, snapshot } = operator.decide(group.seen(second, wanted));
      polls.push({ second, decision, known: snapshot.known });
      if (decision.kind === 'scale') wanted = decision.to;
    }
    replicas.push(wanted);
    ages.push(group.lagSeconds(second));
  }
  group.close();
  const actions = polls.filter(({ decision }) => decision.kind === 'scale');
  const replicaSeconds = replicas.reduce((sum, count) => sum + count, 0);
  const lateShare = group.waits.lateShare(world.spec.maxLagSeconds);
  return { polls, actions, replicas, ages, replicaSeconds, lateShare };
}

function traceOf(world: World): Trace {
  const { seconds, partitions, arrival, noise = 0, seed = 1, replicas, spec } = world;
  const random = randomFrom(seed);
  const swing = () => 1 + noise * (2 * random() - 1);
  const perSecond = Array.from({ length: seconds }, (_, second) => arrival(second) * swing());
  return {
    name: 'world',
    seconds,
    partitions,
    replicas,
    arrivals: { perSecond },
    objective: spec,
    world: {
      ratePerMember: world.memberRate,
      downstreamPerSecond: world.downstreamLimit,
      protocol: 'eager',
      podStartSeconds: world.podStartSeconds,
      rebalanceSeconds: world.rebalanceSeconds,
      commitSeconds: world.commitSeconds,
      stuck: world.stuck,
      blind: world.blind,
      assignor: 'roundrobin',
    },
  };
}

/** Numbers from 0 to 1, the same for the same seed: a linear congruential generator, constants of Numerical Recipes. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
