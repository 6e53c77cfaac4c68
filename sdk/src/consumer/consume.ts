import { setTimeout as sleep } from 'node:timers/promises';
import { type Consumer, type EachBatchPayload, type Kafka, type KafkaMessage, PartitionAssigners } from 'kafkajs';
import type { Logger } from 'pino';
import { handling } from '../envelope/context.ts';
import { type Envelope, readEnvelope } from '../envelope/envelope.ts';
import type { Codec } from '../kafka/codec.ts';
import { expectTopics } from '../kafka/kafka.ts';
import type { ServiceMetrics } from '../service/metrics.ts';
import { type Waiting, waitFor } from '../service/wait.ts';
import { handleBatch } from './partition-batch.ts';
import { Slots } from './slots.ts';
import { Tenure } from './tenure.ts';

const START_AGAIN_MS = 2_000;
const TRY_AGAIN_MS = { first: 1_000, most: 60_000 };
const HEARTBEAT_MS = 1_000;
/** A record that is in hand for longer no longer counts as work that goes on. */
const HANDLE_LIMIT_MS = 5 * 60_000;

/** A record as the handler gets it. */
export interface Delivery<Value> {
  readonly value: Value;
  readonly envelope: Envelope;
  readonly key: string | undefined;
  readonly headers: KafkaMessage['headers'];
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  /** Its lines carry the correlation id. */
  readonly log: Logger;
  /** Aborted when finishing is of no more use: the partition may be another member's, or the time for a drain is over. */
  readonly signal: AbortSignal;
}

/** The record counts as handled when this resolves. After a rejection it comes again, and its partition waits until then. */
export type Handler<Value> = (delivery: Delivery<Value>) => Promise<void>;

export interface Subscription<Value> {
  readonly group: string;
  readonly topics: readonly string[];
  readonly handler: Handler<Value>;
  /** How many records are handled side by side, never two of one key; 10 if absent. */
  readonly concurrency?: number;
  /** By the registry's schemas if absent. */
  readonly decode?: (value: Buffer | null) => Promise<Value>;
  /** True: a record reaches one member of the group. False: nothing is committed, and every start reads from the beginning. */
  readonly commit?: boolean;
  /** How long records in hand may take after the service was told to stop; 20 s if absent. */
  readonly drainWithinMs?: number;
  /** Called each time the member has joined its group, before it reads. */
  readonly joined?: () => void;
}

/** What a consumer needs of its service. */
export interface ConsumerParts extends Waiting {
  readonly kafka: Kafka;
  readonly codec: Pick<Codec, 'decode'>;
  readonly metrics: ServiceMetrics;
}

/** Consumes until the signal is aborted. Whatever ends a session (a lost topic, brokers that are away), the next one waits and begins anew. */
export async function consume<Value>(subscription: Subscription<Value>, parts: ConsumerParts): Promise<void> {
  try {
    while (!parts.signal.aborted) await consumeOnce(subscription, parts);
  } catch (error) {
    if (!parts.signal.aborted) throw error;
  }
}

async function consumeOnce<Value>(subscription: Subscription<Value>, parts: ConsumerParts): Promise<void> {
  const { topics } = subscription;
  const { kafka, signal } = parts;
  await waitFor(`topics ${topics.join(', ')}`, () => expectTopics(kafka, topics), parts);
  await new Session(subscription, parts).run();
  await sleep(START_AGAIN_MS, undefined, { signal });
}

/** One membership in the group, from joining it to leaving it or losing it. */
class Session<Value> {
  readonly #subscription: Subscription<Value>;
  readonly #parts: ConsumerParts;
  readonly #consumer: Consumer;
  readonly #concurrency: number;
  readonly #slots: Slots;
  /** By `topic/partition`, offsets that were handled behind one that failed. */
  readonly #handledBeyond = new Map<string, ReadonlySet<string>>();
  /** By `topic/partition`, how often in a row its first record has failed. */
  readonly #failures = new Map<string, number>();
  readonly #pauses = new Set<NodeJS.Timeout>();
  readonly #inHandSinceMs = new Map<symbol, number>();
  #tenure = new Tenure();
  /** As `topic/partition`. */
  #assigned: ReadonlySet<string> = new Set();

  constructor(subscription: Subscription<Value>, parts: ConsumerParts) {
    this.#subscription = subscription;
    this.#parts = parts;
    this.#concurrency = subscription.concurrency ?? 10;
    this.#slots = new Slots(this.#concurrency);
    this.#consumer = createConsumer(subscription.group, parts.kafka);
  }

  async run(): Promise<void> {
    const { group, topics, drainWithinMs = 20_000 } = this.#subscription;
    const { log, health, signal } = this.#parts;
    const ended = Promise.withResolvers<void>();
    let graceEnds: NodeJS.Timeout | undefined;
    const stop = () => {
      this.#tenure.drain();
      const late = new Error('the service stops and the time for a drain is over');
      graceEnds = setTimeout(() => this.#tenure.lose(late), drainWithinMs);
      ended.resolve();
    };
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    this.#listen(ended.resolve);
    health.missing(membershipOf(group));
    try {
      await this.#consumer.connect();
      await this.#consumer.subscribe({ topics: [...topics], fromBeginning: true });
      await this.#consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: this.#concurrency,
        eachBatch: (payload) => this.#handle(payload),
      });
      await ended.promise;
    } catch (error) {
      log.warn({ group, error: String(error) }, 'cannot consume');
    } finally {
      // Lets the records in hand finish, commits and leaves the group, so that the others take over at once.
      await this.#consumer
        .disconnect()
        .catch((error) => log.warn({ group, error: String(error) }, 'cannot disconnect'));
      signal.removeEventListener('abort', stop);
      clearTimeout(graceEnds);
      for (const pause of this.#pauses) clearTimeout(pause);
    }
  }

