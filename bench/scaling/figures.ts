import { cheapestAsPunctual, dominates, mostPunctual } from '../../src/simulate/compare.ts';
import type { Outcome } from '../../src/simulate/run.ts';
import { median, round } from '../statistics.ts';

/** What one policy did on one trace, against others. */
export interface Row {
  trace: string;
  policy: string;
  maxLagSeconds: number;
  lateShare: number;
  replicaSeconds: number;
  actions: number;
  worstLagSeconds: number;
  /** Thresholds of KEDA that are as punctual and cheaper. */
  dominatedBy: readonly string[];
  /** Replica-seconds against the cheapest threshold that is as punctual; absent: none is. */
  ofCheapest?: number;
  ofOracle: number;
  /** Replica-seconds against what the records take at all. */
  ofFloor: number;
  /** Late records of the most punctual threshold, and actions against its. */
  lateOfMostPunctual: number;
  ofActions: number;
  /** With polls lost. */
  lost?: Loss;
}

export interface Loss {
  /** Replica-seconds against none lost. */
  ofNoneLost: number;
  /** How often the size shrank when nothing was known. */
  shrunkUnknown: number;
}

export interface Measured {
  policy: Outcome;
  keda: readonly Outcome[];
  oracle: Outcome;
  floorReplicaSeconds: number;
  maxLagSeconds: number;
  /** The same policy with polls lost, and the seconds of those. */
  withLoss?: { policy: Outcome; seconds: readonly number[] };
}

export function rowOf({ policy, keda, oracle, floorReplicaSeconds, maxLagSeconds, withLoss }: Measured): Row {
  const cheapest = cheapestAsPunctual(keda, policy, 0.0001);
  const punctual = mostPunctual(keda);
  const { replicaSeconds } = policy;
  return {
    trace: policy.trace,
    policy: policy.setting,
    maxLagSeconds,
    lateShare: round(policy.lateShare, 5),
    replicaSeconds,
    actions: policy.actions,
    worstLagSeconds: policy.worstLagSeconds,
    dominatedBy: keda.filter((other) => dominates(other, policy)).map(({ setting }) => setting),
    ...(cheapest && { ofCheapest: round(replicaSeconds / cheapest.replicaSeconds, 3) }),
    ofOracle: round(replicaSeconds / oracle.replicaSeconds, 3),
    ofFloor: round(replicaSeconds / floorReplicaSeconds, 3),
    lateOfMostPunctual: round(punctual?.lateShare ?? 0, 5),
    ofActions: round(policy.actions / Math.max(1, punctual?.actions ?? 0), 3),
    ...(withLoss && { lost: lossOf(policy, withLoss) }),
  };
}

function lossOf(none: Outcome, { policy, seconds }: NonNullable<Measured['withLoss']>): Loss {
  const sizeAt = (second: number) => policy.replicas[second] ?? 0;
  return {
    ofNoneLost: round(policy.replicaSeconds / none.replicaSeconds, 3),
    shrunkUnknown: seconds.filter((second) => second > 0 && sizeAt(second) < sizeAt(second - 1)).length,
  };
}

/** One line of the table: a policy over all traces, with medians where nothing else is said. */
export interface Summary {
  policy: string;
  maxLagSeconds: number;
  traces: number;
  dominated: number;
  ofCheapest: number;
  ofOracle: number;
  ofFloor: number;
  ofActions: number;
  /** The mean. */
  lateShare: number;
  /** Traces with no more late records than the most punctual threshold, or up to 0.1 % more. */
  asPunctual: number;
  /** The median, and the sum. */
  lost?: Loss;
}

const sparePunctuality = 0.001;

export function summaryOf(rows: readonly Row[]): Summary {
  const [first] = rows;
  const losses = rows.flatMap(({ lost }) => lost ?? []);
  const medianOf = (value: (row: Row) => number | undefined) =>
    round(median(rows.map(value).filter((one) => one !== undefined)), 2);
  return {
    policy: first?.policy ?? '',
    maxLagSeconds: first?.maxLagSeconds ?? 0,
    traces: rows.length,
    dominated: rows.filter(({ dominatedBy }) => dominatedBy.length > 0).length,
    ofCheapest: medianOf(({ ofCheapest }) => ofCheapest),
    ofOracle: medianOf(({ ofOracle }) => ofOracle),
    ofFloor: medianOf(({ ofFloor }) => ofFloor),
    ofActions: medianOf(({ ofActions }) => ofActions),
    lateShare: round(rows.reduce((sum, { lateShare }) => sum + lateShare, 0) / rows.length, 4),
    asPunctual: rows.filter((row) => row.lateShare <= row.lateOfMostPunctual + sparePunctuality).length,
    ...(losses.length > 0 && {
      lost: {
        ofNoneLost: round(median(losses.map(({ ofNoneLost }) => ofNoneLost)), 3),
        shrunkUnknown: losses.reduce((sum, { shrunkUnknown }) => sum + shrunkUnknown, 0),
      },
    }),
  };
}

/** Traces on which a longer objective cost more than 2 % more than the next shorter one, of one policy. */
export function dearerThoughLonger(rows: readonly Row[]): string[] {
  const byTrace = Map.groupBy(rows, ({ trace }) => trace);
  return [...byTrace].flatMap(([trace, own]) => {
    const ascending = own.toSorted((a, b) => a.maxLagSeconds - b.maxLagSeconds);
    const isDearer = ascending.some(({ replicaSeconds }, at) => {
      const before = ascending[at - 1];
      return before !== undefined && replicaSeconds > 1.02 * before.replicaSeconds;
    });
    return isDearer ? [trace] : [];
  });
}
