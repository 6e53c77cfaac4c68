import { describe, expect, it } from 'vitest';
import { type Batch, Throttles } from '../../../../../src/controllers/event-topic/reassignment/throttles.ts';
import { FakeJournal } from '../../../../fakes/fake-journal.ts';
import { FakeKafka } from '../../../../fakes/fake-kafka.ts';
import { brokersOf } from './samples.ts';

const options = { signal: new AbortController().signal, now: new Date('2026-01-01T00:00:00Z') };

function setUp(assignments: readonly (readonly number[])[]) {
  const kafka = new FakeKafka();
  kafka.brokers = brokersOf({ 1: undefined, 2: undefined, 3: undefined });
  const topic = kafka.putTopic('orders', { partitions: assignments.length });
  kafka.replicas.put(topic, assignments);
  const journal = new FakeJournal();
  const throttles = new Throttles(journal);
  const batch = (targets: Readonly<Record<number, readonly number[]>>, overrides: Partial<Batch> = {}): Batch => ({
    clusterId: 'c-1',
    topic: 'orders',
    topicId: topic.id,
    bytesPerSecond: 1_000,
    mostMoving: 20,
    targets: new Map(Object.entries(targets).map(([partition, target]) => [Number(partition), target])),
    ...overrides,
  });
  const start = (one: Batch) => throttles.start(kafka, one, options);
  return { kafka, topic, journal, throttles, batch, start };
}

describe('a batch looks again when its turn comes', () => {
  it('and leaves out what somebody else has begun to move', async () => {
    const { kafka, topic, batch, start } = setUp([[1], [2]]);
    kafka.replicas.edit(topic, 0, { replicas: [1, 3], adding: [3] });
    expect(await start(batch({ 0: [1, 2], 1: [2, 3] }))).toBe(1);
    expect(kafka.replicas.accepted).toEqual(['orders-1 → 2,3']);
  });

  it('and gives up no replica while what would stay is not in sync any more', async () => {
    const { kafka, topic, journal, batch, start } = setUp([[1, 2, 3]]);
    kafka.replicas.edit(topic, 0, { inSync: [1, 3] });
    expect(await start(batch({ 0: [1, 2] }))).toBe(0);
    expect(kafka.writes).toBe(0);
    expect(journal.throttles).toEqual([]);
  });

  it('and does nothing to a topic that was created anew', async () => {
    const { kafka, batch, start } = setUp([[1]]);
    expect(await start(batch({ 0: [1, 2] }, { topicId: 'another' }))).toBe(0);
    expect(kafka.writes).toBe(0);
  });

  it('and starts no more than may move by then', async () => {
    const { kafka, batch, start } = setUp([[1], [2]]);
    const other = kafka.putTopic('mail', { partitions: 1 });
    kafka.replicas.put(other, [[1]]);
    kafka.replicas.edit(other, 0, { replicas: [1, 2], adding: [2] });
    expect(await start(batch({ 0: [1, 2], 1: [2, 3] }, { mostMoving: 2 }))).toBe(1);
    expect(await start(batch({ 1: [2, 3] }, { mostMoving: 1 }))).toBe(0);
  });
});

describe('the record of a batch', () => {
  it('is stored before anything is changed', async () => {
    const { kafka, journal, batch, start } = setUp([[1]]);
    journal.beforeRecord = () => expect(kafka.writes).toBe(0);
    await start(batch({ 0: [1, 2] }));
    expect(journal.throttles).toEqual(['c-1/orders', 'c-1/1', 'c-1/2']);
  });

  it('keeps the first values over batches, also when the rate changes', async () => {
    const { kafka, throttles, batch, start } = setUp([[1], [1]]);
    kafka.replicas.configOf(1).set('leader.replication.throttled.rate', '7');
    await start(batch({ 0: [1, 2] }));
    kafka.replicas.catchUp();
    await start(batch({ 1: [1, 2] }, { bytesPerSecond: 2_000 }));
    expect(kafka.replicas.configOf(1).get('leader.replication.throttled.rate')).toBe('2000');
    kafka.replicas.catchUp();
    await throttles.end(kafka, 'c-1', 'orders', options);
    expect(Object.fromEntries(kafka.replicas.configOf(1))).toEqual({ 'leader.replication.throttled.rate': '7' });
    expect(kafka.topics.get('orders')?.config.size).toBe(0);
  });

  it('of a topic that was created anew under its name does nothing to the new one', async () => {
    const { kafka, journal, throttles, batch, start } = setUp([[1]]);
    await start(batch({ 0: [1, 2] }));
    const list = ['leader.replication.throttled.replicas', '0:1'] as const;
    kafka.putTopic('orders', { partitions: 1, config: new Map([list]) });
    await throttles.end(kafka, 'c-1', 'orders', options);
    expect(kafka.topics.get('orders')?.config).toEqual(new Map([list]));
    expect(journal.throttles).toEqual([]);
  });

  it('that is another one by now is left alone', async () => {
    const { kafka, journal, throttles, batch, start } = setUp([[1], [1]]);
    await start(batch({ 0: [1, 2] }));
    const token = throttles.pending().get('c-1')?.get('orders');
    kafka.replicas.catchUp();
    await start(batch({ 1: [1, 2] }));
    await throttles.end(kafka, 'c-1', 'orders', options, token);
    expect(journal.throttles).toContain('c-1/orders');
  });

  it('whose partitions were sent again, and move, is left alone', async () => {
    const { kafka, journal, throttles, batch, start } = setUp([[1]]);
    await start(batch({ 0: [1, 2] }));
    const token = throttles.pending().get('c-1')?.get('orders');
    await throttles.end(kafka, 'c-1', 'orders', options, token);
    expect(journal.throttles).toContain('c-1/orders');
    kafka.replicas.catchUp();
    await throttles.end(kafka, 'c-1', 'orders', options, token);
    expect(journal.throttles).toEqual([]);
  });

  it('that cannot be read sets nothing back, and goes once nothing moves', async () => {
    const { kafka, journal, throttles } = setUp([[1]]);
    journal.topicThrottles.set('c-1/orders', 'damaged');
    const token = throttles.pending().get('c-1')?.get('orders');
    await throttles.end(kafka, 'c-1', 'orders', options, token);
    expect(journal.throttles).toEqual([]);
    expect(kafka.writes).toBe(0);
  });

  it('in another cluster is another one', async () => {
    const { kafka, journal, throttles, batch, start } = setUp([[1]]);
    await start(batch({ 0: [1, 2] }));
    await throttles.end(kafka, 'c-2', 'orders', options);
    expect(journal.throttles).toHaveLength(3);
  });
});
