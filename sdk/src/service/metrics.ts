import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What a service counts; the names begin with the service's own, written as Prometheus allows. */
export interface ServiceMetrics {
  /** For further metrics of the service. */
  readonly registry: Registry;
  /** Seconds from handing a record to the handler until it was done, whatever came of it. */
  readonly processing: Histogram<'topic'>;
  /** Records that could not be decoded or handled; each attempt counts. */
  readonly errors: Counter<'topic'>;
  /** Deliveries of an event that was handled before. */
  readonly duplicates: Counter<'group'>;
  /** How often the group gave its partitions out anew. */
  readonly rebalances: Counter<'group'>;
  /** Records that are being handled. */
  readonly inHand: Gauge<'group'>;
}

const BUCKETS_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export function createMetrics(service: string): ServiceMetrics {
  const registry = new Registry();
  const prefix = service.replaceAll(/[^a-zA-Z0-9_]/g, '_').replace(/^(?=\d)/, '_');
  const common = { registers: [registry] };
  return {
    registry,
    processing: new Histogram({
      ...common,
      name: `${prefix}_processing_seconds`,
      help: 'Time that the handler took for a record.',
      labelNames: ['topic'],
      buckets: BUCKETS_SECONDS,
    }),
    errors: new Counter({
      ...common,
      name: `${prefix}_errors_total`,
      help: 'Attempts at a record that failed.',
      labelNames: ['topic'],
    }),
    duplicates: new Counter({
      ...common,
      name: `${prefix}_duplicates_dropped_total`,
      help: 'Deliveries of an event that had been handled before.',
      labelNames: ['group'],
    }),
    rebalances: new Counter({
      ...common,
      name: `${prefix}_rebalances_total`,
      help: 'Times that the group gave its partitions out anew.',
      labelNames: ['group'],
    }),
    inHand: new Gauge({
      ...common,
      name: `${prefix}_records_in_hand`,
      help: 'Records that are being handled.',
      labelNames: ['group'],
    }),
  };
}
