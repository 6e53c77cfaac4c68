import './kafka-timer-patch.ts';
import { Kafka, type LogEntry, logLevel } from 'kafkajs';
import type { Logger } from 'pino';

export function createKafka(clientId: string, brokers: readonly string[], log: Logger): Kafka {
  const level = log.isLevelEnabled('debug') ? logLevel.INFO : logLevel.WARN;
  return new Kafka({
    clientId,
    brokers: [...brokers],
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    retry: { retries: 3, initialRetryTime: 200 },
    logLevel: level,
    logCreator: () => (entry) => forward(entry, log),
  });
}

/** Rejects unless the brokers answer and have all of `topics`. Takes a new client each time: one that met a missing topic keeps failing. */
export async function expectTopics(kafka: Kafka, topics: readonly string[]): Promise<void> {
  const admin = kafka.admin({ retry: { retries: 0 } });
  try {
    await admin.connect();
    await admin.fetchTopicMetadata({ topics: [...topics] });
  } finally {
    await admin.disconnect();
  }
}

/** These report each refusal and each lost connection as an error, also those that kafkajs then deals with. */
const ALARMISTS = ['Connection', 'BrokerPool'];

function forward({ level, namespace, log: entry }: LogEntry, log: Logger): void {
  const { message, timestamp: _, ...fields } = entry;
  if (level > logLevel.WARN || ALARMISTS.includes(namespace)) log.debug({ namespace, ...fields }, message);
  else if (level === logLevel.WARN) log.warn({ namespace, ...fields }, message);
  else log.error({ namespace, ...fields }, message);
}
