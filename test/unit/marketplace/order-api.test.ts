import { once } from 'node:events';
import { createServer } from 'node:http';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import type { OrderDesk } from '../../../examples/marketplace/order-api/order-desk.ts';
import { createRoutes, type Shop } from '../../../examples/marketplace/order-api/routes.ts';
import { EVENT_TYPES, type OrderCreated } from '../../../examples/marketplace/shared/events.ts';
import { OrderBook } from '../../../examples/marketplace/shared/order-book.ts';
import { created, envelope, ORDER } from './sample-events.ts';

const valid = JSON.stringify({
  customerId: 'customer-7',
  currency: 'EUR',
  lines: [{ sku: 'mug-blue', quantity: 2, unitPriceMinor: 890 }],
});

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

interface AnswerBody {
  id: string;
  correlationId: string;
  error?: string;
  status?: string;
  problems?: { path: string }[];
  events?: unknown[];
}

/** A shop that is open, and takes orders into `taken`, unless told otherwise. */
async function openShop(changes: Partial<Shop> = {}) {
  const taken: OrderCreated[] = [];
  const hashes = new Map<string, string>();
  const desk: OrderDesk = {
    async place(event, hash) {
      const known = hashes.get(event.orderId);
      if (known !== undefined) return known === hash ? 'Known' : 'OtherOrder';
      hashes.set(event.orderId, hash);
      taken.push(event);
      return 'Taken';
    },
  };
  const log = pino({ level: 'silent' });
  const shop: Shop = { log, book: new OrderBook(), desk, historyRead: true, ...changes };
  const handle = createRoutes(shop);
  const server = createServer((request, response) => void handle(request, response)).listen(0, '127.0.0.1');
  cleanups.push(() => server.close());
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const call = async (method: string, path: string, body?: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`http://127.0.0.1:${address.port}${path}`, {
      method,
      headers,
      ...(body !== undefined && { body }),
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as AnswerBody };
  };
  return { shop, taken, call };
}

