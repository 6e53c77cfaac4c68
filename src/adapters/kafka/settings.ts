/** Limits and times of the Kafka adapter; each has a default that fits a cluster in the same region. */
export interface KafkaSettings {
  /** How long one read may take, connecting included. Writes get `writeTimeoutFactor` times as long. */
  callTimeoutMs: number;
  /** A batch of creations takes a slow controller seconds, and giving up on it leaves its outcome unknown. */
  writeTimeoutFactor: number;
  /** How long the first call of a batch waits for company. */
  batchWindowMs: number;
  /** Kafka refuses a CreateTopics above 10,000 partitions as a whole; small batches also keep the controller responsive. */
  maxBatchPartitions: number;
  maxBatchItems: number;
  maxBatchBytes: number;
  /** The most that one answer may take. Metadata of 100,000 partitions takes about 10 MB. */
  maxAnswerBytes: number;
  /** How long an own write is remembered while the brokers do not show it yet. */
  ownWritesMs: number;
  /** How long after a change of settings a look waits for the brokers to show it. */
  catchUpMs: number;
  /** How long the first kept offset of a partition is reused: it moves only when old records expire. */
  logStartMs: number;
}

export const defaultKafkaSettings: KafkaSettings = {
  callTimeoutMs: 5_000,
  writeTimeoutFactor: 3,
  batchWindowMs: 5,
  maxBatchPartitions: 2_000,
  maxBatchItems: 1_000,
  maxBatchBytes: 1_048_576,
  maxAnswerBytes: 67_108_864,
  ownWritesMs: 30_000,
  catchUpMs: 1_000,
  logStartMs: 30_000,
};

export function writeTimeoutMs(settings: KafkaSettings): number {
  return settings.callTimeoutMs * settings.writeTimeoutFactor;
}
