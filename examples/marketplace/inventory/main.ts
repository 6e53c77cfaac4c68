import { uuidV5 } from '@sluice/sdk';
import type { InventoryReserved, PaymentCompleted } from '../shared/events.ts';
import { runStep } from '../shared/step.ts';

await runStep<PaymentCompleted, InventoryReserved>({
  service: 'inventory',
  tables: new URL('tables', import.meta.url),
  makes: 'inventory.reserved',
  work: ({ orderId, lines }) => ({ reservationId: uuidV5(orderId, 'reservation'), lines }),
  effect: ({ reservationId, orderId, lines }, transaction) =>
    transaction.query(
      `INSERT INTO reservation (reservation_id, line, order_id, sku, quantity)
       SELECT $1, ordinality, $2, sku, quantity FROM unnest($3::text[], $4::integer[]) WITH ORDINALITY AS lines(sku, quantity)`,
      [reservationId, orderId, lines.map(({ sku }) => sku), lines.map(({ quantity }) => quantity)],
    ),
});
