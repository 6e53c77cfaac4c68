import type { OrderCreated, PaymentRequested } from '../shared/events.ts';
import { runStep } from '../shared/step.ts';

await runStep<OrderCreated, PaymentRequested>({
  service: 'payment',
  makes: 'payment.requested',
  work: ({ currency, totalMinor, lines }) => ({ currency, totalMinor, lines }),
});
