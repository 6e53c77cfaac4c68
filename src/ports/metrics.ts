export type Labels = Readonly<Record<string, string>>;

export interface Counter {
  add(labels?: Labels, by?: number): void;
}

export interface Gauge {
  /** A value that is no finite number is not known: it has no series. */
  set(value: number, labels?: Labels): void;
  /** Forgets one series, so that a deleted resource leaves none behind. */
  remove(labels: Labels): void;
}

export interface Histogram {
  /** `seconds` elapsed. */
  observe(seconds: number, labels?: Labels): void;
}

/** Names are in Prometheus form (`sluice_…_total`, `sluice_…_seconds`). Asking twice for a name gives the same series. */
export interface Metrics {
  counter(name: string, help: string, labelNames?: readonly string[]): Counter;
  gauge(name: string, help: string, labelNames?: readonly string[]): Gauge;
  histogram(name: string, help: string, labelNames?: readonly string[]): Histogram;
}
