import { describe, expect, it } from 'vitest';
import { chooseOrderId, orderCreated, parseOrder } from '../../../examples/marketplace/order-api/order.ts';
import { ORDER } from './sample-events.ts';

const line = { sku: 'mug-blue', quantity: 2, unitPriceMinor: 890 };
const order = { customerId: 'customer-7', currency: 'EUR', lines: [line] };

describe('parseOrder', () => {
  it('takes a valid order', () => {
    expect(parseOrder(order)).toEqual({ order });
  });

  it.each([
    { it: 'no object', body: [], path: '' },
    { it: 'no customer', body: { ...order, customerId: '' }, path: 'customerId' },
    { it: 'a currency that is none', body: { ...order, currency: 'euro' }, path: 'currency' },
    {
      it: 'a NUL, which no database takes',
      body: { ...order, lines: [{ ...line, sku: 'a\u0000' }] },
      path: 'lines.0.sku',
    },
    { it: 'no lines', body: { ...order, lines: [] }, path: 'lines' },
    { it: 'half a piece', body: { ...order, lines: [{ ...line, quantity: 0.5 }] }, path: 'lines.0.quantity' },
    {
      it: 'a negative price',
      body: { ...order, lines: [line, { ...line, unitPriceMinor: -1 }] },
      path: 'lines.1.unitPriceMinor',
    },
    { it: 'a field nobody knows', body: { ...order, coupon: 'FREE' }, path: '' },
  ])('refuses $it and says where', ({ body, path }) => {
    expect(parseOrder(body)).toMatchObject({ problems: [{ path }] });
  });
});

describe('chooseOrderId', () => {
  it.each([
    { it: "takes the customer's UUID", key: ORDER, id: ORDER },
    { it: 'writes it in small letters', key: ORDER.toUpperCase(), id: ORDER },
    { it: 'refuses anything else', key: 'order-1', id: undefined },
  ])('$it', ({ key, id }) => {
    expect(chooseOrderId(key)).toBe(id);
  });

  it('makes one up for a customer who has none', () => {
    expect(chooseOrderId(undefined)).not.toBe(chooseOrderId(undefined));
  });
});

describe('orderCreated', () => {
  it('adds up the lines', () => {
    const lines = [line, { sku: 'lamp-desk', quantity: 1, unitPriceMinor: 4_900 }];
    expect(orderCreated(ORDER, { ...order, lines }, new Date(5)).totalMinor).toBe(2 * 890 + 4_900);
  });

  it('makes the same ids for the same order, and others for another', () => {
    const idsOf = (orderId: string) => {
      const { eventId, correlationId } = orderCreated(orderId, order, new Date());
      return [eventId, correlationId];
    };
    expect(idsOf(ORDER)).toEqual(idsOf(ORDER));
    expect(new Set([...idsOf(ORDER), ...idsOf('5d5b4c23-7c11-44e6-aa8d-d23d99431afe')]).size).toBe(4);
  });
});
