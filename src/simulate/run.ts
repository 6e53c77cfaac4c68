import { SimulatedGroup } from './group.ts';
import type { Scaler } from './seen.ts';
import type { Trace } from './trace.ts';

/** How a scaler did on a trace. */
export interface Outcome {
  trace: string;
  scaler: string;
  setting: string;
  /** Part of the records that waited longer than the objective, without those of partitions that are stuck at times. */
  lateShare: number;
  /** The same of the partitions that are stuck at times; absent: none is. */
  stuckLateShare?: number;
  /** Pods, from when they are asked for, times seconds. */
  replicaSeconds: number;
  /** Changes of size, and how many of them went the other way than the one before. */
  actions: number;
  turns: number;
  worstLagSeconds: number;
  /** 99 % of the records waited no longer. */
  p99LagSeconds: number;
  /** For how many seconds the scaler gave each reason. */
  reasons: Readonly<Record<string, number>>;
  /** Asked for, and the age of the oldest waiting record, at the end of each second. */
  replicas: readonly number[];
  lagSeconds: readonly number[];
}

/** Runs the trace second by second. The same input gives the same outcome. */
export function simulate(trace: Trace, scaler: Scaler): Outcome {
  const group = new SimulatedGroup(trace);
  const [replicas, lagSeconds]: [number[], number[]] = [[], []];
  const reasons: Record<string, number> = {};
  let size = { replicas: trace.replicas, reason: '' };
  let replicaSeconds = 0;
  for (let second = 0; second < trace.seconds; second += 1) {
    group.step(second, size.replicas);
    replicaSeconds += group.pods;
    if (second % scaler.everySeconds === 0) size = scaler.decide(group.seen(second, size.replicas));
    replicas.push(size.replicas);
    lagSeconds.push(group.lagSeconds(second));
    reasons[size.reason] = (reasons[size.reason] ?? 0) + 1;
  }
  group.close();
  const { waits, stuckWaits } = group;
  const { maxLagSeconds } = trace.objective;
  return {
    trace: trace.name,
    scaler: scaler.name,
    setting: scaler.setting,
    lateShare: waits.lateShare(maxLagSeconds),
    ...(trace.world.stuck?.length && { stuckLateShare: stuckWaits.lateShare(maxLagSeconds) }),
    replicaSeconds,
    ...movesOf([trace.replicas, ...replicas]),
    worstLagSeconds: waits.worst,
    p99LagSeconds: waits.within(0.99),
    reasons,
    replicas,
    lagSeconds,
  };
}

function movesOf(sizes: readonly number[]): { actions: number; turns: number } {
  const directions = sizes.slice(1).flatMap((size, before) => {
    const change = Math.sign(size - (sizes[before] ?? size));
    return change === 0 ? [] : [change];
  });
  const turns = directions.filter((direction, at) => at > 0 && direction !== directions[at - 1]).length;
  return { actions: directions.length, turns };
}
