import { type ConsumerParts, readFromStart } from '@sluice/sdk';
import { EVENT_TYPES, type OrderEvent } from './events.ts';
import type { OrderBook, OrderView } from './order-book.ts';
import type { TopicNames } from './settings.ts';

export interface FeedListener {
  /** The book is empty and is being rebuilt. */
  restarted(): void;
  /** The book holds all orders from before the start. */
  caughtUp(): void;
  changed?(order: OrderView): void;
}

type Context = ConsumerParts & { readonly name: string };

/** Keeps `book` in step with the topics until the signal is aborted. */
export function followOrders(
  book: OrderBook,
  topics: TopicNames,
  context: Context,
  listener: FeedListener,
): Promise<void> {
  return readFromStart<OrderEvent>(
    {
      name: context.name,
      topics: EVENT_TYPES.map((type) => topics[type]),
      restarted() {
        book.clear();
        listener.restarted();
      },
      async handle({ topic, value }) {
        const type = EVENT_TYPES.find((candidate) => topics[candidate] === topic);
        if (!type) return;
        const order = book.record(type, value);
        if (order) listener.changed?.(order);
      },
      caughtUp: () => listener.caughtUp(),
    },
    context,
  );
}
