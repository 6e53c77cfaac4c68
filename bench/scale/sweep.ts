import { setTimeout as sleep } from 'node:timers/promises';
import { chunks } from '../../src/adapters/kafka/batches/chunks.ts';
import { describeTopicConfigs, metadataByName } from '../../src/adapters/kafka/topics/calls.ts';
import { countRequests, type RequestCounts, Tail } from '../meters/audit-log.ts';
import { kafkaRequests, scrape, topicRounds } from '../meters/scrape.ts';
import { readUsage } from '../meters/usage.ts';
import { secondsOf } from '../stage/lanes.ts';
import type { OurOperator } from '../stage/operator.ts';
import type { Stage } from '../stage/stage.ts';

const POLL_MS = 500;
/** Topics per request of the floor. */
const METADATA_NAMES = 1_000;
const CONFIG_NAMES = 500;

/** What one look at all topics took, counted while rounds of topics went on. */
export interface Sweep {
  kafkaRequests: number;
  cpuSeconds: number;
  seconds: number;
  /** Of the operator, in the whole interval. */
  apiRequests: RequestCounts;
}

/** Waits until `operator` has looked at `count` topics once more, by itself. */
export async function measureSweep(
  { world }: Stage,
  { url, pid, user }: OurOperator,
  { count, withinMs }: { count: number; withinMs: number },
): Promise<Sweep> {
  const log = new Tail(world.auditLog);
  log.read();
  const look = async () => {
    const samples = await scrape(url);
    const { cpuSeconds } = readUsage(pid);
    return { rounds: topicRounds(samples), kafka: kafkaRequests(samples), cpuSeconds, atMs: performance.now() };
  };
  const deadlineMs = performance.now() + withinMs;
  const sum = { rounds: 0, kafkaRequests: 0, cpuSeconds: 0, seconds: 0 };
  for (let before = await look(); ; ) {
    await sleep(POLL_MS);
    const now = await look();
    const rounds = now.rounds - before.rounds;
    if (rounds > 0) {
      sum.rounds += rounds;
      sum.kafkaRequests += now.kafka - before.kafka;
      sum.cpuSeconds += now.cpuSeconds - before.cpuSeconds;
      sum.seconds += (now.atMs - before.atMs) / 1_000;
    } else if (sum.rounds >= count) {
      return { ...sum, apiRequests: countRequests(log.read(), user) };
    }
    if (now.atMs > deadlineMs)
      throw new Error(`${sum.rounds} of ${count} topics were looked at in ${withinMs / 1_000} s`);
    before = now;
  }
}

export interface SweepFloor {
  requests: number;
  cpuSeconds: number;
  seconds: number;
}

/** The same questions in full requests from this process. */
export async function measureSweepFloor({ kafka }: Stage, names: readonly string[]): Promise<SweepFloor> {
  const before = process.cpuUsage();
  let requests = 0;
  const seconds = await secondsOf(async () => {
    for (const some of chunks(names, METADATA_NAMES)) {
      await kafka.send(metadataByName(some), ({ topics }) => topics);
      requests += 1;
    }
    for (const some of chunks(names, CONFIG_NAMES)) {
      await kafka.send(describeTopicConfigs(some), ({ results }) => results);
      requests += 1;
    }
  });
  const { user, system } = process.cpuUsage(before);
  return { requests, cpuSeconds: (user + system) / 1_000_000, seconds };
}
