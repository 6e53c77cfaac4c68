import type { InventoryReserved, PaymentCompleted } from '../shared/events.ts';
import { runStep } from '../shared/step.ts';
import { uuidV5 } from '../shared/uuid.ts';

await runStep<PaymentCompleted, InventoryReserved>({
  service: 'inventory',
  makes: 'inventory.reserved',
  work: ({ orderId, lines }) => ({ reservationId: uuidV5(orderId, 'reservation'), lines }),
});
