import type { Envelope } from './events.ts';
import { createProducer, expectTopics } from './kafka.ts';
import type { Service } from './service.ts';
import { waitFor } from './wait.ts';

export interface Publisher<Event extends Envelope> {
  /** Resolves when all in-sync replicas have the record. The key is the order's id: the events of an order stay in order. */
  publish(event: Event): Promise<void>;
  close(): Promise<void>;
}

/** Waits until the topic and the schema of its values are there. */
export async function createPublisher<Event extends Envelope>(
  topic: string,
  service: Service,
): Promise<Publisher<Event>> {
  const subject = `${topic}-value`;
  await waitFor(`topic ${topic}`, () => expectTopics(service.kafka, [topic]), service);
  const encode = await waitFor(`schema ${subject}`, () => service.codec.encoderFor<Event>(subject), service);
  const producer = createProducer(service.kafka);
  await waitFor('a connection to Kafka', () => producer.connect(), service);
  return {
    async publish(event) {
      const value = await encode(event);
      await producer.send({ topic, acks: -1, messages: [{ key: event.orderId, value }] });
    },
    close: () => producer.disconnect(),
  };
}
