import * as prometheus from 'prom-client';
import type { Labels, Metrics } from '../ports/metrics.ts';

/** Our metrics and those of the process, on one page. */
export interface MetricsPage extends Metrics {
  /** The page in Prometheus' text format. */
  render(): Promise<string>;
  readonly contentType: string;
}

/** In seconds: from one request to a near server up to a round that met its deadline several times. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** A name asked for again as another type throws, as does a label that was not announced: both are bugs. */
export function createMetrics(): MetricsPage {
  const registry = new prometheus.Registry();
  const registers = [registry];
  prometheus.collectDefaultMetrics({ register: registry });

  function find<M>(name: string, type: abstract new (...args: never) => M): M | undefined {
    const known = registry.getSingleMetric(name);
    if (known === undefined || known instanceof type) return known;
    throw new Error(`the metric ${name} exists as another type than ${type.name}`);
  }

  return {
    counter(name, help, labelNames = []) {
      const counter = find(name, prometheus.Counter) ?? new prometheus.Counter({ name, help, labelNames, registers });
      return { add: (labels = {}, by = 1) => counter.inc(labels, by) };
    },
    gauge(name, help, labelNames = []) {
      const gauge = find(name, prometheus.Gauge) ?? new prometheus.Gauge({ name, help, labelNames, registers });
      const remove = (labels: Labels) => gauge.remove(labels);
      return {
        set: (value, labels = {}) => (Number.isFinite(value) ? gauge.set(labels, value) : remove(labels)),
        remove,
      };
    },
    histogram(name, help, labelNames = []) {
      const configuration = { name, help, labelNames, buckets, registers };
      const histogram = find(name, prometheus.Histogram) ?? new prometheus.Histogram(configuration);
      return { observe: (seconds, labels = {}) => histogram.observe(labels, seconds) };
    },
    render: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
