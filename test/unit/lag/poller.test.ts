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

  override findRecord(topic: string, partition: number, offset: bigint, options: KafkaCallOptions) {
    this.asked.push(`record ${topic}-${partition}@${offset}`);
    return super.findRecord(topic, partition, offset, options);
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
  { it: 'is none', time: undefined, why: 'its producer wrote none' },
  { it: 'is later than clocks differ by', time: new Date(8.64e15), why: 'its producer wrote one in the future' },
  {
    it: 'is in other units',
    time: new Date(1_767_225_600),
    why: 'its producer wrote one of longer ago than its topic keeps records',
  },
])('a record whose time $it leaves the age unknown, never zero, until we see it ourselves', async ({ time, why }) => {
  const { clock, kafka, poller, produce } = createBench();
  kafka.putTopic('orders');
  produce('orders', 0, 136);
  kafka.findRecord = async () => ({ kind: 'record', offset: 0n, time });
  kafka.commit('payments', 'orders', 0, 0n);
  poller.subscribe('shop/payments', orders);
  await clock.advance(tickMs);
  expect(poller.snapshot('shop/payments')).toMatchObject({
    known: true,
    lagRecords: 136,
    lagSeconds: undefined,
    remarks: [`the oldest waiting record of topic "orders" has no time that tells its age: ${why}`],
  });
  produce('orders', 0, 10);
  await clock.advance(tickMs);
  kafka.commit('payments', 'orders', 0, 141n);
  await clock.advance(tickMs);
  expect(poller.snapshot('shop/payments')).toMatchObject({ lagRecords: 5, lagSeconds: 7.5, remarks: [] });
});

test.each([
  { it: 'within what its topic keeps', retentionMs: '604800000', days: 8, lagSeconds: 8 * 86_400 + 5 },
  { it: 'of longer ago than its topic keeps', retentionMs: '3600000', days: 8, lagSeconds: undefined },
])('the time of a record that is $it tells its age or none', async ({ retentionMs, days, lagSeconds }) => {
  const { clock, kafka, poller, produce } = createBench();
  const config = new Map([['retention.ms', retentionMs]]);
  kafka.putTopic('orders', { config, partitions: 2 });
  for (const partition of [0, 1]) {
    produce('orders', partition, 10, days * 86_400_000);
    kafka.commit('payments', 'orders', partition, 0n);
  }
  poller.subscribe('shop/payments', orders);
  await clock.advance(tickMs);
  expect(poller.snapshot('shop/payments')).toMatchObject({
    lagRecords: 20,
    lagSeconds,
    lagSecondsAtLeast: lagSeconds ?? 0,
  });
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
  const lookUps = () => kafka.asked.filter((question) => question.startsWith('record'));
  await clock.advance(tickMs);
  expect(lookUps()).toHaveLength(8);
  expect(poller.snapshot('shop/payments')?.lagSeconds).toBeUndefined();
  await clock.advance(2 * tickMs);
  expect(new Set(lookUps()).size).toBe(20);
  expect(poller.snapshot('shop/payments')?.lagSeconds).toBeCloseTo(75, 0);
});

test('a record is looked up once while the group stands before it', async () => {
  const { clock, kafka, poller, produce } = createBench();
  kafka.putTopic('orders', { partitions: 60 });
  for (let partition = 0; partition < 60; partition += 1) {
    produce('orders', partition, 100, 60_000);
    kafka.commit('payments', 'orders', partition, 70n);
  }
  poller.subscribe('shop/payments', orders);
  const lookUps = () => kafka.asked.filter((question) => question.startsWith('record'));
  await clock.advance(8 * tickMs);
  expect(new Set(lookUps()).size).toBe(60);
  await clock.advance(20 * tickMs);
  expect(lookUps()).toHaveLength(60);
});