  #listen(end: () => void): void {
    const { group, joined } = this.#subscription;
    const { health, metrics } = this.#parts;
    const { events } = this.#consumer;
    this.#consumer.on(events.CRASH, end);
    this.#consumer.on(events.GROUP_JOIN, ({ payload: { memberAssignment } }) => {
      this.#tenure.end();
      this.#tenure = new Tenure();
      const places = Object.entries(memberAssignment).flatMap(([topic, own]) => own.map((one) => `${topic}/${one}`));
      this.#assigned = new Set(places);
      this.#handledBeyond.clear();
      if (this.#parts.signal.aborted) this.#tenure.drain();
      metrics.rebalances.inc({ group });
      health.found(membershipOf(group));
      joined?.();
    });
    this.#consumer.on(events.FETCH, () => health.beat());
    this.#consumer.on(events.HEARTBEAT, () => {
      if (this.#worksOn()) health.beat();
    });
  }

  /** Whether nothing is in hand for so long that it seems to hang: heartbeats go on then too. */
  #worksOn(): boolean {
    const oldestMs = Math.min(...this.#inHandSinceMs.values());
    return performance.now() - oldestMs < HANDLE_LIMIT_MS || oldestMs === Number.POSITIVE_INFINITY;
  }

  async #handle(payload: EachBatchPayload): Promise<void> {
    const { topic, partition } = payload.batch;
    const place = `${topic}/${partition}`;
    const tenure = this.#tenure;
    if (!this.#assigned.has(place)) return; // fetched before the partitions were given out anew
    const { commit = true } = this.#subscription;
    const outcome = await handleBatch(commit ? payload : withoutCommits(payload), tenure, {
      handle: (message) => this.#deliver(message, topic, partition, tenure),
      slots: this.#slots,
      concurrency: this.#concurrency,
      heartbeatMs: HEARTBEAT_MS,
      handledBefore: this.#handledBeyond.get(place) ?? new Set(),
    }).catch((error: unknown) => {
      tenure.notice(error);
      throw error;
    });
    this.#handledBeyond.set(place, outcome.handledBeyond);
    if (outcome.failed) this.#pause(payload, outcome.failed);
    else this.#failures.delete(place);
    // Tells kafkajs, which joins again when all partitions have been drained.
    if (tenure.cause !== undefined && !tenure.over) throw tenure.cause;
  }

  async #deliver(message: KafkaMessage, topic: string, partition: number, tenure: Tenure): Promise<void> {
    const { codec, log, metrics } = this.#parts;
    const { group, handler, decode = (value: Buffer | null) => codec.decode<Value>(value) } = this.#subscription;
    const { offset, headers, key } = message;
    const envelope = readEnvelope(headers, { topic, partition, offset, timestamp: message.timestamp });
    const place = Symbol(offset);
    this.#inHandSinceMs.set(place, performance.now());
    metrics.inHand.inc({ group });
    const stopTimer = metrics.processing.startTimer({ topic });
    try {
      await handling(envelope, async () => {
        const value = await decode(message.value);
        const origin = { topic, partition, offset, headers, key: key?.toString() };
        await handler({ value, envelope, ...origin, log, signal: tenure.lost });
      });
    } catch (error) {
      metrics.errors.inc({ topic });
      throw error;
    } finally {
      stopTimer();
      metrics.inHand.dec({ group });
      this.#inHandSinceMs.delete(place);
    }
  }

  /** The partition waits, longer each time that the same record fails; the others go on. */
  #pause({ batch, pause }: EachBatchPayload, failed: { message: KafkaMessage; error: unknown }): void {
    const { topic, partition } = batch;
    const place = `${topic}/${partition}`;
    const attempts = (this.#failures.get(place) ?? 0) + 1;
    this.#failures.set(place, attempts);
    const waitMs = Math.min(TRY_AGAIN_MS.most, TRY_AGAIN_MS.first * 2 ** (attempts - 1));
    const { offset, headers, timestamp } = failed.message;
    const { eventId, correlationId } = readEnvelope(headers, { topic, partition, offset, timestamp });
    this.#parts.log.error(
      { topic, partition, offset, eventId, correlationId, attempts, waitMs, error: String(failed.error) },
      'a record could not be handled; its partition waits and tries again',
    );
    const resume = pause();
    const timer = setTimeout(() => {
      this.#pauses.delete(timer);
      resume();
    }, waitMs);
    this.#pauses.add(timer);
  }
}

const membershipOf = (group: string) => `membership of group ${group}`;

function withoutCommits(payload: EachBatchPayload): EachBatchPayload {
  return { ...payload, commitOffsetsIfNecessary: async () => {} };
}

function createConsumer(groupId: string, kafka: Kafka): Consumer {
  return kafka.consumer({
    groupId,
    allowAutoTopicCreation: false,
    partitionAssigners: [PartitionAssigners.roundRobin],
    // A member learns of a rebalance by its heartbeat: short waits, quick rebalances.
    heartbeatInterval: HEARTBEAT_MS,
    maxWaitTimeInMs: 500,
    sessionTimeout: 10_000,
    rebalanceTimeout: 30_000,
    // About twenty records: the partitions take turns, and none waits long behind another.
    maxBytesPerPartition: 8_192,
    retry: { retries: 3, initialRetryTime: 200, restartOnFailure: async () => false },
  });
}
