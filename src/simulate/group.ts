import { dealInRuns, dealInTurn, dealSticky } from './assignors.ts';
import { type Inflow, inflowsOf } from './inflow.ts';
import type { Seen, SeenGroup } from './seen.ts';
import { isWithin, rateOf, type Trace, type World } from './trace.ts';
import { Waits } from './waits.ts';

/** Offsets are sums of fractions: so far off they are still the same. */
const roundingError = 1e-9;

interface Pod {
  id: string;
  readyAt: number;
}

interface Partition {
  inflow: Inflow;
  /** In units of the inflow. */
  done: number;
  committed: number;
  /** The second whose records are processed next. */
  reading: number;
  /** It is not read before this second. */
  pausedUntil: number;
}

interface Member {
  pod: Pod;
  partitions: readonly number[];
}

/**
 * A consumer group whose records flow like water, in steps of one second: pods start, join and leave, a change of members
 * stops what it moves, and what members did shows only when they commit. Each partition is a queue; what a member can do
 * falls to its partitions by what waits in them.
 */
export class SimulatedGroup {
  /** Of the partitions that are never stuck, and of those that are. */
  readonly waits: Waits;
  readonly stuckWaits: Waits;
  readonly #world: World;
  readonly #seconds: number;
  readonly #partitions: readonly Partition[];
  readonly #everStuck: ReadonlySet<number>;
  #pods: Pod[] = [];
  #podsMade = 0;
  #members: readonly Member[] = [];
  #pausedUntil = 0;
  #processed = 0;
  #busySeconds = 0;

