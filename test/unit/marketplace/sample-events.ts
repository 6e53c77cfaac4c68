import type {
  InventoryReserved,
  OrderCreated,
  OrderEvent,
  OrderShipped,
  PaymentCompleted,
  PaymentRequested,
} from '../../../examples/marketplace/shared/events.ts';

export const ORDER = '3a5f5809-dff4-4b61-8901-76a959f7c967';

export function envelope(changes: Partial<OrderEvent> = {}): OrderEvent {
  return {
    eventId: 'ee5ecde6-7c24-4043-8332-e82a8a7b02b1',
    correlationId: '410a6e6b-e1ad-44d3-8bc0-0adc57ffa4b5',
    timestamp: 1_700_000_000_000,
    source: 'test',
    orderId: ORDER,
    ...changes,
  };
}

const lines = [
  { sku: 'mug-blue', quantity: 2, unitPriceMinor: 890 },
  { sku: 'lamp-desk', quantity: 1, unitPriceMinor: 4_900 },
];
const amount = { currency: 'EUR', totalMinor: 6_680 };
const someId = '5d5b4c23-7c11-44e6-aa8d-d23d99431afe';

export function created(changes: Partial<OrderEvent> = {}): OrderCreated {
  return { ...envelope(changes), customerId: 'customer-7', ...amount, lines };
}

/** One event of each type, as the services make them. */
export const SAMPLES = {
  'order.created': created(),
  'payment.requested': { ...envelope(), ...amount, lines } satisfies PaymentRequested,
  'payment.completed': { ...envelope(), paymentId: someId, ...amount, lines } satisfies PaymentCompleted,
  'inventory.reserved': { ...envelope(), reservationId: someId, lines } satisfies InventoryReserved,
  'order.shipped': { ...envelope(), trackingNumber: 'SL-5D5B4C23' } satisfies OrderShipped,
};
