import { setTimeout as sleep } from 'node:timers/promises';
import { type Consumer, type EachMessagePayload, type Kafka, PartitionAssigners } from 'kafkajs';
import { expectTopics } from './kafka.ts';
import { type Waiting, waitFor } from './wait.ts';

const START_AGAIN_MS = 2_000;

type Context = Waiting & { readonly kafka: Kafka };

export interface Subscription {
  readonly groupId: string;
  readonly topics: readonly string[];
  /** True: what is handled is committed, and each record reaches one member of the group. False: every start reads from the beginning. */
  readonly commit: boolean;
  /** Called each time the member has joined its group, before it reads. */
  readonly joined?: () => void;
  /** The record counts as handled when this resolves. A rejection leaves it uncommitted, and it comes again. */
  readonly handle: (record: EachMessagePayload) => Promise<void>;
}

/** Consumes until the signal is aborted. Whatever ends a session (a lost topic, brokers that are away), the next one waits and begins anew. */
export async function consume(subscription: Subscription, context: Context): Promise<void> {
  try {
    while (!context.signal.aborted) await consumeOnce(subscription, context);
  } catch (error) {
    if (!context.signal.aborted) throw error;
  }
}

async function consumeOnce(subscription: Subscription, context: Context): Promise<void> {
  const { topics } = subscription;
  const { kafka, signal } = context;
  await waitFor(`topics ${topics.join(', ')}`, () => expectTopics(kafka, topics), context);
  await runSession(subscription, context);
  await sleep(START_AGAIN_MS, undefined, { signal });
}

async function runSession(subscription: Subscription, context: Context): Promise<void> {
  const { groupId, topics, commit, handle } = subscription;
  const { log, health, signal } = context;
  const consumer = createConsumer(groupId, context);
  const membership = `membership of group ${groupId}`;
  const ended = Promise.withResolvers<void>();
  const end = () => ended.resolve();
  signal.addEventListener('abort', end);
  consumer.on(consumer.events.CRASH, end);
  consumer.on(consumer.events.GROUP_JOIN, () => {
    health.found(membership);
    subscription.joined?.();
  });
  consumer.on(consumer.events.FETCH, () => health.beat());
  consumer.on(consumer.events.HEARTBEAT, () => health.beat());
  health.missing(membership);
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await consumer.run({ autoCommit: commit, autoCommitInterval: 1_000, eachMessage: handle });
    await ended.promise;
  } catch (error) {
    log.warn({ groupId, error: String(error) }, 'cannot consume');
  } finally {
    signal.removeEventListener('abort', end);
    // Lets the record at hand finish, commits and leaves the group, so that the others take over at once.
    await consumer.disconnect().catch((error) => log.warn({ groupId, error: String(error) }, 'cannot disconnect'));
  }
}

function createConsumer(groupId: string, { kafka }: Context): Consumer {
  return kafka.consumer({
    groupId,
    allowAutoTopicCreation: false,
    partitionAssigners: [PartitionAssigners.roundRobin],
    // A member learns of a rebalance by its heartbeat, which an idle one sends after each fetch: short waits, quick rebalances.
    heartbeatInterval: 1_000,
    maxWaitTimeInMs: 500,
    sessionTimeout: 10_000,
    rebalanceTimeout: 10_000,
    // About twenty records: the partitions take turns, and none waits long behind another.
    maxBytesPerPartition: 8_192,
    retry: { retries: 3, initialRetryTime: 200, restartOnFailure: async () => false },
  });
}