  constructor(trace: Trace) {
    this.#world = trace.world;
    this.#seconds = trace.seconds;
    this.#partitions = inflowsOf(trace).map((inflow) => {
      return { inflow, done: 0, committed: 0, reading: 0, pausedUntil: 0 };
    });
    this.#everStuck = new Set(trace.world.stuck?.map(({ partition }) => partition));
    this.waits = new Waits(trace.seconds);
    this.stuckWaits = new Waits(trace.seconds);
    this.#startPods(trace.replicas, 0);
    this.#rebalance(0, 0);
  }

  /** Pods that exist, started or not: those beyond the quota do not. */
  get pods(): number {
    return this.#pods.length;
  }

  /** One second: records arrive, pods come and go, members work. */
  step(second: number, replicas: number): void {
    this.#startPods(replicas, second + this.#world.podStartSeconds);
    this.#rebalance(second, this.#world.rebalanceSeconds);
    for (const partition of this.#partitions) skipQuiet(partition, second);
    this.#work(second);
    this.#commit(second);
  }

  /** After the last step: what still waits has waited so long already. */
  close(): void {
    const last = this.#seconds - 1;
    for (const [at, partition] of this.#partitions.entries()) {
      const { inflow, done } = partition;
      this.#take(at, partition, (inflow.total[this.#seconds] ?? 0) - done, last);
    }
  }

  /** Age in seconds of the oldest waiting record of the partitions that are not stuck. */
  lagSeconds(second: number): number {
    let oldest = second;
    for (const [at, { reading }] of this.#partitions.entries()) {
      if (reading < oldest && !this.#isStuck(at, second)) oldest = reading;
    }
    return second - oldest;
  }

  seen(second: number, replicas: number): Seen {
    return {
      second,
      replicas,
      ready: this.#pods.filter(({ readyAt }) => readyAt <= second).length,
      group: this.#world.blind?.some((span) => isWithin(span, second)) ? undefined : this.#seenGroup(second),
      work: { processed: this.#processed, busySeconds: this.#busySeconds },
      arrivedAt: (partition, offset) => this.#arrivedAt(partition, offset),
    };
  }

  #arrivedAt(partition: number, offset: number): number {
    const { inflow } = this.#partitions[partition] ?? {};
    if (inflow === undefined) return 0;
    return inflow.total.findIndex((total) => total * inflow.share > offset) - 1;
  }

  #seenGroup(second: number): SeenGroup {
    const { protocol, assignor = 'range' } = this.#world;
    const isNew = protocol === 'consumer';
    const settled = second >= this.#pausedUntil ? 'Stable' : isNew ? 'Reconciling' : 'PreparingRebalance';
    return {
      protocol: isNew ? 'consumer' : 'classic',
      state: this.#members.length === 0 ? 'Empty' : settled,
      assignor: { eager: assignor, cooperative: 'cooperative-sticky', consumer: 'uniform' }[protocol],
      members: this.#members.map(({ pod, partitions }) => ({ id: pod.id, partitions })),
      offsets: this.#partitions.map(({ inflow, committed }) => ({
        end: Math.floor((inflow.total[second + 1] ?? 0) * inflow.share + roundingError),
        committed: Math.floor(committed * inflow.share + roundingError),
      })),
    };
  }

  /** The newest go first, as a ReplicaSet takes those that are not ready and then the youngest. */
  #startPods(replicas: number, readyAt: number): void {
    const count = Math.min(replicas, this.#world.podQuota ?? replicas);
    if (this.#pods.length > count) this.#pods = this.#pods.slice(0, count);
    while (this.#pods.length < count) {
      this.#podsMade += 1;
      this.#pods.push({ id: `pod-${this.#podsMade}`, readyAt });
    }
  }

  /** Members commit what they have done before they give partitions away. */
  #rebalance(second: number, pauseSeconds: number): void {
    const joined = this.#pods.filter(({ readyAt }) => readyAt <= second);
    if (joined.length === this.#members.length && joined.every((pod, at) => pod === this.#members[at]?.pod)) return;
    const before = ownersOf(this.#members);
    this.#members = this.#deal(joined);
    const after = ownersOf(this.#members);
    const until = second + pauseSeconds;
    for (const [at, partition] of this.#partitions.entries()) {
      if (!this.#isTouched(partition, second, before.get(at) !== after.get(at))) continue;
      partition.committed = partition.done;
      partition.pausedUntil = until;
    }
    this.#pausedUntil = until;
  }

  /** A rebalance during another one holds up what is on its way, but for the newest protocol. */
  #isTouched({ pausedUntil }: Partition, second: number, moves: boolean): boolean {
    const { protocol } = this.#world;
    return moves || protocol === 'eager' || (protocol === 'cooperative' && pausedUntil > second);
  }

  #deal(pods: readonly Pod[]): Member[] {
    if (pods.length === 0) return [];
    const { protocol, assignor } = this.#world;
    const had = new Map(this.#members.map(({ pod, partitions }) => [pod, partitions]));
    const count = this.#partitions.length;
    const deal = (): number[][] => {
      if (protocol !== 'eager')
        return dealSticky(
          count,
          pods.map((pod) => had.get(pod) ?? []),
        );
      return assignor === 'roundrobin' ? dealInTurn(count, pods.length) : dealInRuns(count, pods.length);
    };
    const dealt = deal();
    return pods.map((pod, at) => ({ pod, partitions: dealt[at] ?? [] }));
  }

  #work(second: number): void {
    const rate = rateOf(this.#world, second);
    const loads = this.#members.map(({ partitions }) => {
      const own = partitions.filter((at) => this.#isRead(at, second));
      const waiting = own.reduce((sum, at) => sum + this.#waiting(at, second), 0);
      return { own, waiting, wanted: Math.min(rate, waiting) };
    });
    const wanted = loads.reduce((sum, load) => sum + load.wanted, 0);
    const limit = this.#world.downstreamPerSecond ?? wanted;
    const granted = wanted > limit ? limit / wanted : 1;
    for (const { own, waiting, wanted: part } of loads) {
      if (waiting > 0) for (const at of own) this.#process(at, (part * granted) / waiting, second);
    }
    if (rate > 0) this.#busySeconds += Math.max(0, ...loads.map((load) => load.wanted / rate));
  }

  /** @param part of what waits */
  #process(at: number, part: number, second: number): void {
    const partition = this.#partitions[at];
    if (partition === undefined) return;
    const waiting = (partition.inflow.total[second + 1] ?? 0) - partition.done;
    this.#processed += this.#take(at, partition, waiting * part, second);
  }

  /** The oldest come first. Returns how many records that were. */
  #take(at: number, partition: Partition, units: number, second: number): number {
    const { inflow } = partition;
    const { total, share } = inflow;
    const waits = this.#everStuck.has(at) ? this.stuckWaits : this.waits;
    const before = partition.done;
    const target = before + units;
    while (partition.reading <= second) {
      const end = total[partition.reading + 1] ?? 0;
      if (end > target * (1 + roundingError)) break;
      waits.add(second - partition.reading, (end - partition.done) * share);
      partition.done = end;
      partition.reading += 1;
    }
    if (partition.reading <= second) {
      waits.add(second - partition.reading, Math.max(0, target - partition.done) * share);
      partition.done = Math.max(target, partition.done);
    }
    return (partition.done - before) * share;
  }

  #commit(second: number): void {
    const every = Math.max(1, Math.round(this.#world.commitSeconds));
    for (const [index, { partitions }] of this.#members.entries()) {
      if ((second + index) % every !== 0) continue;
      for (const at of partitions) {
        const partition = this.#partitions[at];
        if (partition !== undefined) partition.committed = partition.done;
      }
    }
  }

  #waiting(at: number, second: number): number {
    const partition = this.#partitions[at];
    if (partition === undefined) return 0;
    return ((partition.inflow.total[second + 1] ?? 0) - partition.done) * partition.inflow.share;
  }

  #isRead(at: number, second: number): boolean {
    return (this.#partitions[at]?.pausedUntil ?? 0) <= second && !this.#isStuck(at, second);
  }

  #isStuck(at: number, second: number): boolean {
    if (!this.#everStuck.has(at)) return false;
    return this.#world.stuck?.some((span) => span.partition === at && isWithin(span, second)) ?? false;
  }
}

/** Nothing waits of a second in which nothing came. */
function skipQuiet(partition: Partition, second: number): void {
  const { total } = partition.inflow;
  while (partition.reading < second && (total[partition.reading + 1] ?? 0) <= partition.done) partition.reading += 1;
}

function ownersOf(members: readonly Member[]): Map<number, Pod> {
  return new Map(members.flatMap(({ pod, partitions }) => partitions.map((at) => [at, pod] as const)));
}
