import { describe, expect, it } from 'vitest';
import { TopicTraffic } from '../../../../../src/controllers/event-topic/memory/traffic.ts';
import { findOverPartitioning } from '../../../../../src/controllers/event-topic/plan/findings.ts';
import type { KafkaCallOptions } from '../../../../../src/ports/kafka-calls.ts';
import type { Condition } from '../../../../../src/runtime/kind.ts';
import { FakeClock } from '../../../../fakes/fake-clock.ts';
import { FakeKafka } from '../../../../fakes/fake-kafka.ts';
import { liveTopic } from '../../samples.ts';

const minuteMs = 60_000;
const knownAfterMs = 60 * minuteMs;
const { signal } = new AbortController();

/** Counts the calls. */
class ReadKafka extends FakeKafka {
  readonly reads: string[][] = [];

  override readOffsets(topics: readonly string[], options: KafkaCallOptions) {
    this.reads.push([...topics].sort());
    return super.readOffsets(topics, options);
  }
}

function watch(partitions = 13) {
  const kafka = new ReadKafka();
  const clock = new FakeClock();
  const topic = kafka.putTopic('orders', { partitions });
  const traffic = new TopicTraffic({ clock, knownAfterMs, apartMs: minuteMs, gapMs: 15 * minuteMs });
  const look = (id = topic.id) => traffic.look('shop/orders', liveTopic({ partitions, id }), kafka, signal);
  /** Looks every 5 minutes, as the drift checks do. */
  const pass = async (minutes: number) => {
    for (let passed = 0; passed < minutes; passed += 5) {
      clock.jump(5 * minuteMs);
      await look();
    }
  };
  const write = (records: number, partition = 0) =>
    kafka.produce(
      'orders',
      partition,
      Array.from({ length: records }, () => new Date(0)),
    );
  return { kafka, clock, topic, traffic, look, pass, write };
}

describe('the traffic of a topic', () => {
  it('is the busiest time between two looks', async () => {
    const { clock, look, write } = watch();
    expect(await look()).toBeUndefined();
    write(6_000, 0);
    write(3_000, 12);
    clock.jump(minuteMs);
    expect(await look()).toEqual({ peakPerSecond: 150, known: false });
    write(60);
    clock.jump(minuteMs);
    expect(await look()).toEqual({ peakPerSecond: 150, known: false });
  });

  it('is known once the topic was watched for long enough', async () => {
    const { look, pass } = watch();
    await look();
    await pass(55);
    expect(await look()).toEqual({ peakPerSecond: 0, known: false });
    await pass(5);
    expect(await look()).toEqual({ peakPerSecond: 0, known: true });
  });

  it('is watched anew after a time without looks, and its peak stays', async () => {
    const { clock, look, pass, write } = watch();
    await look();
    write(60_000);
    await pass(60);
    clock.jump(16 * minuteMs);
    expect(await look()).toBeUndefined();
    await pass(55);
    expect(await look()).toEqual({ peakPerSecond: 200, known: false });
    await pass(5);
    expect(await look()).toEqual({ peakPerSecond: 200, known: true });
  });

  it('is not read more often than it says something', async () => {
    const { kafka, clock, look } = watch();
    await look();
    clock.jump(minuteMs - 1);
    await look();
    expect(kafka.reads).toHaveLength(1);
    clock.jump(1);
    await look();
    expect(kafka.reads).toHaveLength(2);
  });

  it('is not read at all for a topic of 12 partitions', async () => {
    const { kafka, look } = watch(12);
    expect(await look()).toBeUndefined();
    expect(kafka.reads).toEqual([]);
  });

  it.each([
    ['while a partition does not answer', (kafka: FakeKafka) => kafka.silence('orders', 3)],
    ['while the brokers are away', (kafka: FakeKafka) => kafka.goDown()],
  ])('is unknown and not zero %s', async (_, trouble) => {
    const { kafka, clock, look } = watch();
    trouble(kafka);
    await look();
    clock.jump(minuteMs);
    expect(await look()).toBeUndefined();
  });

  it('of a topic that was created again is not that of the one before', async () => {
    const { clock, look, write } = watch();
    await look();
    write(60_000);
    clock.jump(minuteMs);
    await look();
    expect(await look('another')).toBeUndefined();
  });

  it('is read in one call for topics that are looked at together', async () => {
    const { kafka, traffic } = watch();
    kafka.putTopic('payments', { partitions: 13 });
    const looks = ['orders', 'payments'].map((name) =>
      traffic.look(`shop/${name}`, liveTopic({ name, partitions: 13 }), kafka, signal),
    );
    await Promise.all(looks);
    expect(kafka.reads).toEqual([['orders', 'payments']]);
  });

  it('is not waited for when the round ends', async () => {
    const { kafka, traffic } = watch();
    kafka.readOffsets = () => new Promise<never>(() => undefined);
    const ending = new AbortController();
    const look = traffic.look('shop/orders', liveTopic({ partitions: 13 }), kafka, ending.signal);
    ending.abort();
    expect(await look).toBeUndefined();
  });
});

