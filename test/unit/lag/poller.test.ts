import { expect, test } from 'vitest';
import { createLagPoller, type LagPoller } from '../../../src/lag/poller.ts';
import type { LagSubscription } from '../../../src/lag/snapshot.ts';
import { Fault, type Settled } from '../../../src/ports/fault.ts';
import type { CommittedOffsets, GroupState } from '../../../src/ports/kafka.ts';
import type { KafkaCallOptions } from '../../../src/ports/kafka-calls.ts';
import { FakeClock, settle } from '../../fakes/fake-clock.ts';
import { FakeKafka } from '../../fakes/fake-kafka.ts';
import { RecordedLog } from '../../fakes/recorders.ts';

const tickMs = 5_000;
const orders: LagSubscription = { groupId: 'payments', topics: ['orders'], offsetReset: 'Latest' };

/** A cluster that counts questions, and where single answers can fail or never come. */
class WatchedKafka extends FakeKafka {
  readonly asked: string[] = [];
  brokenGroup: string | undefined;
  brokenState: string | undefined;
  /** Happens while offsets are being read. */
  meanwhile: () => void = () => {};
  silent = false;
  bug: Error | undefined;

  override async describeGroups(
    groups: readonly string[],
    options: KafkaCallOptions,
  ): Promise<ReadonlyMap<string, Settled<GroupState>>> {
    this.asked.push(`describe ${groups.join()}`);
    return withFault(await super.describeGroups(groups, options), this.brokenState);
  }

  override async readCommitted(
    groups: readonly string[],
    options: KafkaCallOptions,
  ): Promise<ReadonlyMap<string, Settled<CommittedOffsets>>> {
    this.asked.push(`committed ${groups.join()}`);
    if (this.bug) throw this.bug;
    return withFault(await super.readCommitted(groups, options), this.brokenGroup);
  }

  override readOffsets(topics: readonly string[], options: KafkaCallOptions) {
    this.asked.push(`offsets ${topics.join()}`);
    this.meanwhile();
    return this.silent ? new Promise<never>(() => {}) : super.readOffsets(topics, options);
  }

  override readRecordTime(topic: string, partition: number, offset: bigint, options: KafkaCallOptions) {
    this.asked.push(`time ${topic}-${partition}@${offset}`);
    return super.readRecordTime(topic, partition, offset, options);
  }
}

function withFault<T>(answers: ReadonlyMap<string, Settled<T>>, group: string | undefined): Map<string, Settled<T>> {
  const fault = new Fault('kafka', 'denied', 'GROUP_AUTHORIZATION_FAILED');
  return new Map([...answers].map(([name, answer]) => [name, name === group ? { ok: false, fault } : answer]));
}

/** A poller that runs; `watch` happens before its first tick. */
function createBench(watch: (kafka: FakeKafka, poller: LagPoller) => void = () => {}) {
  const clock = new FakeClock();
  const kafka = new WatchedKafka();
  const log = new RecordedLog();
  const told: string[] = [];
  const poller = createLagPoller({ kafka: () => kafka, clock, log, tickMs, onSnapshot: (key) => void told.push(key) });
  watch(kafka, poller);
  const stop = new AbortController();
  const done = poller.run(stop.signal);
  /** `records` come in, `agoMs` before now. */
  const produce = (topic: string, partition: number, records: number, agoMs = 0) => {
    const time = new Date(clock.now().getTime() - agoMs);
    kafka.produce(topic, partition, new Array<Date>(records).fill(time));
  };
  return { clock, kafka, log, told, poller, stop, done, produce };
}

/** A topic with one partition, and a group that has processed 70 of its 100 records. */
async function createWatched() {
  const bench = createBench();
  bench.kafka.putTopic('orders');
  bench.produce('orders', 0, 100, 60_000);
  bench.kafka.join('payments', 'a', ['orders']);
  bench.kafka.commit('payments', 'orders', 0, 70n);
  bench.poller.subscribe('shop/payments', orders);
  await bench.clock.advance(tickMs);
  return bench;
}

test('a group that is watched has a snapshot after the next tick, and its owner is told', async () => {
  const { poller, told } = await createWatched();
  expect(told).toEqual(['shop/payments']);
  expect(poller.snapshot('shop/payments')).toMatchObject({
    known: true,
    state: 'Stable',
    lagRecords: 30,
    topics: ['orders'],
  });
});