test('the largest lags are looked up first', async () => {
  const { clock, kafka, poller, produce } = createBench();
  kafka.putTopic('orders', { partitions: 20 });
  for (let partition = 0; partition < 20; partition += 1) {
    produce('orders', partition, 100 + partition, 60_000);
    kafka.commit('payments', 'orders', partition, 70n);
  }
  poller.subscribe('shop/payments', orders);
  await clock.advance(tickMs);
  const asked = kafka.asked.filter((question) => question.startsWith('record'));
  expect(asked.toSorted()).toEqual(
    [12, 13, 14, 15, 16, 17, 18, 19].map((partition) => `record orders-${partition}@70`),
  );
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
  const lookUps = () => kafka.asked.filter((question) => question.startsWith('record'));
  await clock.advance(0);
  expect(lookUps()).toHaveLength(8);
  await clock.advance(6 * tickMs);
  expect(new Set(lookUps()).size).toBe(56);
});

test('a group that moves on has its next record looked up half a minute later', async () => {
  const { clock, kafka } = await createWatched();
  const lookUps = () => kafka.asked.filter((question) => question.startsWith('record'));
  kafka.commit('payments', 'orders', 0, 80n);
  await clock.advance(5 * tickMs);
  expect(lookUps()).toEqual(['record orders-0@70']);
  await clock.advance(tickMs);
  expect(lookUps()).toEqual(['record orders-0@70', 'record orders-0@80']);
});

test('a record that is looked up in vain holds up the snapshot for half a tick', async () => {
  const { clock, kafka, poller, told, produce } = createBench();
  kafka.putTopic('orders');
  produce('orders', 0, 100);
  kafka.commit('payments', 'orders', 0, 70n);
  kafka.findRecord = async (_topic, _partition, _offset, { signal }) => {
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    throw new Fault('kafka', 'unavailable', 'the call was given up by its caller', { code: 'ABORTED' });
  };
  poller.subscribe('shop/payments', orders);
  await clock.advance(1.5 * tickMs - 1);
  expect(told).toEqual([]);
  await clock.advance(1);
  expect(told).toEqual(['shop/payments']);
  await clock.advance(tickMs);
  const remarks = ['cannot look at records of topic "orders": no answer in time'];
  expect(poller.snapshot('shop/payments')).toMatchObject({ lagRecords: 30, lagSeconds: undefined, remarks });
});

test('a record that cannot be looked up leaves the age unknown and the lag known, and says so until it can be', async () => {
  const { clock, kafka, poller, produce } = createBench();
  kafka.putTopic('orders');
  produce('orders', 0, 100);
  kafka.commit('payments', 'orders', 0, 70n);
  poller.subscribe('shop/payments', orders);
  kafka.failCall(4);
  await clock.advance(tickMs);
  expect(kafka.asked.at(-1)).toBe('record orders-0@70');
  const refused = 'cannot connect to broker-1:9092: ECONNREFUSED';
  const unknown = { known: true, lagRecords: 30, lagSeconds: undefined, lagSecondsAtLeast: 0, remarks: [refused] };
  expect(poller.snapshot('shop/payments')).toMatchObject(unknown);
  await clock.advance(3 * tickMs);
  expect(poller.snapshot('shop/payments')).toMatchObject({ ...unknown, lagSecondsAtLeast: 15 });
  await clock.advance(3 * tickMs);
  expect(poller.snapshot('shop/payments')).toMatchObject({ lagSeconds: 35, lagSecondsAtLeast: 35, remarks: [] });
});

/** A topic that its group has read to its one record, and a transaction that brings four more. */
async function createTransaction(as: 'commit' | 'abort' | 'open') {
  const bench = createBench();
  const { clock, kafka, poller, produce } = bench;
  kafka.putTopic('orders');
  produce('orders', 0, 1);
  kafka.join('payments', 'a', ['orders']);
  kafka.commit('payments', 'orders', 0, 1n);
  poller.subscribe('shop/payments', orders);
  await clock.advance(tickMs);
  kafka.beginTransaction('orders', 0, new Array<Date>(4).fill(clock.now()));
  if (as !== 'open') kafka.endTransaction('orders', 0, as);
  const lookUps = () => kafka.asked.filter((question) => question.startsWith('record'));
  return { ...bench, lookUps };
}

