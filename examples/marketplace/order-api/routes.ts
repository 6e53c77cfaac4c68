import type { IncomingMessage } from 'node:http';
import { type Answer, type Handle, readBody, refusal, send } from '@sluice/sdk';
import type { Logger } from 'pino';
import { EVENT_TYPES, type OrderCreated } from '../shared/events.ts';
import type { OrderBook, OrderView } from '../shared/order-book.ts';
import { chooseOrderId, hashOf, orderCreated, parseOrder } from './order.ts';
import type { OrderDesk } from './order-desk.ts';

const BODY_LIMIT_BYTES = 64 * 1024;

export interface Shop {
  readonly log: Pick<Logger, 'info' | 'error'>;
  readonly book: OrderBook;
  /** Absent until the database, the topic and its schema are there. */
  desk?: OrderDesk;
  /** Whether `book` holds all orders from before the start. */
  historyRead: boolean;
}

/** `POST /orders` and `GET /orders/{id}`. */
export function createRoutes(shop: Shop): Handle {
  return async (request, response) => {
    send(response, await answer(shop, request));
  };
}

async function answer(shop: Shop, request: IncomingMessage): Promise<Answer> {
  const [pathname = '/'] = (request.url ?? '/').split('?');
  const [, orders, id, ...rest] = pathname.split('/');
  if (orders !== 'orders' || rest.length > 0) {
    return refusal(404, 'NotFound', 'there is only /orders and /orders/{id}');
  }
  const allow = id ? 'GET' : 'POST';
  if (request.method !== allow) {
    return { ...refusal(405, 'MethodNotAllowed', `${pathname} answers ${allow}`), headers: { allow } };
  }
  return id ? showOrder(shop, id) : placeOrder(shop, request);
}

/**
 * 202 only when the order and its event are committed: from then on the order cannot be lost. A client that gets no answer,
 * or 503, sends the order again with the same `Idempotency-Key`, which becomes its id.
 */
async function placeOrder(shop: Shop, request: IncomingMessage): Promise<Answer> {
  const body = await readBody(request, BODY_LIMIT_BYTES);
  if (body === undefined) {
    const tooLarge = refusal(413, 'TooLarge', `an order has at most ${BODY_LIMIT_BYTES} bytes`);
    return { ...tooLarge, headers: { connection: 'close' } };
  }
  const orderId = chooseOrderId(request.headers['idempotency-key']?.toString());
  if (!orderId) return refusal(400, 'InvalidKey', 'the Idempotency-Key is not a UUID');
  const json = parseJson(body);
  if (json === undefined) return refusal(400, 'InvalidJson', 'the body is not JSON');
  const parsed = parseOrder(json);
  if ('problems' in parsed) return refusal(422, 'InvalidOrder', 'the order is not valid', parsed);
  return takeOrder(shop, orderCreated(orderId, parsed.order, new Date()), hashOf(parsed.order));
}

async function takeOrder(shop: Shop, event: OrderCreated, requestHash: string): Promise<Answer> {
  const { orderId, correlationId, eventId } = event;
  if (!shop.desk) return refusal(503, 'NotReady', 'the shop is opening; try again in a moment');
  try {
    const placing = await shop.desk.place(event, requestHash);
    if (placing === 'OtherOrder') {
      return refusal(
        422,
        'KeyReused',
        'another order was taken with this Idempotency-Key; send this one with a new key',
      );
    }
    if (placing === 'Taken') {
      shop.log.info({ orderId, correlationId, eventId }, 'order.created');
      shop.book.record('order.created', event);
    }
  } catch (error) {
    shop.log.error({ orderId, correlationId, error: String(error) }, 'the order was not committed');
    return refusal(503, 'NotCommitted', 'the order may or may not have been taken', { id: orderId });
  }
  return { status: 202, body: { id: orderId, correlationId }, headers: { location: `/orders/${orderId}` } };
}

function showOrder(shop: Shop, id: string): Answer {
  const order = shop.book.get(id);
  if (order) return { status: 200, body: describe(order) };
  if (shop.historyRead) return refusal(404, 'OrderNotFound', `there is no order ${id}`);
  return refusal(503, 'NotReady', 'past orders are still being read; try again in a moment');
}

function describe({ id, correlationId, stage, at, details }: OrderView) {
  const events = EVENT_TYPES.flatMap((type, index) => {
    const time = at[index];
    return time == null ? [] : [{ type, at: new Date(time).toISOString() }];
  });
  return { id, status: EVENT_TYPES[stage], correlationId, ...details, events };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
