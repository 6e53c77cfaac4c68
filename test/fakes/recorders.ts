import type { Log, LogFields } from '../../src/ports/log.ts';
import type { Counter, Gauge, Histogram, Labels, Metrics } from '../../src/ports/metrics.ts';

export interface LogLine {
  level: 'debug' | 'info' | 'warn' | 'error';
  message: string;
  fields: LogFields;
}

/** Keeps what was logged. */
export class RecordedLog implements Log {
  readonly lines: LogLine[];
  readonly #fields: LogFields;

  constructor(lines: LogLine[] = [], fields: LogFields = {}) {
    this.lines = lines;
    this.#fields = fields;
  }

  debug(message: string, fields?: LogFields): void {
    this.#add('debug', message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#add('info', message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#add('warn', message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#add('error', message, fields);
  }

  child(fields: LogFields): Log {
    return new RecordedLog(this.lines, { ...this.#fields, ...fields });
  }

  #add(level: LogLine['level'], message: string, fields: LogFields = {}): void {
    this.lines.push({ level, message, fields: { ...this.#fields, ...fields } });
  }
}

/** Keeps the values of series, by name and labels: `rounds{kind="x"}`. */
export class RecordedMetrics implements Metrics {
  readonly values = new Map<string, number>();

  counter(name: string): Counter {
    return { add: (labels, by = 1) => this.#set(name, labels, (value) => value + by) };
  }

  gauge(name: string): Gauge {
    return {
      set: (value, labels) => this.#set(name, labels, () => value),
      remove: (labels) => void this.values.delete(seriesOf(name, labels)),
    };
  }

  histogram(name: string): Histogram {
    return { observe: (_seconds, labels) => this.#set(`${name}_count`, labels, (value) => value + 1) };
  }

  #set(name: string, labels: Labels | undefined, next: (value: number) => number): void {
    const series = seriesOf(name, labels);
    this.values.set(series, next(this.values.get(series) ?? 0));
  }
}

function seriesOf(name: string, labels: Labels = {}): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return pairs.length === 0 ? name : `${name}{${pairs.join(',')}}`;
}
