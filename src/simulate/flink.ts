import type { Scaler, Seen } from './seen.ts';

/**
 * The formula of the autoscaler in apache/flink-kubernetes-operator (JobVertexScaler, ScalingMetricEvaluator), for one
 * vertex that reads Kafka. Its windows are short here: with those that it ships, 15 min to measure and an hour to shrink,
 * it hardly moves within the hours of a trace.
 */
const target = { utilisation: 0.7, most: 1, least: 0.4 };
const leastFactor = 0.4;
const windowSeconds = 60;
const stabilizationSeconds = 60;
const shrinkSeconds = 300;
/** Growth that a backlog of so much input asks for is not taken back while it lasts. */
const backlogSeconds = 300;

export interface FlinkLoad {
  arrivalRate: number;
  lag: number;
  catchUpSeconds: number;
  restartSeconds: number;
}

/** Records per second that the vertex should be able to process, C(U, restart), to be loaded up to `utilisation`. */
export function flinkRate(load: FlinkLoad, utilisation: number, { restart }: { restart: boolean }): number {
  const { arrivalRate, lag, catchUpSeconds, restartSeconds } = load;
  const missed = restart ? arrivalRate * restartSeconds : 0;
  return Math.round(lag / catchUpSeconds + missed / catchUpSeconds + arrivalRate / utilisation);
}

/** @param trueRate what the vertex processes while it has work, in records per second */
export function flinkSize(replicas: number, load: FlinkLoad, trueRate: number): number {
  const factor = flinkRate(load, target.utilisation, { restart: true }) / trueRate;
  return Math.ceil(replicas * Math.max(leastFactor, factor));
}

export interface FlinkOptions {
  partitions: number;
  min: number;
  max: number;
  catchUpSeconds: number;
  restartSeconds: number;
}

export function flink({ partitions, min, max, ...times }: FlinkOptions): Scaler {
  const samples = new Samples();
  let changedAt = 0;
  let wishes: { second: number; size: number }[] = [];

  /** Shrinking waits, and then takes the largest size that was asked for meanwhile. */
  function settle(second: number, replicas: number, size: number): number {
    if (size >= replicas) wishes = [];
    else wishes.push({ second, size });
    const [first] = wishes;
    if (size >= replicas) return size;
    return first !== undefined && second - first.second >= shrinkSeconds ? largest(wishes) : replicas;
  }

  return {
    name: 'flink',
    setting: '',
    everySeconds: 15,
    decide(seen) {
      const { second, replicas } = seen;
      samples.add(seen);
      const rates = samples.rates();
      if (rates === undefined) return { replicas, reason: 'NotReady' };
      if (second - changedAt < stabilizationSeconds + times.restartSeconds) return { replicas, reason: 'Stabilizing' };
      const { trueRate, ...measured } = rates;
      const load = { ...measured, ...times };
      if (isInRange(load, trueRate)) return { replicas, reason: 'InRange' };
      const wish = Math.min(max, Math.max(min, balanced(flinkSize(replicas, load, trueRate), partitions)));
      const size = settle(second, replicas, wish);
      if (size !== replicas) [changedAt, wishes] = [second, []];
      return { replicas: size, reason: size === replicas ? 'ScaleDownDelayed' : 'ScalingReport' };
    },
  };
}

function isInRange(load: FlinkLoad, trueRate: number): boolean {
  const catchesUp = load.arrivalRate > 0 && load.lag / load.arrivalRate > backlogSeconds;
  const tooSmall = trueRate < flinkRate(load, target.most, { restart: false });
  const tooLarge = !catchesUp && trueRate > flinkRate(load, target.least, { restart: true });
  return !tooSmall && !tooLarge;
}

/** Alignment BALANCED: the next size at which the fullest subtask reads less than with the size that was asked for. */
function balanced(size: number, partitions: number): number {
  for (let next = size; next <= partitions; next += 1) {
    if (partitions % next === 0 || Math.floor(partitions / next) < Math.floor(partitions / size)) return next;
  }
  return Math.min(size, partitions);
}

function largest(wishes: readonly { size: number }[]): number {
  return Math.max(...wishes.map(({ size }) => size));
}

interface Sample {
  second: number;
  arrived: number;
  lag: number;
  processed: number;
  busySeconds: number;
}

/** Rates over the window, by the first and the last sample in it. */
class Samples {
  #samples: Sample[] = [];

  add({ second, group, work }: Seen): void {
    if (group === undefined) return;
    const arrived = group.offsets.reduce((sum, { end }) => sum + end, 0);
    const kept = this.#samples.filter((one) => one.second >= second - windowSeconds);
    this.#samples = [...kept, { second, arrived, lag: arrived - work.processed, ...work }];
  }

  /** `undefined`: the window is not full yet, or nothing was processed in it. */
  rates(): { arrivalRate: number; lag: number; trueRate: number } | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || last.second - first.second < windowSeconds) return undefined;
    const busySeconds = last.busySeconds - first.busySeconds;
    if (busySeconds === 0) return undefined;
    const trueRate = (last.processed - first.processed) / busySeconds;
    return { arrivalRate: (last.arrived - first.arrived) / windowSeconds, lag: Math.max(0, last.lag), trueRate };
  }
}
