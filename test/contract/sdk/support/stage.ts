import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import { createKafka } from '../../../../sdk/src/kafka/kafka.ts';
import { createEventProducer, type OutgoingRecord } from '../../../../sdk/src/kafka/producer.ts';
import { Health } from '../../../../sdk/src/service/health.ts';
import { createLogger } from '../../../../sdk/src/service/logger.ts';
import { createMetrics } from '../../../../sdk/src/service/metrics.ts';
import { KafkaChecker } from '../../../helpers/kafka.ts';

const { kafka, registry, postgres } = inject('world');

/** Where the real parts are, as a service finds it in its environment. */
export const ADDRESSES = {
  KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrapServers,
  REGISTRY_URL: registry.url,
  DATABASE_URL: postgres?.url ?? '',
};
export const log = createLogger('test', 'silent');
export const brokers = kafka.bootstrapServers.split(',');

/** What a consumer in this process needs, with a stop of its own. */
export function consumerParts() {
  const stop = new AbortController();
  const parts = {
    kafka: createKafka('test', brokers, log),
    codec: { decode: async <Value>(value: Buffer | null) => JSON.parse(String(value)) as Value },
    metrics: createMetrics('test'),
    health: new Health(),
    log,
    signal: stop.signal,
  };
  return { parts, stop: () => stop.abort() };
}

export async function createTopic(topic: string, partitions: number): Promise<void> {
  const checker = new KafkaChecker(kafka.bootstrapServers);
  await checker.createTopic(topic, partitions);
  await checker.close();
}

export async function send(records: readonly OutgoingRecord[]): Promise<void> {
  const producer = createEventProducer(createKafka('test', brokers, log));
  await producer.send(records);
  await producer.close();
}

/** `count` records over `keys` keys; the value of each is its number and its key. */
export function numbered(topic: string, count: number, keys: number): OutgoingRecord[] {
  return Array.from({ length: count }, (_, number) => {
    const key = `key-${number % keys}`;
    const value = Buffer.from(JSON.stringify({ number, key }));
    return { topic, key, value, headers: { ce_id: `${topic}-${number}` } };
  });
}

export interface Numbered {
  readonly number: number;
  readonly key: string;
}

/** The numbers of each key in the order in which they came that are out of order. */
export function disordered(handled: readonly Numbered[]): readonly Numbered[] {
  const last = new Map<string, number>();
  return handled.filter(({ number, key }) => {
    const before = last.get(key) ?? -1;
    last.set(key, number);
    return number < before;
  });
}

/** What is missing and what is there more than once, of 0 to `count` - 1. */
export function miscounted(numbers: readonly number[], count: number) {
  const times = Map.groupBy(numbers, (number) => number);
  const all = Array.from({ length: count }, (_, number) => number);
  return {
    lost: all.filter((number) => !times.has(number)),
    doubled: all.filter((number) => (times.get(number)?.length ?? 0) > 1),
  };
}

/** The committed offset of each partition of the topic. */
export async function committed(group: string, topic: string): Promise<number> {
  const admin = createKafka('test', brokers, log).admin();
  await admin.connect();
  try {
    // Without resolveOffsets, which in kafkajs 2.2.4 commits what it resolves.
    const [offsets] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
    return (offsets?.partitions ?? []).reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
  } finally {
    await admin.disconnect();
  }
}

/** A process of ours on the pinned Node, with the addresses in its environment. */
export function start(file: string, env: Record<string, string>): ChildProcess {
  const path = fileURLToPath(new URL(file, import.meta.url));
  return spawn(process.execPath, [path], {
    env: { ...process.env, ...ADDRESSES, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** How it ended: its exit code, or the signal. */
export async function ended(child: ChildProcess): Promise<number | string> {
  if (child.exitCode !== null) return child.exitCode;
  if (child.signalCode !== null) return child.signalCode;
  const [code, signal] = await once(child, 'exit');
  return code ?? signal;
}
