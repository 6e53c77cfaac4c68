import { desiredReplicas, Hpa, type HpaLimits, hpaSyncSeconds } from './hpa.ts';
import { lagsOf, type Scaler, type Seen, type Size } from './seen.ts';

/** KEDA's defaults (kedacore/keda, pkg/scalers/kafka_scaler.go and pkg/scaling/executor). */
const pollSeconds = 30;
const cooldownSeconds = 300;

export interface KedaTrigger {
  /** Records for each replica. */
  lagThreshold: number;
  partitions: number;
  /** ensureEvenDistributionOfPartitions. */
  even?: boolean;
  limitToPartitionsWithLag?: boolean;
  allowIdleConsumers?: boolean;
}

/** Of a partition without a committed offset KEDA says 1, with offsetResetPolicy latest. */
export function kedaLag(end: number, committed: number | undefined): number {
  return committed === undefined ? 1 : end - committed;
}

/**
 * What KEDA tells the HPA. It cuts the records, not the replicas, and by whole thresholds: so a little less than one
 * threshold too many gets through, and the HPA asks for one replica more than there are partitions.
 */
export function kedaMetric(lags: readonly number[], trigger: KedaTrigger): number {
  const { lagThreshold, partitions, even, limitToPartitionsWithLag, allowIdleConsumers } = trigger;
  const lag = lags.reduce((sum, own) => sum + own, 0);
  const total = even ? lagThreshold * evenSize(lag, trigger) : lag;
  if (allowIdleConsumers && !even && !limitToPartitionsWithLag) return total;
  const most = limitToPartitionsWithLag ? lags.filter((own) => own > 0).length : partitions;
  return Math.floor(total / lagThreshold) > most ? most * lagThreshold : total;
}

/** The first divisor of the partitions that is enough. */
function evenSize(lag: number, { lagThreshold, partitions }: KedaTrigger): number {
  for (let size = 1; size < partitions; size += 1) {
    if (partitions % size === 0 && size * lagThreshold >= lag) return size;
  }
  return partitions;
}

/** KEDA with its HPA: the HPA moves the size between 1 and the most, KEDA itself from zero and to zero. */
export function keda(trigger: KedaTrigger, limits: HpaLimits, setting: string): Scaler {
  const hpa = new Hpa({ ...limits, min: Math.max(1, limits.min) });
  let lastActive: number | undefined;

  function poll({ second, replicas, group }: Seen): Size | undefined {
    if (group === undefined) return undefined;
    const isActive = lagsOf(group).some((lag) => lag > 0);
    if (isActive) lastActive = second;
    if (isActive && replicas === 0) return { replicas: Math.max(1, limits.min), reason: 'KEDAScaleTargetActivated' };
    const cooledDown = second - (lastActive ?? 0) > cooldownSeconds;
    if (isActive || limits.min > 0 || replicas === 0 || !cooledDown) return undefined;
    return { replicas: 0, reason: 'KEDAScaleTargetDeactivated' };
  }

  return {
    name: 'keda',
    setting,
    everySeconds: hpaSyncSeconds,
    decide(seen) {
      const { second, replicas, group } = seen;
      const own = second % pollSeconds === 0 ? poll(seen) : undefined;
      if (own !== undefined) return own;
      if (replicas === 0) return { replicas, reason: 'ScalingDisabled' };
      const metric = group && kedaMetric(lagsOf(group), trigger);
      const wish =
        metric === undefined ? undefined : desiredReplicas(metric, { target: trigger.lagThreshold, replicas });
      return hpa.sync(second, replicas, wish);
    },
  };
}
