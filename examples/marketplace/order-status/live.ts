import type { ServerResponse } from 'node:http';
import { EVENT_TYPES } from '../shared/events.ts';
import type { OrderBook, OrderCounts, OrderView } from '../shared/order-book.ts';
import type { TopicNames } from '../shared/settings.ts';

const KEPT_SECONDS = 120;
const SHOWN_IN_FLIGHT = 3_000;
const SHOWN_LATEST = 40;
/** A page that reads this much slower than we write is cut off; the browser comes back and gets a fresh snapshot. */
const BACKLOG_LIMIT_BYTES = 4 * 1024 * 1024;

/** Orders of one second. */
export interface Sample {
  readonly placed: number;
  readonly shipped: number;
}

/** The stream behind the page: a snapshot for each page that comes, then what changed, gathered between two calls of `flush`. */
export class LiveOrders {
  readonly #book: OrderBook;
  readonly #stages: readonly { readonly type: string; readonly topic: string }[];
  readonly #pages = new Set<ServerResponse>();
  readonly #changed = new Map<string, OrderView>();
  #samples: readonly Sample[] = [];
  #sampled: OrderCounts | undefined;
  #ready = false;

  constructor(book: OrderBook, topics: TopicNames) {
    this.#book = book;
    this.#stages = EVENT_TYPES.map((type) => ({ type, topic: topics[type] }));
  }

  changed(order: OrderView): void {
    if (this.#ready) this.#changed.set(order.id, order);
  }

  /** The book is being rebuilt: pages keep what they show until it is whole. */
  restarted(): void {
    this.#ready = false;
    this.#changed.clear();
  }

  caughtUp(): void {
    this.#ready = true;
    this.#sampled = this.#book.counts();
    for (const page of this.#pages) this.#sendSnapshot(page);
  }

  attach(page: ServerResponse): void {
    page.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    page.write('retry: 1000\n\n');
    page.on('close', () => this.#pages.delete(page));
    this.#pages.add(page);
    if (this.#ready) this.#sendSnapshot(page);
  }

  flush(): void {
    if (this.#changed.size === 0) return;
    const message = format('changes', { counts: this.#book.counts(), orders: [...this.#changed.values()] });
    this.#changed.clear();
    for (const page of this.#pages) write(page, message);
  }

  /** To be called once a second. The sample also keeps quiet streams alive. */
  sample(): void {
    const counts = this.#book.counts();
    if (!this.#ready || !this.#sampled) return;
    const sample = { placed: counts.placed - this.#sampled.placed, shipped: counts.shipped - this.#sampled.shipped };
    this.#sampled = counts;
    this.#samples = [...this.#samples, sample].slice(-KEPT_SECONDS);
    for (const page of this.#pages) write(page, format('sample', sample));
  }

  #sendSnapshot(page: ServerResponse): void {
    const snapshot = {
      stages: this.#stages,
      samples: this.#samples,
      counts: this.#book.counts(),
      orders: this.#book.inFlight().slice(0, SHOWN_IN_FLIGHT),
      latest: this.#book.latest(SHOWN_LATEST),
    };
    write(page, format('snapshot', snapshot));
  }
}

function format(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

function write(page: ServerResponse, message: string): void {
  if (page.writableLength > BACKLOG_LIMIT_BYTES) page.destroy();
  else page.write(message);
}
