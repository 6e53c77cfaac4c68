import { uuidV5 } from '@sluice/sdk';

/** The five events of an order, in the order in which they happen. */
export const EVENT_TYPES = [
  'order.created',
  'payment.requested',
  'payment.completed',
  'inventory.reserved',
  'order.shipped',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** What every value carries. `eventId`, `correlationId` and `orderId` are UUIDs; `timestamp` is in milliseconds since 1970. */
export interface OrderEvent {
  readonly eventId: string;
  readonly correlationId: string;
  readonly timestamp: number;
  readonly source: string;
  readonly orderId: string;
}

export interface OrderLine {
  readonly sku: string;
  readonly quantity: number;
  /** Price of one piece, in the currency's smallest unit. */
  readonly unitPriceMinor: number;
}

/** The lines travel with the order, so that no step has to ask another one, or to join two topics. */
interface WithLines {
  readonly lines: readonly OrderLine[];
}
interface Amount {
  readonly currency: string;
  readonly totalMinor: number;
}

export type OrderCreated = OrderEvent & WithLines & Amount & { readonly customerId: string };
export type PaymentRequested = OrderEvent & WithLines & Amount;
export type PaymentCompleted = OrderEvent & WithLines & Amount & { readonly paymentId: string };
export type InventoryReserved = OrderEvent & WithLines & { readonly reservationId: string };
export type OrderShipped = OrderEvent & { readonly trackingNumber: string };

/**
 * What the event that follows from `input` has in common with it. Its id depends on nothing but the input's id and the type: whoever handles
 * the same record twice makes the same event twice, and the readers see that it is one.
 */
export function followUp(input: OrderEvent, type: EventType, source: string, now: Date): OrderEvent {
  return {
    eventId: uuidV5(input.eventId, type),
    correlationId: input.correlationId,
    timestamp: now.getTime(),
    source,
    orderId: input.orderId,
  };
}
