import { createHash, randomUUID } from 'node:crypto';
import { uuidV5 } from '@sluice/sdk';
import { z } from 'zod';
import type { OrderCreated } from '../shared/events.ts';

/** Texts of a database hold no NUL, and nobody means the other control characters either. */
const name = z
  .string()
  .min(1)
  .max(64)
  .regex(/^\P{Cc}*$/u, 'must hold no control characters');
const line = z.strictObject({
  sku: name,
  quantity: z.int().min(1).max(1_000),
  unitPriceMinor: z.int().min(0).max(100_000_000),
});
const order = z.strictObject({
  customerId: name,
  currency: z.string().regex(/^[A-Z]{3}$/, 'must be a currency code of three capital letters'),
  lines: z.array(line).min(1).max(50),
});
const orderId = z.uuid({ error: 'must be a UUID' }).toLowerCase();
export type OrderInput = z.infer<typeof order>;

export interface Problem {
  /** Where, like `lines.0.quantity`; empty for the whole body. */
  readonly path: string;
  readonly message: string;
}
export type ParsedOrder = { readonly order: OrderInput } | { readonly problems: readonly Problem[] };

export function parseOrder(body: unknown): ParsedOrder {
  const { success, data, error } = order.safeParse(body);
  if (success) return { order: data };
  return { problems: error.issues.map(({ path, message }) => ({ path: path.join('.'), message })) };
}

/** The same for the same order, however its JSON was written. */
export function hashOf(order: OrderInput): string {
  return createHash('sha256').update(JSON.stringify(order)).digest('hex');
}

/** The id that a customer chose, or a new one; undefined if the chosen one is not a UUID. */
export function chooseOrderId(idempotencyKey: string | undefined): string | undefined {
  return idempotencyKey === undefined ? randomUUID() : orderId.safeParse(idempotencyKey).data;
}

/** The ids follow from the order's id: a customer who sends the same order again makes the same event. */
export function orderCreated(orderId: string, { customerId, currency, lines }: OrderInput, now: Date): OrderCreated {
  return {
    eventId: uuidV5(orderId, 'order.created'),
    correlationId: uuidV5(orderId, 'correlation'),
    timestamp: now.getTime(),
    source: 'order-api',
    orderId,
    customerId,
    currency,
    totalMinor: lines.reduce((sum, { quantity, unitPriceMinor }) => sum + quantity * unitPriceMinor, 0),
    lines,
  };
}
