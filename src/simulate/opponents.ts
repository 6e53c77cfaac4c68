import { fixed, usefulSizesOf } from './fixed.ts';
import { flink } from './flink.ts';
import { hpa } from './hpa.ts';
import { keda } from './keda.ts';
import { kpa } from './kpa.ts';
import { oracle } from './oracle/oracle.ts';
import type { Scaler } from './seen.ts';
import { meanRateOf, type Trace } from './trace.ts';

export const opponents = ['keda', 'hpa', 'kpa', 'flink', 'static', 'oracle'] as const;
export type Opponent = (typeof opponents)[number];

/** Records per replica, in multiples of what a member can process in a second or absolute. */
export interface Threshold {
  value: number;
  unit: 'rate' | 'records';
}

/** Ten of them, none of which fits all traces. */
export const defaultThresholds: readonly Threshold[] = [0.5, 1, 2, 5, 10, 20, 30, 60, 120, 240].map((value) => {
  return { value, unit: 'rate' };
});

/** KEDA's own, for who does not say how many there may be. */
const kedaMaxReplicas = 100;

/** The scalers of that name with all their settings, each fresh for one run. */
export function scalersOf(opponent: Opponent, trace: Trace, thresholds: readonly Threshold[]): Scaler[] {
  const { partitions, objective, world } = trace;
  const { minReplicas: min, maxReplicas, maxLagSeconds } = objective;
  const limits = { min, max: maxReplicas ?? kedaMaxReplicas };
  const sized = { partitions, min: Math.max(1, min), max: Math.min(partitions, maxReplicas ?? partitions) };
  const rate = meanRateOf(world);
  switch (opponent) {
    case 'keda':
      return thresholds.map((threshold) => {
        const { records, setting } = recordsOf(threshold, rate);
        return keda({ lagThreshold: records, partitions }, limits, setting);
      });
    case 'hpa':
      return thresholds.map((threshold) => {
        const { records, setting } = recordsOf(threshold, rate);
        return hpa(records, limits, setting);
      });
    case 'kpa':
      return [kpa({ ...sized, threshold: 10 * rate, slaSeconds: maxLagSeconds })];
    case 'flink': {
      const restartSeconds = world.podStartSeconds + world.rebalanceSeconds;
      return [flink({ ...sized, catchUpSeconds: 2 * maxLagSeconds, restartSeconds })];
    }
    case 'static':
      return usefulSizesOf(trace).map(fixed);
    case 'oracle':
      return [oracle(trace)];
  }
}

/** A threshold is a whole number of records, and at least one. */
function recordsOf({ value, unit }: Threshold, rate: number): { records: number; setting: string } {
  const records = Math.max(1, Math.round(unit === 'rate' ? value * rate : value));
  return { records, setting: unit === 'rate' ? `${records} (${value}x)` : String(records) };
}