test('records that were aborted count until somebody has looked at them, and then for nothing', async () => {
  const { clock, poller, lookUps } = await createTransaction('abort');
  await clock.advance(2 * tickMs);
  expect(poller.snapshot('shop/payments')).toMatchObject({ lagRecords: 5, phantomRecords: 0 });
  await clock.advance(tickMs);
  expect(poller.snapshot('shop/payments')).toMatchObject({ lagRecords: 0, lagSeconds: 0, phantomRecords: 5 });
  await clock.advance(60 * tickMs);
  expect(lookUps()).toEqual(['record orders-0@1']);
  expect(poller.snapshot('shop/payments')).toMatchObject({ lagRecords: 0, phantomRecords: 5 });
});

test('a record behind them is as old as itself, and waits for itself only', async () => {
  const { clock, poller, produce, lookUps } = await createTransaction('abort');
  await clock.advance(60 * tickMs);
  produce('orders', 0, 1);
  await clock.advance(2 * tickMs);
  expect(poller.snapshot('shop/payments')).toMatchObject({
    lagRecords: 1,
    lagSeconds: 10,
    partitions: [{ idleMs: 5_000, phantom: 5 }],
  });
  await clock.advance(60 * tickMs);
  expect(poller.snapshot('shop/payments')).toMatchObject({ lagRecords: 1, lagSeconds: 310 });
  expect(lookUps()).toEqual(['record orders-0@1', 'record orders-0@6']);
});

test('one record that fails again and again at the end of a quiet topic stays a lag', async () => {
  const { clock, kafka, poller, produce } = await createTransaction('commit');
  kafka.commit('payments', 'orders', 0, 6n);
  produce('orders', 0, 1);
  await clock.advance(100 * tickMs);
  expect(poller.snapshot('shop/payments')).toMatchObject({
    lagRecords: 1,
    phantomRecords: 0,
    lagSeconds: expect.closeTo(496, 0),
  });
});

test('what could not be looked at counts as records, and the status says why', async () => {
  const { clock, kafka, poller } = await createTransaction('abort');
  const needs = 'cannot look at records of topic "orders": needs ACL Read on Topic "orders"';
  kafka.findRecord = () => Promise.reject(new Fault('kafka', 'denied', needs, { code: 'TOPIC_AUTHORIZATION_FAILED' }));
  await clock.advance(100 * tickMs);
  expect(poller.snapshot('shop/payments')).toMatchObject({ lagRecords: 5, phantomRecords: 0, remarks: [needs] });
});

test('a transaction that stays open is a lag, and is named with its beginning', async () => {
  const { clock, kafka, poller } = await createTransaction('open');
  const since = clock.now().toISOString();
  await clock.advance(10 * tickMs);
  expect(poller.snapshot('shop/payments')).toMatchObject({ lagRecords: 4, remarks: [] });
  await clock.advance(10 * tickMs);
  const remark = `a transaction has been open in partition 0 of topic "orders" since ${since}, and a consumer of committed records gets none behind it`;
  expect(poller.snapshot('shop/payments')).toMatchObject({ lagRecords: 4, lagSeconds: 100, remarks: [remark] });
  kafka.endTransaction('orders', 0, 'abort');
  await clock.advance(8 * tickMs);
  expect(poller.snapshot('shop/payments')).toMatchObject({ lagRecords: 0, phantomRecords: 5, remarks: [] });
});

test('one look that cannot take in all goes on with the next tick', async () => {
  const { clock, kafka, poller, lookUps } = await createTransaction('abort');
  const find = kafka.findRecord.bind(kafka);
  kafka.findRecord = async (topic, partition, offset, options) => {
    const found = await find(topic, partition, offset, options);
    return found?.kind === 'none' ? { kind: 'none', until: offset + 2n } : found;
  };
  await clock.advance(4 * tickMs);
  expect(poller.snapshot('shop/payments')).toMatchObject({ lagRecords: 1, phantomRecords: 4 });
  await clock.advance(tickMs);
  expect(lookUps()).toEqual(['record orders-0@1', 'record orders-0@3', 'record orders-0@5']);
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