test('nobody is asked while nothing is watched', async () => {
  const { clock, kafka, poller } = createBench();
  await clock.advance(10 * tickMs);
  expect(kafka.asked).toEqual([]);
  expect(poller.snapshot('shop/payments')).toBeUndefined();
});

test('a tick asks three questions, however many groups there are', async () => {
  const { clock, kafka, poller } = createBench();
  for (const name of ['c', 'a', 'b']) {
    kafka.putTopic(`topic-${name}`);
    poller.subscribe(`shop/${name}`, { groupId: name, topics: [`topic-${name}`], offsetReset: 'Latest' });
  }
  await clock.advance(tickMs);
  expect(kafka.asked).toEqual(['describe a,b,c', 'committed a,b,c', 'offsets topic-a,topic-b,topic-c']);
});

test('what members subscribe to is measured without being declared', async () => {
  const { clock, kafka, poller } = await createWatched();
  kafka.putTopic('returns');
  kafka.join('payments', 'b', ['returns']);
  await clock.advance(tickMs);
  expect(poller.snapshot('shop/payments')?.topics).toEqual(['orders', 'returns']);
});

test('a group whose state cannot be read still reads what it read before', async () => {
  const { clock, kafka, poller } = await createWatched();
  kafka.putTopic('returns');
  kafka.join('payments', 'b', ['returns']);
  await clock.advance(tickMs);
  kafka.brokenState = 'payments';
  await clock.advance(tickMs);
  expect(poller.snapshot('shop/payments')).toMatchObject({ known: false, topics: ['orders', 'returns'] });
});

test('the trouble of one group is not that of another', async () => {
  const { clock, kafka, poller } = await createWatched();
  poller.subscribe('shop/audit', { ...orders, groupId: 'audit' });
  kafka.brokenGroup = 'audit';
  await clock.advance(tickMs);
  expect(poller.snapshot('shop/audit')).toMatchObject({ known: false, problem: 'GROUP_AUTHORIZATION_FAILED' });
  expect(poller.snapshot('shop/payments')).toMatchObject({ known: true, lagRecords: 30 });
});

test('while Kafka is away nothing is known, and everything again when it is back', async () => {
  const { clock, kafka, poller, told } = await createWatched();
  kafka.goDown();
  await clock.advance(tickMs);
  expect(poller.snapshot('shop/payments')).toMatchObject({
    known: false,
    lagRecords: undefined,
    fault: { code: 'ECONNREFUSED' },
  });
  kafka.comeBack();
  await clock.advance(tickMs);
  expect(poller.snapshot('shop/payments')).toMatchObject({ known: true, lagRecords: 30 });
  expect(told).toHaveLength(3);
});

test('a snapshot that is older than two ticks says that nothing is known', async () => {
  const { clock, kafka, poller } = await createWatched();
  kafka.silent = true;
  await clock.advance(2 * tickMs);
  expect(poller.snapshot('shop/payments')?.known).toBe(true);
  await clock.advance(1);
  expect(poller.snapshot('shop/payments')).toMatchObject({
    known: false,
    lagRecords: undefined,
    lagSeconds: undefined,
  });
});

test('a call that never ends is given up after two ticks, and no tick begins before', async () => {
  const { clock, kafka, poller, told } = await createWatched();
  kafka.silent = true;
  await clock.advance(tickMs);
  const begun = kafka.asked.length;
  await clock.advance(2 * tickMs - 1);
  expect(kafka.asked).toHaveLength(begun);
  kafka.silent = false;
  await clock.advance(1 + tickMs);
  expect(told.length).toBeGreaterThan(1);
  await clock.advance(tickMs);
  expect(poller.snapshot('shop/payments')?.known).toBe(true);
});

test('brokers that are slower than the tick get a break of a fifth of it', async () => {
  const { clock, kafka } = await createWatched();
  kafka.silent = true;
  await clock.advance(tickMs);
  const begun = kafka.asked.length;
  await clock.advance(2 * tickMs + tickMs / 5 - 1);
  expect(kafka.asked).toHaveLength(begun);
  await clock.advance(1);
  expect(kafka.asked.length).toBeGreaterThan(begun);
});