describe('a topic with many partitions', () => {
  const found = 'topic "orders" has 24 partitions;';
  const before: Condition = {
    type: 'OverPartitioned',
    status: 'True',
    reason: 'OverPartitioned',
    message: `${found} and so on`,
    lastTransitionTime: '2026-01-01T00:00:00Z',
    observedGeneration: 1,
  };
  const known = (peakPerSecond: number) => ({ peakPerSecond, known: true });

  it.each([
    { it: '13 for nothing are too many', partitions: 13, traffic: known(0), needed: 1 },
    { it: '13 for 1,000 records/s are too many', partitions: 13, traffic: known(1_000), needed: 1 },
    { it: '24 for 5,000 records/s are too many', partitions: 24, traffic: known(5_000), needed: 5 },
    { it: '25 for 6,000 records/s are too many', partitions: 25, traffic: known(6_000), needed: 6 },
  ])('$it', ({ partitions, traffic, needed }) => {
    expect(findOverPartitioning(liveTopic({ partitions }), traffic)).toEqual([
      {
        type: 'OverPartitioned',
        status: 'True',
        reason: 'OverPartitioned',
        message: expect.stringMatching(
          `^topic "orders" has ${partitions} partitions;.* never passed ${needed}000 records/s, for which ${needed} would do`,
        ),
      },
    ]);
  });

  it.each([
    { it: '12 for nothing are not', partitions: 12, traffic: known(0) },
    { it: '24 for 5,001 records/s are not', partitions: 24, traffic: known(5_001) },
    { it: '24 for traffic that nobody knows are not', partitions: 24, traffic: undefined },
    { it: '24 are not before the peak is known', partitions: 24, traffic: { peakPerSecond: 0, known: false } },
  ])('$it', ({ partitions, traffic }) => {
    expect(findOverPartitioning(liveTopic({ partitions }), traffic)).toEqual([]);
  });

  it('says the same whatever was measured last', () => {
    const [one, other] = [known(17), known(940)].map((traffic) =>
      findOverPartitioning(liveTopic({ partitions: 24 }), traffic),
    );
    expect(one).toEqual(other);
  });

  const { type, status, reason, message } = before;
  const kept = [{ type, status, reason, message }];
  it.each([
    { it: 'stays as found before while nobody knows', partitions: 24, traffic: undefined, findings: kept },
    {
      it: 'stays as found before while the peak is not known again',
      partitions: 24,
      traffic: { peakPerSecond: 4_000, known: false },
      findings: kept,
    },
    {
      it: 'is cleared at once by traffic that needs them',
      partitions: 24,
      traffic: { peakPerSecond: 5_001, known: false },
      findings: [],
    },
    { it: 'is looked at anew when it has grown meanwhile', partitions: 30, traffic: undefined, findings: [] },
  ])('$it', ({ partitions, traffic, findings }) => {
    expect(findOverPartitioning(liveTopic({ partitions }), traffic, [before])).toEqual(findings);
  });
});
