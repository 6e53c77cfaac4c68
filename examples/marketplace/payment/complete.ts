import { uuidV5 } from '@sluice/sdk';
import type { PaymentCompleted, PaymentRequested } from '../shared/events.ts';
import { runStep } from '../shared/step.ts';

await runStep<PaymentRequested, PaymentCompleted>({
  service: 'payment',
  tables: new URL('tables', import.meta.url),
  makes: 'payment.completed',
  work: ({ orderId, currency, totalMinor, lines }) => ({
    paymentId: uuidV5(orderId, 'payment'),
    currency,
    totalMinor,
    lines,
  }),
  async effect({ orderId, paymentId }, transaction) {
    const sql = 'UPDATE charge SET payment_id = $2, charged_at = now() WHERE order_id = $1 AND charged_at IS NULL';
    const { rowCount } = await transaction.query(sql, [orderId, paymentId]);
    if (rowCount !== 1) throw new Error(`order ${orderId} has no charge that is open`);
  },
});