test('a lag from before the first poll has the age of its oldest record', async () => {
  const { clock, produce, poller } = await createWatched();
  expect(poller.snapshot('shop/payments')?.lagSeconds).toBeCloseTo(65, 0);
  produce('orders', 0, 10);
  await clock.advance(tickMs);
  expect(poller.snapshot('shop/payments')?.lagSeconds).toBeCloseTo(70, 0);
});

test.each([
  { it: 'has none that can be', time: undefined },
  { it: 'claims to come later than clocks differ by', time: new Date(8.64e15) },
])('a record whose time $it leaves the age unknown, never zero, until we see it ourselves', async ({ time }) => {
  const { clock, kafka, poller, produce } = createBench();
  kafka.putTopic('orders');
  produce('orders', 0, 136);
  kafka.readRecordTime = async () => time;
  kafka.commit('payments', 'orders', 0, 0n);
  poller.subscribe('shop/payments', orders);
  await clock.advance(tickMs);
  expect(poller.snapshot('shop/payments')).toMatchObject({ known: true, lagRecords: 136, lagSeconds: undefined });
  produce('orders', 0, 10);
  await clock.advance(tickMs);
  kafka.commit('payments', 'orders', 0, 141n);
  await clock.advance(tickMs);
  expect(poller.snapshot('shop/payments')).toMatchObject({ lagRecords: 5, lagSeconds: 7.5 });
});

test('a record of a clock that is a little ahead is as old as our first look', async () => {
  const { clock, kafka, poller, produce } = createBench();
  kafka.putTopic('orders');
  produce('orders', 0, 100, -60_000);
  kafka.commit('payments', 'orders', 0, 70n);
  poller.subscribe('shop/payments', orders);
  await clock.advance(4 * tickMs);
  expect(poller.snapshot('shop/payments')).toMatchObject({ lagRecords: 30, lagSeconds: 15 });
});

test('at most eight records are looked up in a tick, and each partition comes to its turn', async () => {
  const { clock, kafka, poller, produce } = createBench();
  kafka.putTopic('orders', { partitions: 20 });
  for (let partition = 0; partition < 20; partition += 1) {
    produce('orders', partition, 100, 60_000);
    kafka.commit('payments', 'orders', partition, 70n);
  }
  poller.subscribe('shop/payments', orders);
  const lookUps = () => kafka.asked.filter((question) => question.startsWith('time'));
  await clock.advance(tickMs);
  expect(lookUps()).toHaveLength(8);
  expect(poller.snapshot('shop/payments')?.lagSeconds).toBeUndefined();
  await clock.advance(2 * tickMs);
  expect(new Set(lookUps()).size).toBe(20);
  expect(poller.snapshot('shop/payments')?.lagSeconds).toBeCloseTo(75, 0);
});

test('a record is looked up again after half a minute, and those that never were come first', async () => {
  const { clock, kafka, poller, produce } = createBench();
  kafka.putTopic('orders', { partitions: 60 });
  for (let partition = 0; partition < 60; partition += 1) {
    produce('orders', partition, 100, 60_000);
    kafka.commit('payments', 'orders', partition, 70n);
  }
  poller.subscribe('shop/payments', orders);
  const lookUps = () => kafka.asked.filter((question) => question.startsWith('time'));
  await clock.advance(8 * tickMs);
  expect(new Set(lookUps()).size).toBe(60);
  expect(lookUps()).toHaveLength(64);
});

test('one that never was looked up comes before one that was at the start of the clock', async () => {
  const { clock, kafka } = createBench((seeded, poller) => {
    seeded.putTopic('orders', { partitions: 60 });
    for (let partition = 0; partition < 60; partition += 1) {
      seeded.produce('orders', partition, new Array<Date>(100).fill(new Date('2025-12-31T23:59:00Z')));
      seeded.commit('payments', 'orders', partition, 70n);
    }
    poller.subscribe('shop/payments', orders);
  });
  const lookUps = () => kafka.asked.filter((question) => question.startsWith('time'));
  await clock.advance(0);
  expect(lookUps()).toHaveLength(8);
  await clock.advance(6 * tickMs);
  expect(new Set(lookUps()).size).toBe(56);
});

