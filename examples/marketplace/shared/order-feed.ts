import type { Kafka } from 'kafkajs';
import type { Codec } from './codec.ts';
import { EVENT_TYPES } from './events.ts';
import type { OrderBook, OrderView } from './order-book.ts';
import { readFromStart } from './read-from-start.ts';
import type { TopicNames } from './settings.ts';
import type { Waiting } from './wait.ts';

export interface FeedListener {
  /** The book is empty and is being rebuilt. */
  restarted(): void;
  /** The book holds all orders from before the start. */
  caughtUp(): void;
  changed?(order: OrderView): void;
}

type Context = Waiting & { readonly name: string; readonly kafka: Kafka; readonly codec: Codec };

/** Keeps `book` in step with the topics until the signal is aborted. */
export function followOrders(
  book: OrderBook,
  topics: TopicNames,
  context: Context,
  listener: FeedListener,
): Promise<void> {
  return readFromStart(
    {
      name: context.name,
      topics: EVENT_TYPES.map((type) => topics[type]),
      restarted() {
        book.clear();
        listener.restarted();
      },
      async handle({ topic, message }) {
        const type = EVENT_TYPES.find((candidate) => topics[candidate] === topic);
        if (!type) return;
        const order = book.record(type, await context.codec.decode(message.value));
        if (order) listener.changed?.(order);
      },
      caughtUp: () => listener.caughtUp(),
    },
    context,
  );
}
