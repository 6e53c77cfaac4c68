import { describe, expect, it } from 'vitest';
import { EVENT_TYPES, type EventType } from '../../../examples/marketplace/shared/events.ts';
import { OrderBook } from '../../../examples/marketplace/shared/order-book.ts';
import { created, envelope, ORDER } from './sample-events.ts';

function record(book: OrderBook, types: readonly EventType[], orderId = ORDER) {
  for (const [index, type] of types.entries()) {
    const changes = { orderId, timestamp: 1_000 + index };
    book.record(type, type === 'order.created' ? created(changes) : envelope(changes));
  }
  return book;
}

describe('OrderBook', () => {
  it.each<{ it: string; types: EventType[]; status: EventType; byStage: number[] }>([
    { it: 'a new order', types: ['order.created'], status: 'order.created', byStage: [1, 0, 0, 0, 0] },
    { it: 'a paid order', types: EVENT_TYPES.slice(0, 3), status: 'payment.completed', byStage: [0, 0, 1, 0, 0] },
    { it: 'a shipped order', types: [...EVENT_TYPES], status: 'order.shipped', byStage: [0, 0, 0, 0, 1] },
    {
      it: 'events in reverse order',
      types: EVENT_TYPES.toReversed(),
      status: 'order.shipped',
      byStage: [0, 0, 0, 0, 1],
    },
    {
      it: 'a gap',
      types: ['order.created', 'inventory.reserved'],
      status: 'inventory.reserved',
      byStage: [0, 0, 0, 1, 0],
    },
  ])('knows the furthest event of $it', ({ types, status, byStage }) => {
    const book = record(new OrderBook(), types);
    expect(EVENT_TYPES[book.get(ORDER)?.stage ?? -1]).toBe(status);
    expect(book.counts().byStage).toEqual(byStage);
  });

  it('counts orders, not records', () => {
    const book = record(new OrderBook(), ['order.created', 'order.created', 'payment.requested', 'payment.requested']);
    record(book, EVENT_TYPES, 'another order');
    expect(book.counts()).toEqual({ placed: 2, inFlight: 1, shipped: 1, byStage: [0, 1, 0, 0, 1], redeliveries: 2 });
  });

  it('drops a redelivery and keeps the time of the first delivery', () => {
    const book = record(new OrderBook(), ['order.created']);
    expect(book.record('order.created', created({ timestamp: 9_999 }))).toBeUndefined();
    expect(book.get(ORDER)?.at).toEqual([1_000, null, null, null, null]);
  });

  it('learns the details when order.created comes last', () => {
    const book = record(new OrderBook(), ['payment.requested']);
    expect(book.get(ORDER)).not.toHaveProperty('details');
    record(book, ['order.created']);
    expect(book.get(ORDER)?.details).toEqual({
      customerId: 'customer-7',
      currency: 'EUR',
      totalMinor: 6_680,
      pieces: 3,
    });
  });

  it('forgets the orders shipped first, never one on its way, and counts on', () => {
    const book = record(new OrderBook(2), ['order.created'], 'waiting');
    for (const id of ['a', 'b', 'c']) record(book, EVENT_TYPES, id);
    expect(['waiting', 'a', 'b', 'c'].filter((id) => book.get(id))).toEqual(['waiting', 'b', 'c']);
    expect(book.counts()).toMatchObject({ placed: 4, inFlight: 1, shipped: 3 });
  });

  it('lists those on their way from the oldest, and the latest from the newest', () => {
    const book = new OrderBook();
    for (const id of ['a', 'b', 'c']) record(book, ['order.created'], id);
    record(book, EVENT_TYPES, 'b');
    expect(book.inFlight().map(({ id }) => id)).toEqual(['a', 'c']);
    expect(book.latest(2).map(({ id }) => id)).toEqual(['c', 'b']);
  });

  it('is empty when cleared', () => {
    const book = record(new OrderBook(), EVENT_TYPES);
    book.clear();
    expect(book.get(ORDER)).toBeUndefined();
    expect(book.counts()).toEqual(new OrderBook().counts());
  });
});
