import type { Labels, Metrics } from '../ports/metrics.ts';
import type { Managed } from './kind.ts';

/** Counts the resources of a kind by what their Ready condition says, for alerts on any reason. */
export class Census {
  readonly #gauge;
  readonly #kind: string;
  /** The series that stand, by their labels as text. */
  readonly #series = new Map<string, Labels>();

  constructor(metrics: Metrics, kind: string) {
    const help = 'Resources by what their Ready condition says; ready is empty before the first look.';
    this.#gauge = metrics.gauge('sluice_resources', help, ['kind', 'ready', 'reason']);
    this.#kind = kind;
  }

  /** Series that count nothing any more go. */
  take(resources: Iterable<Managed>): void {
    const counts = new Map<string, number>();
    for (const resource of resources) {
      const labels = this.#labelsOf(resource);
      const id = JSON.stringify(labels);
      if (!this.#series.has(id)) this.#series.set(id, labels);
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    for (const [id, labels] of this.#series) {
      const count = counts.get(id);
      if (count !== undefined) {
        this.#gauge.set(count, labels);
        continue;
      }
      this.#gauge.remove(labels);
      this.#series.delete(id);
    }
  }

  #labelsOf({ status }: Managed): Labels {
    const ready = status?.conditions?.find(({ type }) => type === 'Ready');
    return { kind: this.#kind, ready: ready?.status ?? '', reason: ready?.reason ?? '' };
  }
}
