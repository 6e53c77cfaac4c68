import type { PaymentCompleted, PaymentRequested } from '../shared/events.ts';
import { runStep } from '../shared/step.ts';
import { uuidV5 } from '../shared/uuid.ts';

await runStep<PaymentRequested, PaymentCompleted>({
  service: 'payment',
  makes: 'payment.completed',
  work: ({ orderId, currency, totalMinor, lines }) => ({
    // From the order's id: however often the record comes, the customer pays once.
    paymentId: uuidV5(orderId, 'payment'),
    currency,
    totalMinor,
    lines,
  }),
});