describe('order-api', () => {
  it('answers 202 with the id of the order it has taken', async () => {
    const { taken, call } = await openShop();
    const { status, headers, body } = await call('POST', '/orders', valid);
    expect(status).toBe(202);
    expect(taken).toMatchObject([{ orderId: body.id, correlationId: body.correlationId, totalMinor: 1_780 }]);
    expect(headers.get('location')).toBe(`/orders/${body.id}`);
  });

  it('does not answer before the order is committed', async () => {
    const asked = Promise.withResolvers<void>();
    const committed = Promise.withResolvers<'Taken'>();
    const place = () => {
      asked.resolve();
      return committed.promise;
    };
    const { call } = await openShop({ desk: { place } });
    let answered = false;
    const answer = call('POST', '/orders', valid).finally(() => {
      answered = true;
    });
    await asked.promise;
    await call('GET', '/orders/nobody'); // time enough for an answer to arrive
    expect(answered).toBe(false);
    committed.resolve('Taken');
    expect((await answer).status).toBe(202);
  });

  it.each([
    { it: 'a body that is not JSON', method: 'POST', path: '/orders', sent: '{', status: 400, error: 'InvalidJson' },
    { it: 'an empty body', method: 'POST', path: '/orders', sent: '', status: 400, error: 'InvalidJson' },
    {
      it: 'an order that is not valid',
      method: 'POST',
      path: '/orders',
      sent: '{}',
      status: 422,
      error: 'InvalidOrder',
    },
    { it: 'a huge body', method: 'POST', path: '/orders', sent: ' '.repeat(70_000), status: 413, error: 'TooLarge' },
    { it: 'another method', method: 'GET', path: '/orders', status: 405, error: 'MethodNotAllowed' },
    { it: 'another path', method: 'GET', path: '/carts', status: 404, error: 'NotFound' },
    { it: 'a path that goes on', method: 'GET', path: '/orders/a/b', status: 404, error: 'NotFound' },
    { it: 'an order that is not there', method: 'GET', path: '/orders/nobody', status: 404, error: 'OrderNotFound' },
  ])('refuses $it with $status and takes nothing', async ({ method, path, sent, status, error }) => {
    const { taken, call } = await openShop();
    const answer = await call(method, path, sent);
    expect(answer).toMatchObject({ status, body: { error, message: expect.stringMatching(/\w+/) } });
    expect(taken).toEqual([]);
  });

  it('names each field that is wrong', async () => {
    const { call } = await openShop();
    const { body } = await call('POST', '/orders', '{"customerId":"a","currency":"EUR","lines":[{"sku":"x"}]}');
    const paths = body.problems?.map(({ path }) => path);
    expect(paths).toEqual(['lines.0.quantity', 'lines.0.unitPriceMinor']);
  });

  it('answers 503 while it cannot take orders yet', async () => {
    const { shop, call } = await openShop();
    delete shop.desk;
    expect(await call('POST', '/orders', valid)).toMatchObject({ status: 503, body: { error: 'NotReady' } });
  });

  it('answers 503 with the id when nobody knows whether it was committed', async () => {
    const place = () => Promise.reject(new Error('the database is away'));
    const { shop, call } = await openShop({ desk: { place } });
    const { status, body } = await call('POST', '/orders', valid);
    expect({ status, error: body.error }).toEqual({ status: 503, error: 'NotCommitted' });
    expect(shop.book.get(body.id)).toBeUndefined();
  });

  it('takes an order that is sent again with its key only once', async () => {
    const { taken, call } = await openShop();
    const key = { 'idempotency-key': ORDER };
    const [first, again] = [await call('POST', '/orders', valid, key), await call('POST', '/orders', valid, key)];
    expect([first.status, again.status]).toEqual([202, 202]);
    expect([first.body, again.body]).toEqual([first.body, { ...first.body, id: ORDER }]);
    expect(taken).toHaveLength(1);
  });

  it('refuses another order with a key that was used, and takes the same one however its JSON is written', async () => {
    const { taken, call } = await openShop();
    const key = { 'idempotency-key': ORDER };
    await call('POST', '/orders', valid, key);
    const other = await call('POST', '/orders', valid.replace('"quantity":2', '"quantity":3'), key);
    expect(other).toMatchObject({ status: 422, body: { error: 'KeyReused' } });
    const { currency, ...rest } = JSON.parse(valid);
    expect((await call('POST', '/orders', JSON.stringify({ currency, ...rest }, null, 2), key)).status).toBe(202);
    expect(taken).toHaveLength(1);
  });

  it('refuses a key that is not a UUID', async () => {
    const { call } = await openShop();
    const answer = await call('POST', '/orders', valid, { 'idempotency-key': 'mine' });
    expect(answer).toMatchObject({ status: 400, body: { error: 'InvalidKey' } });
  });

  it('shows an order right after it was placed', async () => {
    const { call } = await openShop();
    const { body } = await call('POST', '/orders', valid);
    expect(await call('GET', `/orders/${body.id}`)).toMatchObject({
      status: 200,
      body: { id: body.id, status: 'order.created', totalMinor: 1_780, events: [{ type: 'order.created' }] },
    });
  });

  it('shows how far an order has come', async () => {
    const { shop, call } = await openShop();
    shop.book.record('order.created', created({ timestamp: 0 }));
    shop.book.record('payment.requested', envelope({ timestamp: 1_500 }));
    const { body } = await call('GET', `/orders/${ORDER}?verbose`);
    expect(body.status).toBe(EVENT_TYPES[1]);
    expect(body.events).toEqual([
      { type: 'order.created', at: '1970-01-01T00:00:00.000Z' },
      { type: 'payment.requested', at: '1970-01-01T00:00:01.500Z' },
    ]);
  });

  it('does not deny an order while it has not read the past', async () => {
    const { call } = await openShop({ historyRead: false });
    expect(await call('GET', `/orders/${ORDER}`)).toMatchObject({ status: 503, body: { error: 'NotReady' } });
  });
});
