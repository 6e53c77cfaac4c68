import type { GroupAnswers } from '../../../src/lag/sample.ts';
import { Fault } from '../../../src/ports/fault.ts';
import type { GroupMember } from '../../../src/ports/kafka.ts';

/** How a group and its target behave. Rates are records per second. */
export interface GroupTraits {
  partitions: number;
  /** A partition's share of what arrives; by default all get the same. */
  share?(partition: number): number;
  memberRate: number;
  /** All members together never process more than this. */
  downstreamLimit?: number;
  podStartSeconds: number;
  rebalanceSeconds: number;
  commitSeconds: number;
  /** Partitions that are not processed. */
  stuck?(partition: number, second: number): boolean;
}

interface Pod {
  id: string;
  readyAt: number;
}

interface Partition {
  end: number;
  /** The log's end after each second so far, to know when a record came in. */
  ends: number[];
  /** The second whose records are processed next. */
  reading: number;
  done: number;
  committed: number;
}

export const simulatedTopic = 'orders';
export const simulatedGroup = 'payments';

/**
 * A consumer group whose records flow like water, in steps of one second: pods start, join and leave, every change of
 * members stops all of them for a while, and what they did shows only when they commit.
 */
export class SimulatedGroup {
  readonly #traits: GroupTraits;
  readonly #partitions: readonly Partition[];
  #pods: Pod[] = [];
  #podsMade = 0;
  #members: readonly Pod[] = [];
  #pausedUntil = 0;
  #processed = 0;
  #late = 0;

  constructor(traits: GroupTraits, replicas: number) {
    this.#traits = traits;
    this.#partitions = Array.from({ length: traits.partitions }, () => {
      return { end: 0, ends: [], reading: 0, done: 0, committed: 0 };
    });
    this.#startPods(replicas, 0);
  }

  /** Share of the processed records that waited longer than the objective. */
  get lateShare(): number {
    return this.#processed === 0 ? 0 : this.#late / this.#processed;
  }

  ready(second: number): number {
    return this.#pods.filter(({ readyAt }) => readyAt <= second).length;
  }

  /** One second: records arrive, pods come and go, members work. */
  step(second: number, world: { arriving: number; replicas: number; maxLagSeconds: number }): void {
    for (const [at, partition] of this.#partitions.entries()) {
      partition.end += world.arriving * (this.#traits.share?.(at) ?? 1 / this.#traits.partitions);
      partition.ends.push(partition.end);
    }
    this.#pods = this.#pods.slice(0, world.replicas);
    this.#startPods(world.replicas, second + this.#traits.podStartSeconds);
    this.#rebalance(second);
    if (second >= this.#pausedUntil) this.#work(second, world.maxLagSeconds);
  }

  /** The true age of the oldest waiting record, in seconds, of the partitions that can be processed. */
  age(second: number): number {
    const ages = this.#partitions.map(({ end, done, reading }, at) => {
      return end - done < 1 || this.#traits.stuck?.(at, second) ? 0 : second - reading;
    });
    return Math.max(0, ...ages);
  }

  /** What the brokers would say. */
  answers(second: number): GroupAnswers {
    const ends = this.#partitions.map(({ end }, partition) => {
      return [partition, { partition, end: BigInt(Math.floor(end)), logStart: 0n }] as const;
    });
    const committed = this.#partitions.map(({ committed: done }, at) => [at, BigInt(Math.floor(done))] as const);
    const members = this.#members.map(({ id }, index): GroupMember => {
      const own = new Map([[simulatedTopic, this.#numbersOf(index)]]);
      return { memberId: id, clientId: '', host: '', assignment: own, subscription: [simulatedTopic] };
    });
    const calm = second >= this.#pausedUntil ? 'Stable' : 'PreparingRebalance';
    const state = members.length === 0 ? 'Empty' : calm;
    return {
      group: {
        ok: true,
        value: { groupId: simulatedGroup, protocol: 'classic', state, assignor: 'roundrobin', members },
      },
      committed: { ok: true, value: new Map([[simulatedTopic, new Map(committed)]]) },
      offsets: new Map([[simulatedTopic, { ok: true, value: new Map(ends) }]]),
    };
  }

  #startPods(replicas: number, readyAt: number): void {
    while (this.#pods.length < replicas) {
      this.#podsMade += 1;
      this.#pods.push({ id: `pod-${this.#podsMade}`, readyAt });
    }
  }

  /** Members commit what they have done before they give partitions away. */
  #rebalance(second: number): void {
    const joined = this.#pods.filter(({ readyAt }) => readyAt <= second);
    if (joined.length === this.#members.length && joined.every((pod, at) => pod === this.#members[at])) return;
    for (const partition of this.#partitions) partition.committed = partition.done;
    this.#members = joined;
    this.#pausedUntil = second + this.#traits.rebalanceSeconds;
  }

  #work(second: number, maxLagSeconds: number): void {
    const { memberRate, downstreamLimit = Number.POSITIVE_INFINITY, commitSeconds, stuck } = this.#traits;
    const rate = Math.min(memberRate, downstreamLimit / this.#members.length);
    for (const index of this.#members.keys()) {
      const numbers = this.#numbersOf(index).filter((at) => !stuck?.(at, second));
      const own = numbers.flatMap((at) => this.#partitions[at] ?? []);
      const waiting = own.reduce((sum, { end, done }) => sum + end - done, 0);
      const part = waiting === 0 ? 0 : Math.min(1, rate / waiting);
      for (const partition of own)
        this.#process(partition, (partition.end - partition.done) * part, second, maxLagSeconds);
      if ((second + index) % commitSeconds === 0) for (const partition of own) partition.committed = partition.done;
    }
  }

  #process(partition: Partition, records: number, second: number, maxLagSeconds: number): void {
    partition.done += records;
    this.#processed += records;
    if (second - partition.reading > maxLagSeconds) this.#late += records;
    while ((partition.ends[partition.reading] ?? Number.POSITIVE_INFINITY) <= partition.done + 1e-6) {
      partition.reading += 1;
    }
  }

  #numbersOf(index: number): number[] {
    return [...this.#partitions.keys()].filter((at) => at % this.#members.length === index);
  }
}

/** Brokers that do not answer. */
export function noAnswers(): GroupAnswers {
  const failed = { ok: false as const, fault: new Fault('kafka', 'unavailable', 'no broker answers') };
  return { group: failed, committed: failed, offsets: new Map([[simulatedTopic, failed]]) };
}