test('a record is not looked up again before half a minute has passed', async () => {
  const { clock, kafka } = await createWatched();
  const lookUps = () => kafka.asked.filter((question) => question.startsWith('time')).length;
  await clock.advance(5 * tickMs);
  expect(lookUps()).toBe(1);
  await clock.advance(tickMs);
  expect(lookUps()).toBe(2);
});

test('a record that is looked up in vain holds up the snapshot for half a tick', async () => {
  const { clock, kafka, poller, told, produce } = createBench();
  kafka.putTopic('orders');
  produce('orders', 0, 100);
  kafka.commit('payments', 'orders', 0, 70n);
  kafka.readRecordTime = () => new Promise<never>(() => {});
  poller.subscribe('shop/payments', orders);
  await clock.advance(1.5 * tickMs - 1);
  expect(told).toEqual([]);
  await clock.advance(1);
  expect(told).toEqual(['shop/payments']);
});

test('a record that cannot be looked up leaves the age unknown and the lag known', async () => {
  const { clock, kafka, poller, produce } = createBench();
  kafka.putTopic('orders');
  produce('orders', 0, 100);
  kafka.commit('payments', 'orders', 0, 70n);
  poller.subscribe('shop/payments', orders);
  kafka.failCall(4);
  await clock.advance(tickMs);
  expect(kafka.asked.at(-1)).toBe('time orders-0@70');
  expect(poller.snapshot('shop/payments')).toMatchObject({ known: true, lagRecords: 30, lagSeconds: undefined });
});

test('what is no longer watched is no longer asked about', async () => {
  const { clock, kafka, poller, told } = await createWatched();
  poller.unsubscribe('shop/payments');
  kafka.asked.length = 0;
  told.length = 0;
  await clock.advance(3 * tickMs);
  expect({ asked: kafka.asked, told }).toEqual({ asked: [], told: [] });
  expect(poller.snapshot('shop/payments')).toBeUndefined();
});

test('what was not watched for a while is seen as for the first time', async () => {
  const { clock, kafka, poller, produce } = createBench();
  for (const topic of ['orders', 'returns']) kafka.putTopic(topic);
  produce('orders', 0, 10);
  poller.subscribe('shop/audit', { groupId: 'audit', topics: ['returns'], offsetReset: 'Latest' });
  poller.subscribe('shop/payments', orders);
  await clock.advance(tickMs);
  poller.unsubscribe('shop/payments');
  await clock.advance(tickMs);
  produce('orders', 0, 50);
  poller.subscribe('shop/payments', orders);
  await clock.advance(tickMs);
  expect(poller.snapshot('shop/payments')).toMatchObject({ known: true, lagRecords: 0 });
});

test('who stops watching in the middle of a tick is not told of it', async () => {
  const { clock, kafka, poller, told } = await createWatched();
  kafka.meanwhile = () => poller.unsubscribe('shop/payments');
  await clock.advance(tickMs);
  expect(told).toHaveLength(1);
});

test('the same subscription again keeps the snapshot, another one drops it', async () => {
  const { poller } = await createWatched();
  poller.subscribe('shop/payments', { ...orders, topics: [...orders.topics] });
  expect(poller.snapshot('shop/payments')).toBeDefined();
  poller.subscribe('shop/payments', { ...orders, offsetReset: 'Earliest' });
  expect(poller.snapshot('shop/payments')).toBeUndefined();
});

test('a bug in one tick is logged and does not end the polling', async () => {
  const { clock, kafka, log, poller } = await createWatched();
  kafka.bug = new TypeError('not a function');
  await clock.advance(tickMs);
  expect(log.lines).toMatchObject([{ level: 'error', fields: { error: kafka.bug } }]);
  kafka.bug = undefined;
  await clock.advance(tickMs);
  expect(poller.snapshot('shop/payments')?.known).toBe(true);
});

test('it ends when told to, in the middle of a call as well, without a word and with no timer left behind', async () => {
  const { clock, kafka, told, stop, done } = await createWatched();
  kafka.silent = true;
  await clock.advance(tickMs);
  stop.abort();
  await settle();
  await done;
  expect(told).toHaveLength(1);
  expect(clock.timers).toBe(0);
});
