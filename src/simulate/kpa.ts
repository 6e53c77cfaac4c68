import { lagsOf, type Scaler, type Seen } from './seen.ts';

/** The formula and defaults of BrandwatchLtd/kafka-pod-autoscaler (KafkaLagTriggerProcessor, TopicConsumerStats). */
const loopSeconds = 10;
const arrivalSamples = 90;
const memberSamples = 360;
const leastSamples = 3;
const cooloffSeconds = 300;
/** A sample of what members do waits for commits to all partitions, or so long. */
const commitWaitSeconds = 60;

export interface KpaFacts {
  arrivalRate: number;
  memberRate: number;
  lag: number;
  /** Up to here lag needs no catching up. */
  threshold: number;
  /** A backlog is to be gone after it. */
  slaSeconds: number;
}

export function kpaSize({ arrivalRate, memberRate, lag, threshold, slaSeconds }: KpaFacts): number {
  return Math.ceil((arrivalRate + (lag > threshold ? lag / slaSeconds : 0)) / memberRate);
}

export interface KpaOptions {
  partitions: number;
  min: number;
  max: number;
  threshold: number;
  slaSeconds: number;
}

/** It takes divisors of the partitions, one step at a time, and rests between two. */
export function kpa(options: KpaOptions): Scaler {
  const sizes = divisorsOf(options.partitions).filter((size) => size >= options.min && size <= options.max);
  const rates = new SampledRates();
  let restsUntil = 0;
  return {
    name: 'kpa',
    setting: '',
    everySeconds: loopSeconds,
    decide(seen) {
      const { second, replicas, ready, group } = seen;
      if (group === undefined) return { replicas, reason: 'Failed' };
      rates.add(seen);
      if (ready < replicas) restsUntil = second + cooloffSeconds;
      const known = rates.percentiles();
      if (known === undefined) return { replicas, reason: 'InsufficientData' };
      if (second < restsUntil) return { replicas, reason: 'Cooloff' };
      const lag = lagsOf(group).reduce((sum, own) => sum + own, 0);
      const next = stepTowards(sizes, replicas, kpaSize({ ...options, ...known, lag }));
      if (next !== replicas) restsUntil = second + cooloffSeconds;
      return { replicas: next, reason: next === replicas ? 'Calculated' : 'Scaled' };
    },
  };
}

/** Rates over the loop, of the newest samples; those of members between commits to all partitions. */
class SampledRates {
  #arrivals: number[] = [];
  #members: number[] = [];
  #end: { second: number; records: number } | undefined;
  #commits: { second: number; offsets: readonly number[] } | undefined;

  add({ second, ready, group }: Seen): void {
    if (group === undefined) return;
    const records = group.offsets.reduce((sum, { end }) => sum + end, 0);
    if (this.#end !== undefined) {
      this.#arrivals.push((records - this.#end.records) / (second - this.#end.second));
      this.#arrivals = this.#arrivals.slice(-arrivalSamples);
    }
    this.#end = { second, records };
    this.#addCommits(
      second,
      ready,
      group.offsets.map(({ committed }) => committed),
    );
  }

  #addCommits(second: number, ready: number, offsets: readonly number[]): void {
    const before = this.#commits;
    const allMoved = before && offsets.every((offset, at) => offset > (before.offsets[at] ?? 0));
    if (before && !allMoved && second - before.second < commitWaitSeconds) return;
    this.#commits = { second, offsets };
    if (!before || ready === 0) return;
    const done = offsets.reduce((sum, offset, at) => sum + offset - (before.offsets[at] ?? 0), 0);
    this.#members.push(done / (second - before.second) / ready);
    this.#members = this.#members.slice(-memberSamples);
  }

  /** `undefined`: there are too few samples, or no member has done anything. */
  percentiles(): { arrivalRate: number; memberRate: number } | undefined {
    if (Math.min(this.#arrivals.length, this.#members.length) < leastSamples) return undefined;
    const memberRate = percentile99(this.#members);
    return memberRate > 0 ? { arrivalRate: percentile99(this.#arrivals), memberRate } : undefined;
  }
}

function percentile99(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(0.99 * sorted.length) - 1] ?? 0;
}

function stepTowards(sizes: readonly number[], replicas: number, wish: number): number {
  const fitting = sizes.find((size) => size >= wish) ?? sizes.at(-1) ?? replicas;
  if (fitting > replicas) return sizes.find((size) => size > replicas) ?? replicas;
  if (fitting < replicas) return sizes.findLast((size) => size < replicas) ?? replicas;
  return replicas;
}

function divisorsOf(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at + 1).filter((size) => count % size === 0);
}
