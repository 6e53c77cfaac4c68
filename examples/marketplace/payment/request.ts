import type { OrderCreated, PaymentRequested } from '../shared/events.ts';
import { runStep } from '../shared/step.ts';

await runStep<OrderCreated, PaymentRequested>({
  service: 'payment',
  tables: new URL('tables', import.meta.url),
  makes: 'payment.requested',
  work: ({ currency, totalMinor, lines }) => ({ currency, totalMinor, lines }),
  effect: ({ orderId, totalMinor, currency }, transaction) =>
    transaction.query('INSERT INTO charge (order_id, total_minor, currency) VALUES ($1, $2, $3)', [
      orderId,
      totalMinor,
      currency,
    ]),
});
