import type { Delivery, Handler } from '../consumer/consume.ts';
import type { ServiceMetrics } from '../service/metrics.ts';
import type { Inbox } from './inbox.ts';

export interface OnceParts<Tx> {
  readonly group: string;
  readonly inbox: Pick<Inbox<Tx>, 'enter'>;
  readonly database: { transact<T>(work: (transaction: Tx) => Promise<T>): Promise<T> };
  readonly metrics: Pick<ServiceMetrics, 'duplicates'>;
}

/**
 * A handler whose effect, all that `handler` does in the transaction, happens once for each event, however often the event is
 * delivered. What it does elsewhere (a call, a mail) is not part of the transaction and may happen again.
 */
export function handleOnce<Value, Tx>(
  { group, inbox, database, metrics }: OnceParts<Tx>,
  handler: (delivery: Delivery<Value>, transaction: Tx) => Promise<void>,
): Handler<Value> {
  return async (delivery) => {
    const { eventId } = delivery.envelope;
    const first = await database.transact(async (transaction) => {
      if (!(await inbox.enter(transaction, group, eventId))) return false;
      await handler(delivery, transaction);
      return true;
    });
    if (first) return;
    metrics.duplicates.inc({ group });
    delivery.log.info({ eventId }, 'was handled before; dropped');
  };
}
