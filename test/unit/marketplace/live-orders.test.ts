import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { LiveOrders } from '../../../examples/marketplace/order-status/live.ts';
import { EVENT_TYPES } from '../../../examples/marketplace/shared/events.ts';
import { OrderBook } from '../../../examples/marketplace/shared/order-book.ts';
import { created, envelope, ORDER } from './sample-events.ts';

const TOPICS = {
  'order.created': 'shop.order.created',
  'payment.requested': 'shop.payment.requested',
  'payment.completed': 'shop.payment.completed',
  'inventory.reserved': 'shop.inventory.reserved',
  'order.shipped': 'shop.order.shipped',
};

/** A page's end of the stream: what it was sent, message by message. */
class FakePage extends EventEmitter {
  messages: { event: string; data: Record<string, unknown> }[] = [];
  writableLength = 0;
  destroyed = false;

  writeHead() {}
  write(text: string) {
    const [, event, data] = /^event: (\w+)\ndata: (.*)\n\n$/.exec(text) ?? [];
    if (event && data) this.messages.push({ event, data: JSON.parse(data) });
  }
  destroy() {
    this.destroyed = true;
    this.emit('close');
  }
  names() {
    return this.messages.map(({ event }) => event);
  }
}

function open() {
  const book = new OrderBook();
  const live = new LiveOrders(book, TOPICS);
  const attach = () => {
    const page = new FakePage();
    live.attach(page as unknown as ServerResponse); // only what LiveOrders uses of it
    return page;
  };
  const record = (type: (typeof EVENT_TYPES)[number]) => {
    const order = book.record(type, type === 'order.created' ? created() : envelope());
    if (order) live.changed(order);
  };
  return { live, attach, record };
}

describe('LiveOrders', () => {
  it('keeps a page waiting until the history is read, then sends the whole picture', () => {
    const { live, attach, record } = open();
    const page = attach();
    record('order.created');
    live.flush();
    expect(page.messages).toEqual([]);
    live.caughtUp();
    expect(page.messages).toMatchObject([
      { event: 'snapshot', data: { counts: { placed: 1 }, orders: [{ id: ORDER }] } },
    ]);
  });

  it('names the topics of the stages', () => {
    const { live, attach } = open();
    live.caughtUp();
    const stages = EVENT_TYPES.map((type) => ({ type, topic: `shop.${type}` }));
    expect(attach().messages).toMatchObject([{ event: 'snapshot', data: { stages } }]);
  });

  it('gathers what happens between two flushes, each order once, as it is last', () => {
    const { live, attach, record } = open();
    live.caughtUp();
    const page = attach();
    record('order.created');
    record('payment.requested');
    live.flush();
    expect(page.messages.slice(1)).toMatchObject([{ event: 'changes', data: { orders: [{ id: ORDER, stage: 1 }] } }]);
  });

  it('sends nothing when nothing happened', () => {
    const { live, attach } = open();
    live.caughtUp();
    const page = attach();
    live.flush();
    expect(page.names()).toEqual(['snapshot']);
  });

  it('samples orders per second, and shows past samples to a page that comes later', () => {
    const { live, attach, record } = open();
    live.caughtUp();
    record('order.created');
    live.sample();
    record('order.shipped');
    live.sample();
    const samples = [
      { placed: 1, shipped: 0 },
      { placed: 0, shipped: 1 },
    ];
    expect(attach().messages).toMatchObject([{ event: 'snapshot', data: { samples } }]);
  });

  it('does not take the history for orders of this second', () => {
    const { live, attach, record } = open();
    record('order.created');
    live.caughtUp();
    live.sample();
    expect(attach().messages).toMatchObject([{ data: { samples: [{ placed: 0, shipped: 0 }] } }]);
  });

  it('sends a fresh picture after a restart, and no changes before it', () => {
    const { live, attach, record } = open();
    live.caughtUp();
    const page = attach();
    live.restarted();
    record('order.created');
    live.flush();
    live.caughtUp();
    expect(page.names()).toEqual(['snapshot', 'snapshot']);
  });

  it('cuts off a page that does not keep up, and goes on with the others', () => {
    const { live, attach, record } = open();
    live.caughtUp();
    const [slow, quick] = [attach(), attach()];
    slow.writableLength = 5 * 1024 * 1024;
    record('order.created');
    live.flush();
    expect(slow.destroyed).toBe(true);
    record('payment.requested');
    live.flush();
    expect(slow.names()).toEqual(['snapshot']);
    expect(quick.names()).toEqual(['snapshot', 'changes', 'changes']);
  });
});
