import type { Kafka } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { createEventProducer, type OutgoingRecord } from '../../../sdk/src/kafka/producer.ts';
import { eventually } from '../../helpers/eventually.ts';

const record = (key: string, topic = 'orders'): OutgoingRecord => ({
  topic,
  key,
  value: Buffer.from(key),
  headers: {},
});

interface Request {
  readonly keys: readonly string[];
  readonly producer: number;
  readonly answer: (error?: Error) => void;
}

/** Brokers that answer when the test says so. */
function createBrokers() {
  const requests: Request[] = [];
  const gone: number[] = [];
  let producers = 0;
  const producer = () => {
    const own = ++producers;
    return {
      connect: async () => {},
      disconnect: async () => void gone.push(own),
      sendBatch: ({ topicMessages }: { topicMessages: { messages: { key: string }[] }[] }) =>
        new Promise<void>((resolve, reject) => {
          const keys = topicMessages.flatMap(({ messages }) => messages.map(({ key }) => key));
          requests.push({ keys, producer: own, answer: (error) => (error ? reject(error) : resolve()) });
        }),
    };
  };
  const request = (index: number) =>
    eventually(
      () => {
        const found = requests[index];
        if (!found) throw new Error(`there is no request ${index}`);
        return found;
      },
      { within: 10_000, everyMs: 1 },
    );
  return { kafka: { producer } as unknown as Kafka, requests, request, gone };
}

describe('the producer', () => {
  it('has one request under way, and sends together what comes meanwhile', async () => {
    const { kafka, requests, request } = createBrokers();
    const producer = createEventProducer(kafka);
    const sent = [producer.send([record('a')]), producer.send([record('b')]), producer.send([record('c')])];
    (await request(0)).answer();
    (await request(1)).answer();
    await Promise.all(sent);
    expect(requests.map(({ keys }) => keys)).toEqual([['a'], ['b', 'c']]);
  });

  it('starts over with a new producer after a failure, and tells only who was in that request', async () => {
    const { kafka, request, gone } = createBrokers();
    const producer = createEventProducer(kafka);
    const failing = expect(producer.send([record('a')])).rejects.toThrow('broker is away');
    const next = producer.send([record('b')]);
    (await request(0)).answer(new Error('broker is away'));
    await failing;
    const second = await request(1);
    second.answer();
    await next;
    expect([second.producer, gone]).toEqual([2, [1]]);
  });

  it('puts no more into a request than brokers take well, but never splits what belongs together', async () => {
    const { kafka, requests, request } = createBrokers();
    const producer = createEventProducer(kafka);
    const many = (count: number) => Array.from({ length: count }, (_, index) => record(`k${index}`));
    const sent = [many(1), many(600), many(600), many(1_500)].map((records) => producer.send(records));
    for (let index = 0; index < 4; index++) (await request(index)).answer();
    await Promise.all(sent);
    expect(requests.map(({ keys }) => keys.length)).toEqual([1, 600, 600, 1_500]);
  });

  it('asks nothing of the brokers for nothing', async () => {
    const { kafka, requests } = createBrokers();
    await createEventProducer(kafka).send([]);
    expect(requests).toEqual([]);
  });

  it('lets what is under way finish before it closes', async () => {
    const { kafka, request, gone } = createBrokers();
    const producer = createEventProducer(kafka);
    const sent = producer.send([record('a')]);
    const closed = producer.close();
    (await request(0)).answer();
    await Promise.all([sent, closed]);
    expect(gone).toEqual([1]);
  });
});
