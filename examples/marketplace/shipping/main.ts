import type { InventoryReserved, OrderShipped } from '../shared/events.ts';
import { runStep } from '../shared/step.ts';
import { uuidV5 } from '../shared/uuid.ts';

await runStep<InventoryReserved, OrderShipped>({
  service: 'shipping',
  makes: 'order.shipped',
  work: ({ orderId }) => ({ trackingNumber: `SL-${uuidV5(orderId, 'parcel').slice(0, 8).toUpperCase()}` }),
});
