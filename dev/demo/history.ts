import { type ConsumerLook, isSettled, type Look } from './look.ts';

/** A change of size that the operator made and the Deployment shows. */
export interface Move {
  atMs: number;
  /** The stage of the run in which it was seen. */
  stage: string;
  consumer: string;
  from: number;
  to: number;
  why: string;
}

export interface LagRecord {
  /** The highest seen, rounded down as the status has it. */
  highestSeconds: number;
  /** When it was last seen over the objective. */
  lastOverMs: number | undefined;
}

export interface Throughput {
  placed: number;
  shipped: number;
}

interface Sample extends Throughput {
  atMs: number;
}

/** The rates of one bar of the charts are means over this. */
export const barMs = 5_000;
const rateWindowMs = 10_000;
const keptMs = 600_000;

/** What has been seen so far. */
export class History {
  readonly moves: Move[] = [];
  readonly lag = new Map<string, LagRecord>();
  #latest: Look | undefined;
  #settledSinceMs: number | undefined;
  #samples: readonly Sample[] = [];
  readonly #decisions = new Map<string, string | undefined>();

  get latest(): Look | undefined {
    return this.#latest;
  }

  /** Returns the moves that are new. What had been decided before the first look does not count. */
  take(look: Look, stage: string): readonly Move[] {
    const moves = look.consumers.flatMap((consumer) => this.#takeConsumer(consumer, look.atMs, stage));
    this.moves.push(...moves);
    this.#latest = look;
    this.#settledSinceMs = isSettled(look) ? (this.#settledSinceMs ?? look.atMs) : undefined;
    if (look.orders) this.#takeOrders(look.orders, look.atMs);
    return moves;
  }

  /** For how long nothing has been on its way and nothing about to change, at the latest look. */
  settledMs(): number {
    return this.#latest && this.#settledSinceMs !== undefined ? this.#latest.atMs - this.#settledSinceMs : 0;
  }

  /** Orders per second over the last 10 s; `undefined`: not known yet. */
  throughput(): Throughput | undefined {
    const last = this.#samples.at(-1);
    const first = last && this.#samples.find(({ atMs }) => atMs >= last.atMs - rateWindowMs);
    return first && first !== last ? rateBetween(first, last) : undefined;
  }

  /** Orders per second, one bar for every 5 s, the newest last. */
  bars(count: number): readonly Throughput[] {
    const last = this.#samples.at(-1);
    if (!last) return [];
    const ends = Array.from({ length: count + 1 }, (_, index) => last.atMs - (count - index) * barMs);
    const marks = ends.map((endMs) => this.#samples.findLast(({ atMs }) => atMs <= endMs));
    return marks.flatMap((mark, index) => {
      const next = marks[index + 1];
      return mark && next ? [mark === next ? { placed: 0, shipped: 0 } : rateBetween(mark, next)] : [];
    });
  }

  #takeConsumer({ name, ...consumer }: ConsumerLook, atMs: number, stage: string): readonly Move[] {
    const { lag, withinObjective, lastDecision, replicas } = consumer;
    const before = this.lag.get(name);
    this.lag.set(name, {
      highestSeconds: Math.max(before?.highestSeconds ?? 0, lag.seconds ?? 0),
      lastOverMs: withinObjective === false ? atMs : before?.lastOverMs,
    });
    const known = this.#decisions.has(name);
    // The status may be ahead of what the Deployment showed a moment earlier: the move counts once both agree.
    const unseen = lastDecision && lastDecision.time !== this.#decisions.get(name);
    if (known && unseen && replicas.current !== lastDecision.to) return [];
    this.#decisions.set(name, lastDecision?.time);
    if (!known || !unseen) return [];
    const { from, to, message } = lastDecision;
    return [{ atMs, stage, consumer: name, from, to, why: message }];
  }

  #takeOrders({ placed, shipped }: Throughput, atMs: number): void {
    this.#samples = [...this.#samples.filter((sample) => sample.atMs > atMs - keptMs), { atMs, placed, shipped }];
  }
}

function rateBetween(first: Sample, last: Sample): Throughput {
  const seconds = (last.atMs - first.atMs) / 1_000;
  // A projection that is being read anew counts from zero again.
  const rate = (from: number, to: number) => Math.max(0, to - from) / seconds;
  return { placed: rate(first.placed, last.placed), shipped: rate(first.shipped, last.shipped) };
}
