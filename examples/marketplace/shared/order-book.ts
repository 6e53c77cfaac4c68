import { EVENT_TYPES, type EventType, type OrderCreated, type OrderEvent } from './events.ts';

const LAST_STAGE = EVENT_TYPES.length - 1;

/** An order as far as its events have been seen; they may come in any order, since they come from different topics. */
export interface OrderView {
  readonly id: string;
  readonly correlationId: string;
  /** The furthest event seen, as an index into EVENT_TYPES. */
  readonly stage: number;
  /** When each event happened, in milliseconds since 1970; index as in EVENT_TYPES. */
  readonly at: readonly (number | null)[];
  /** Known once order.created has been seen. */
  readonly details?: {
    readonly customerId: string;
    readonly pieces: number;
    readonly totalMinor: number;
    readonly currency: string;
  };
}

export interface OrderCounts {
  readonly placed: number;
  readonly inFlight: number;
  readonly shipped: number;
  /** Orders by their furthest event; index as in EVENT_TYPES. */
  readonly byStage: readonly number[];
  /** Records that told an event already known: dropped. */
  readonly redeliveries: number;
}

/** The projection: what has become of each order. Keeps every order that is on its way and the last `keepShipped` that arrived. */
export class OrderBook {
  readonly #keepShipped: number;
  readonly #orders = new Map<string, OrderView>();
  readonly #shipped = new Set<string>();
  #byStage = EVENT_TYPES.map(() => 0);
  #placed = 0;
  #redeliveries = 0;

  constructor(keepShipped = 20_000) {
    this.#keepShipped = keepShipped;
  }

  /** The order after the event, or undefined if the event was known already. */
  record(type: EventType, event: OrderEvent): OrderView | undefined {
    const stage = EVENT_TYPES.indexOf(type);
    const before = this.#orders.get(event.orderId);
    if (before && before.at[stage] !== null) {
      this.#redeliveries += 1;
      return undefined;
    }
    const order = advance(before ?? newOrder(event), stage, event);
    this.#orders.set(order.id, order);
    this.#count(before, order, stage);
    return order;
  }

  get(id: string): OrderView | undefined {
    return this.#orders.get(id);
  }

  /** Orders on their way, oldest first. */
  inFlight(): OrderView[] {
    return [...this.#orders.values()].filter((order) => order.stage < LAST_STAGE);
  }

  /** The orders seen last, newest first. */
  latest(count: number): OrderView[] {
    return [...this.#orders.values()].slice(-count).reverse();
  }

  counts(): OrderCounts {
    const shipped = this.#byStage[LAST_STAGE] ?? 0;
    const known = this.#byStage.reduce((sum, orders) => sum + orders, 0);
    return {
      placed: this.#placed,
      inFlight: known - shipped,
      shipped,
      byStage: [...this.#byStage],
      redeliveries: this.#redeliveries,
    };
  }

  clear(): void {
    this.#orders.clear();
    this.#shipped.clear();
    this.#byStage = EVENT_TYPES.map(() => 0);
    this.#placed = 0;
    this.#redeliveries = 0;
  }

  #count(before: OrderView | undefined, order: OrderView, stage: number): void {
    if (stage === 0) this.#placed += 1;
    this.#byStage = this.#byStage.map(
      (orders, index) => orders + Number(index === order.stage) - Number(index === before?.stage),
    );
    if (order.stage === LAST_STAGE) this.#shipped.add(order.id);
    if (this.#shipped.size > this.#keepShipped) this.#forgetOldest();
  }

  #forgetOldest(): void {
    for (const oldest of this.#shipped) {
      this.#shipped.delete(oldest);
      this.#orders.delete(oldest);
      return;
    }
  }
}

function newOrder({ orderId, correlationId }: OrderEvent): OrderView {
  return { id: orderId, correlationId, stage: 0, at: EVENT_TYPES.map(() => null) };
}

function advance(order: OrderView, stage: number, event: OrderEvent): OrderView {
  const at = order.at.map((time, index) => (index === stage ? event.timestamp : time));
  const next = { ...order, stage: Math.max(order.stage, stage), at };
  return isCreated(event) ? { ...next, details: detailsOf(event) } : next;
}

function isCreated(event: OrderEvent): event is OrderCreated {
  return 'customerId' in event;
}

function detailsOf({ customerId, currency, totalMinor, lines }: OrderCreated) {
  return { customerId, currency, totalMinor, pieces: lines.reduce((sum, line) => sum + line.quantity, 0) };
}
