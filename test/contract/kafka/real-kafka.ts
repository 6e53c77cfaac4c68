import '../../../sdk/src/kafka/kafka-timer-patch.ts';
import { randomUUID } from 'node:crypto';
import { Admin, Consumer } from '@platformatic/kafka';
import { CompressionTypes, Kafka, logLevel, type Message } from 'kafkajs';
import { createKafkaConnections, type KafkaSettings } from '../../../src/adapters/kafka/index.ts';
import { systemClock } from '../../../src/adapters/system-clock.ts';
import type { KafkaTarget } from '../../../src/ports/kafka.ts';
import { RecordedMetrics } from '../../fakes/recorders.ts';
import { eventually } from '../../helpers/eventually.ts';
import type { KafkaParts } from './kafka-admin.contract.ts';

/** No call is to be late because the machine is busy. */
export const patientSettings: Partial<KafkaSettings> = { callTimeoutMs: 60_000 };

/**
 * The cluster at `bootstrapServers`: our adapter as the operator, other clients as the services. `operator`: how the
 * operator comes in, where that differs.
 */
export async function realKafka(
  bootstrapServers: readonly string[],
  operator: Omit<KafkaTarget, 'name'> = { bootstrapServers },
): Promise<KafkaParts> {
  const metrics = new RecordedMetrics();
  const parts = { clock: systemClock, metrics, clientId: 'contract', fence: () => true, settings: patientSettings };
  const connections = createKafkaConnections(parts);
  const services = new Kafka({ clientId: 'services', brokers: [...bootstrapServers], logLevel: logLevel.NOTHING });
  const producer = services.producer();
  const tools = new Admin({ clientId: 'tools', bootstrapBrokers: [...bootstrapServers] });
  await producer.connect();
  return {
    admin: connections.to({ name: 'contract', ...operator }),
    async produce(topic, partition, times, codec) {
      const compression = codec === 'gzip' ? CompressionTypes.GZIP : CompressionTypes.None;
      await producer.send({ topic, messages: messagesOf(partition, times), compression });
    },
    async transact(topic, partition, times) {
      const transactional = services.producer({
        transactionalId: randomUUID(),
        idempotent: true,
        maxInFlightRequests: 1,
      });
      await transactional.connect();
      const transaction = await transactional.transaction();
      await transaction.send({ topic, messages: messagesOf(partition, times) });
      return async (as) => {
        await (as === 'commit' ? transaction.commit() : transaction.abort());
        await transactional.disconnect();
      };
    },
    async expire(topic, partition, start) {
      await tools.deleteRecords({ topics: [{ name: topic, partitions: [{ partition, offset: start }] }] });
    },
    async commit(groupId, topic, offsets) {
      const partitionOffsets = [...offsets].map(([partition, offset]) => ({ partition, offset }));
      const topics = [{ name: topic, partitionOffsets }];
      // The first commit of a cluster makes the topic that keeps commits, which takes as long as it takes.
      await eventually(() => tools.alterConsumerGroupOffsets({ groupId, topics }), { within: 60_000 });
    },
    join: (groupId, topics, protocol) => {
      if (protocol === 'classic') return joinClassic(services, groupId, topics);
      return joinByNewProtocol(bootstrapServers, groupId, topics);
    },
    async close() {
      connections.retain(new Set());
      await Promise.all([producer.disconnect(), tools.close()]);
    },
  };
}

function messagesOf(partition: number, times: readonly Date[]): Message[] {
  return times.map((time) => ({ partition, value: 'record', timestamp: String(time.getTime()) }));
}

async function joinClassic(services: Kafka, groupId: string, topics: readonly string[]): Promise<() => Promise<void>> {
  const consumer = services.consumer({ groupId, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics: [...topics] });
  const { promise: joined, resolve } = Promise.withResolvers<void>();
  consumer.on(consumer.events.GROUP_JOIN, () => resolve());
  await consumer.run({ eachMessage: async () => {} });
  await joined;
  return () => consumer.disconnect();
}

async function joinByNewProtocol(
  bootstrapBrokers: readonly string[],
  groupId: string,
  topics: readonly string[],
): Promise<() => Promise<void>> {
  const consumer = new Consumer({
    groupId,
    clientId: 'services',
    bootstrapBrokers: [...bootstrapBrokers],
    groupProtocol: 'consumer',
  });
  const stream = await consumer.consume({ topics: [...topics], mode: 'latest' });
  stream.on('data', () => {});
  await eventually(
    () => {
      if (!consumer.assignments?.length) throw new Error(`group ${groupId} has no partitions yet`);
    },
    { within: 60_000 },
  );
  return async () => {
    await stream.close();
    await consumer.close(true);
  };
}
