import { LagHistory } from '../lag/history.ts';
import { snapshotOf } from '../lag/measure.ts';
import { type GroupAnswers, lookUpAgainMs, lookUpsOf, lookUpsPerTick, recordEnds, recordGroup } from '../lag/sample.ts';
import type { GroupSnapshot, LagSubscription } from '../lag/snapshot.ts';
import { Fault } from '../ports/fault.ts';
import { type Decision, decideReplicas } from '../scaling/decide.ts';
import type { ScalingSpec } from '../scaling/facts.ts';
import { type EngineState, initialEngineState } from '../scaling/state.ts';
import type { Scaler, Seen, SeenGroup } from './seen.ts';

/** As the operator polls unless it is told otherwise. */
export const tickSeconds = 5;

const topic = 'simulated';
const subscription: LagSubscription = { groupId: 'simulated', topics: [topic], offsetReset: 'Earliest' };

/** Measures and decides as the operator does for one EventConsumer, on what is seen of a simulated group. */
export class SimulatedOperator {
  readonly #spec: ScalingSpec;
  readonly #history = new LagHistory(tickSeconds * 1000);
  #state: EngineState | undefined;

  constructor(spec: ScalingSpec) {
    this.#spec = spec;
  }

  decide(seen: Seen): { decision: Decision; snapshot: GroupSnapshot } {
    const { second, replicas, ready } = seen;
    const nowMs = second * 1000;
    const snapshot = this.#measure(seen, nowMs);
    const before = this.#state ?? initialEngineState(replicas, nowMs);
    const { decision, state } = decideReplicas(this.#spec, { replicas, ready, group: snapshot }, before, nowMs);
    this.#state = state;
    return { decision, snapshot };
  }

  #measure({ group, arrivedAt }: Seen, nowMs: number): GroupSnapshot {
    const answers = group === undefined ? noAnswers : answersOf(group);
    recordEnds(this.#history, answers.offsets, nowMs);
    const sample = recordGroup(this.#history, subscription, subscription.topics, answers, nowMs);
    for (const { partition, offset, history } of lookUpsOf(sample, lookUpAgainMs).slice(0, lookUpsPerTick)) {
      history.lookedUpMs = nowMs;
      const appendedMs = arrivedAt(partition, Number(offset)) * 1000;
      history.anchor = { offset: Number(offset), appendedMs };
    }
    return snapshotOf(sample, subscription.topics);
  }
}

/** The engine of this version under a policy. It keeps at least one replica. */
export function sluice(spec: ScalingSpec): Scaler {
  const operator = new SimulatedOperator({ ...spec, minReplicas: Math.max(1, spec.minReplicas) });
  return {
    name: 'sluice',
    setting: spec.policy,
    everySeconds: tickSeconds,
    decide(seen) {
      const { decision } = operator.decide(seen);
      return { replicas: decision.to, reason: decision.reason };
    },
  };
}

/** What the brokers would say. */
function answersOf({ protocol, state, assignor, members, offsets }: SeenGroup): GroupAnswers {
  const ends = offsets.map(({ end }, partition) => {
    return [partition, { partition, end: BigInt(end), logStart: 0n }] as const;
  });
  const committed = offsets.map((own, partition) => [partition, BigInt(own.committed)] as const);
  const described = members.map(({ id, partitions }) => ({
    memberId: id,
    clientId: '',
    host: '',
    assignment: new Map([[topic, partitions]]),
    subscription: [topic],
  }));
  const { groupId } = subscription;
  return {
    group: { ok: true, value: { groupId, protocol, state, assignor, members: described } },
    committed: { ok: true, value: new Map([[topic, new Map(committed)]]) },
    offsets: new Map([[topic, { ok: true, value: new Map(ends) }]]),
  };
}

const failed = { ok: false, fault: new Fault('kafka', 'unavailable', 'no broker answers') } as const;
const noAnswers: GroupAnswers = { group: failed, committed: failed, offsets: new Map([[topic, failed]]) };
