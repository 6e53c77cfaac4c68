import type { GroupSnapshot } from '../../lag/snapshot.ts';
import type { Metrics } from '../../ports/metrics.ts';
import type { Decision } from '../../scaling/decide.ts';

/** The exact numbers behind a status that is rounded. What is not known has no series, rather than a zero. */
export interface LagMetrics {
  showLag(key: string, snapshot: GroupSnapshot | undefined): void;
  showSize(key: string, decision: Decision | undefined): void;
  forget(key: string): void;
}

export function createLagMetrics(metrics: Metrics): LagMetrics {
  const labels = ['namespace', 'consumer'];
  const gauges = {
    records: metrics.gauge('sluice_consumer_lag_records', 'Records that the group has not processed.', labels),
    seconds: metrics.gauge('sluice_consumer_lag_seconds', 'Age of the oldest record not processed.', labels),
    replicas: metrics.gauge('sluice_consumer_replicas', 'Replicas that the target asks for.', labels),
    desired: metrics.gauge('sluice_consumer_desired_replicas', 'Replicas that the last decision wants.', labels),
  };
  const set = (name: keyof typeof gauges, key: string, value: number | undefined) => {
    const [namespace = '', consumer = ''] = key.split('/');
    if (value === undefined) gauges[name].remove({ namespace, consumer });
    else gauges[name].set(value, { namespace, consumer });
  };
  const showLag: LagMetrics['showLag'] = (key, snapshot) => {
    set('records', key, snapshot?.lagRecords);
    set('seconds', key, snapshot?.lagSeconds);
  };
  const showSize: LagMetrics['showSize'] = (key, decision) => {
    set('replicas', key, decision?.from);
    set('desired', key, decision?.to);
  };
  const forget = (key: string) => {
    showLag(key, undefined);
    showSize(key, undefined);
  };
  return { showLag, showSize, forget };
}
