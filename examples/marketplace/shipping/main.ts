import { uuidV5 } from '@sluice/sdk';
import type { InventoryReserved, OrderShipped } from '../shared/events.ts';
import { runStep } from '../shared/step.ts';

await runStep<InventoryReserved, OrderShipped>({
  service: 'shipping',
  tables: new URL('tables', import.meta.url),
  makes: 'order.shipped',
  work: ({ orderId }) => ({ trackingNumber: `SL-${uuidV5(orderId, 'parcel').slice(0, 8).toUpperCase()}` }),
  effect: ({ orderId, trackingNumber }, transaction) =>
    transaction.query('INSERT INTO parcel (order_id, tracking_number) VALUES ($1, $2)', [orderId, trackingNumber]),
});
