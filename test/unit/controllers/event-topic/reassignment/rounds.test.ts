import { describe, expect, it } from 'vitest';
import { releaseOrphanedClaims } from '../../../../../src/controllers/event-topic/memory/claims.ts';
import type { EventTopicSpec } from '../../../../../src/crds/event-topic.ts';
import { Fault } from '../../../../../src/ports/fault.ts';
import { expectIdle } from '../../../../helpers/expect-idle.ts';
import { topicResource } from '../../samples.ts';
import { topicWorld } from '../world.ts';
import { brokersOf } from './samples.ts';

const key = 'shop/orders';
const lost = new Fault('kafka', 'unavailable', 'no answer');
const rates = ['leader.replication.throttled.rate', 'follower.replication.throttled.rate'];
const lists = ['leader.replication.throttled.replicas', 'follower.replication.throttled.replicas'];
const reassignment = { enabled: true, throttleBytesPerSecond: 50_000_000, maxConcurrentPartitions: 2 };

/** Three brokers and a topic of ours with three partitions and one replica; broker 1 has a rate that somebody set. */
async function movable(spec: Partial<EventTopicSpec> = {}, others: readonly string[] = []) {
  const named = ['orders', ...others].map((name) =>
    topicResource({ partitions: 3, replicationFactor: 1, ...spec }, {}, { name, uid: `${name}-uid` }),
  );
  const world = topicWorld(named);
  const { kafka, clusters, settle } = world;
  kafka.brokers = brokersOf({ 1: undefined, 2: undefined, 3: undefined });
  kafka.replicas.configOf(1).set(rates[0] ?? '', '7');
  clusters.edit('default', { spec: { reassignment } });
  for (const { metadata } of named) await settle(`shop/${metadata.name}`);
  const topic = (name = 'orders') => kafka.topics.get(name) ?? expect.fail(`there is no topic ${name}`);
  const replicas = (name = 'orders') => kafka.replicas.of(topic(name)).map((partition) => partition.replicas.length);
  const want = (replicationFactor: number, one = key) => world.topics.edit(one, { spec: { replicationFactor } });
  /** Until nothing is on its way: rounds, and the data that they wait for. */
  const finish = async (one = key) => {
    for (let times = 0; times < 6; times += 1) {
      await settle(one);
      kafka.replicas.catchUp();
    }
    await settle(one);
  };
  const shownRates = () => [1, 2, 3].map((id) => rates.map((rate) => kafka.replicas.configOf(id).get(rate)));
  return { ...world, topic, replicas, want, finish, shownRates };
}

const asBefore = [
  ['7', undefined],
  [undefined, undefined],
  [undefined, undefined],
];
const slowed = [1, 2, 3].map(() => ['50000000', '50000000']);

type Movable = Awaited<ReturnType<typeof movable>>;

function expectNothingLeft({ kafka, journal, shownRates }: Movable): void {
  expect(shownRates()).toEqual(asBefore);
  for (const { config } of kafka.topics.values()) expect([...config.keys()]).not.toEqual(expect.arrayContaining(lists));
  expect([...journal.claims.keys(), ...journal.throttles]).toEqual([]);
}

/** As the operator does it beside the rounds: what is at rest twice is set back. */
const keep = async ({ keepThrottles }: Movable) => {
  for (let times = 0; times < 3; times += 1) await keepThrottles();
};

describe('a change of the number of replicas', () => {
  it('is made in batches, slowed down, and told', async () => {
    const world = await movable();
    const { kafka, want, settle, topic, shownRates, ready, condition, topics, replicas } = world;
    want(3);
    await settle();
    expect(kafka.replicas.accepted).toEqual(['orders-0 → 1,2,3', 'orders-1 → 2,1,3']);
    expect(shownRates()).toEqual(slowed);
    expect(lists.map((list) => topic().config.get(list))).toEqual(['0:1,1:2', '0:2,0:3,1:1,1:3']);
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync', observedGeneration: 1 });
    expect(condition('Reconciling')).toMatchObject({ status: 'True', reason: 'ReassignmentRunning' });
    expect(topics.must(key).status).toMatchObject({
      reassignment: { targetReplicationFactor: 3, partitionsDone: 0, partitionsTotal: 3 },
      observed: { replicationFactor: 1 },
    });
    kafka.replicas.catchUp();
    await settle();
    expect(topics.must(key).status).toMatchObject({ reassignment: { partitionsDone: 2 } });
    expect(lists.map((list) => topic().config.get(list))).toEqual(['2:3', '2:2,2:1']);
    kafka.replicas.catchUp();
    await settle();
    expect(replicas()).toEqual([3, 3, 3]);
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync', observedGeneration: 2 });
    expect(topics.must(key).status).not.toHaveProperty('reassignment');
    expect(topics.must(key).status).toMatchObject({ observed: { replicationFactor: 3 } });
    const told = ['Created', 'ReassignmentRunning', 'ReassignmentRunning', 'ReplicasChanged'];
    expect(world.notes.map(({ reason }) => reason)).toEqual(told);
    expectNothingLeft(world);
  });

  it('shrinks without slowing anything down', async () => {
    const world = await movable({ replicationFactor: 3 });
    const { want, finish, shownRates, settle, replicas } = world;
    want(2);
    await settle();
    expect(shownRates()).toEqual(asBefore);
    await finish();
    expect(replicas()).toEqual([2, 2, 2]);
    expectNothingLeft(world);
  });

  it('lets the rest of the spec proceed meanwhile', async () => {
    const { want, settle, topics, topic, ready, condition } = await movable();
    want(3);
    await settle();
    topics.edit(key, { spec: { config: { 'retention.ms': 1000 }, partitions: 4, keyed: false } });
    await settle();
    expect(topic()).toMatchObject({ partitions: 4 });
    expect(topic().config.get('retention.ms')).toBe('1000');
    expect(topics.must(key).status).toMatchObject({ appliedConfig: { 'retention.ms': '1000' } });
    expect(condition('Reconciling')).toMatchObject({ reason: 'ReassignmentRunning' });
    expect(ready()).toMatchObject({ status: 'True' });
  });

  it('asks for more replicas in sync once they are there', async () => {
    const { want, settle, finish, topics, topic } = await movable();
    want(3);
    topics.edit(key, { spec: { config: { 'min.insync.replicas': 2 } } });
    await settle();
    expect(topic().config.has('min.insync.replicas')).toBe(false);
    expect(topics.must(key).status).not.toHaveProperty('appliedConfig');
    await finish();
    expect(topic().config.get('min.insync.replicas')).toBe('2');
    expect(topics.must(key).status).toMatchObject({ appliedConfig: { 'min.insync.replicas': '2' } });
  });

  it('goes to another target when the spec says so on the way', async () => {
    const world = await movable();
    const { want, settle, finish, replicas } = world;
    want(3);
    await settle();
    want(2);
    await finish();
    expect(replicas()).toEqual([2, 2, 2]);
    expectNothingLeft(world);
  });

  it('waits for a broker that goes away on the way, and ends when it is back', async () => {
    const world = await movable();
    const { kafka, want, settle, finish, condition, replicas } = world;
    want(3);
    await settle();
    const third = kafka.brokers.splice(2, 1);
    kafka.replicas.catchUp();
    await settle();
    expect(condition('Reconciling')).toMatchObject({
      reason: 'ReassignmentWaiting',
      message: expect.stringContaining('broker 3'),
    });
    kafka.brokers.push(...third);
    await finish();
    expect(replicas()).toEqual([3, 3, 3]);
    expectNothingLeft(world);
  });

  it('shares the number of moving partitions and the rates of brokers with other topics', async () => {
    const world = await movable({}, ['mail']);
    const { kafka, want, settle, finish, condition, shownRates, replicas } = world;
    want(3);
    want(3, 'shop/mail');
    await settle();
    await settle('shop/mail');
    expect(kafka.replicas.accepted).toHaveLength(2);
    expect(condition('Reconciling', 'shop/mail')).toMatchObject({ reason: 'ReassignmentWaiting' });
    kafka.replicas.catchUp();
    await settle();
    await settle('shop/mail');
    expect(kafka.replicas.accepted).toHaveLength(4);
    kafka.replicas.catchUp();
    await settle();
    expect(replicas()).toEqual([3, 3, 3]);
    expect(shownRates()).toEqual(slowed);
    await finish('shop/mail');
    expect(replicas('mail')).toEqual([3, 3, 3]);
    expectNothingLeft(world);
  });

  it('starts no more than may move although two topics decide at the same moment', async () => {
    const { kafka, want, round } = await movable({}, ['mail']);
    want(3);
    want(3, 'shop/mail');
    await Promise.all([round(), round('shop/mail')]);
    expect(kafka.replicas.accepted).toHaveLength(2);
  });

  it('leaves a rate alone that somebody changed on the way', async () => {
    const { kafka, want, settle, finish, shownRates, journal } = await movable();
    want(3);
    await settle();
    kafka.replicas.configOf(2).set(rates[0] ?? '', '11');
    await finish();
    expect(shownRates()).toEqual([asBefore[0], ['11', undefined], asBefore[2]]);
    expect(journal.throttles).toEqual([]);
  });

  it('keeps the lists of throttled replicas that somebody else has set', async () => {
    const { kafka, want, settle, finish, topic } = await movable();
    topic().config.set(lists[0] ?? '', '9:9');
    want(3);
    await settle();
    expect(topic().config.get(lists[0] ?? '')).toBe('9:9,0:1,1:2');
    await finish();
    expect(topic().config.get(lists[0] ?? '')).toBe('9:9');
    expect(kafka.topics.get('orders')?.config.has(lists[1] ?? '')).toBe(false);
  });
});

it('a resource that does not own the topic is told nothing of how its replicas move', async () => {
  const { want, settle, topics } = await movable();
  want(3);
  await settle();
  topics.create(topicResource({ replicationFactor: 2 }, {}, { name: 'rival', uid: 'rival-uid' }));
  topics.edit('shop/rival', { spec: { topicName: 'orders' } });
  await settle('shop/rival');
  expect(topics.must('shop/rival').status).toMatchObject({ ownedBy: 'orders' });
  expect(topics.must('shop/rival').status).not.toHaveProperty('reassignment');
});

describe('a change of the number of replicas survives', () => {
  /** More than it takes, so that the call in question is among them. */
  const rounds = async ({ round, kafka }: Movable) => {
    for (let times = 0; times < 30; times += 1) {
      await round();
      kafka.replicas.catchUp();
    }
  };
  const calls = Array.from({ length: 70 }, (_, index) => index + 1);

  it.each(calls)('a death before call %i to the brokers', async (call) => {
    const world = await movable();
    const { kafka, want, round, restart, finish, replicas } = world;
    want(3);
    kafka.failCall(call, lost);
    await round();
    kafka.replicas.catchUp();
    await round();
    restart();
    await rounds(world);
    await finish();
    await keep(world);
    expect(replicas()).toEqual([3, 3, 3]);
    expectNothingLeft(world);
  });

  it.each(calls)('a death after call %i to the brokers, whose answer is lost', async (call) => {
    const world = await movable();
    const { kafka, want, round, restart, finish, replicas } = world;
    want(3);
    kafka.loseAnswer(call, lost);
    await round();
    restart();
    kafka.replicas.catchUp();
    await round();
    await rounds(world);
    await finish();
    await keep(world);
    expect(replicas()).toEqual([3, 3, 3]);
    expectNothingLeft(world);
  });

  it.each([1, 2, 3, 4, 5])('a journal that does not take entry %i', async (entry) => {
    const world = await movable();
    const { journal, want, round, restart, finish, replicas } = world;
    let entries = 0;
    journal.beforeRecord = () => {
      entries += 1;
      if (entries === entry) throw new Fault('kubernetes', 'unavailable', 'no answer');
    };
    want(3);
    await round();
    restart();
    await finish();
    await keep(world);
    expect(replicas()).toEqual([3, 3, 3]);
    expectNothingLeft(world);
  });
});

describe('what is left running', () => {
  it.each([
    { it: 'the resource is gone', act: ({ topics }: Movable) => topics.delete(key) },
    { it: 'the resource is paused', act: ({ topics }: Movable) => topics.edit(key, { spec: { paused: true } }) },
    { it: 'the resource shows plans only', act: ({ topics }: Movable) => topics.edit(key, { spec: { mode: 'Plan' } }) },
    {
      it: 'the cluster is to be read only',
      act: ({ clusters }: Movable) => clusters.edit('default', { spec: { mode: 'ReadOnly' } }),
    },
    {
      it: 'the namespace has no access any more',
      act: ({ clusters }: Movable) => clusters.edit('default', { spec: { access: [] } }),
    },
    {
      it: 'the operator dies as well',
      act: ({ topics, restart }: Movable) => {
        topics.delete(key);
        restart();
      },
    },
  ])('goes on when $it, and is set back in the end', async ({ act }) => {
    const world = await movable();
    const { kafka, want, settle, shownRates, replicas, topics } = world;
    want(3);
    await settle();
    act(world);
    if (topics.get(key)) await settle();
    await keep(world);
    expect(shownRates()).toEqual(slowed);
    kafka.replicas.catchUp();
    await keep(world);
    expect(replicas()).toEqual([3, 3, 1]);
    expectNothingLeft(world);
    const { writes } = kafka;
    await keep(world);
    expect(kafka.writes).toBe(writes);
  });

  it('is not set back between two batches', async () => {
    const world = await movable();
    const { kafka, want, settle, shownRates, keepThrottles, topic } = world;
    want(3);
    await settle();
    kafka.replicas.catchUp();
    await keepThrottles();
    expect(shownRates()).toEqual(slowed);
    await settle();
    await keepThrottles();
    expect(shownRates()).toEqual(slowed);
    expect(topic().config.get(lists[0] ?? '')).toBe('2:3');
  });

  it.each([
    { it: 'plans are shown only', act: ({ topics }: Movable) => topics.edit(key, { spec: { mode: 'Plan' } }) },
    {
      it: 'the cluster is to be read only',
      act: ({ clusters }: Movable) => clusters.edit('default', { spec: { mode: 'ReadOnly' } }),
    },
  ])('is set back by the round that sees its end, also while $it', async ({ act }) => {
    const world = await movable({ partitions: 2 });
    const { kafka, want, settle, ready } = world;
    want(3);
    await settle();
    act(world);
    kafka.replicas.catchUp();
    await settle();
    expectNothingLeft(world);
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
  });

  it('is remembered when the claims of resources that are gone are dropped', async () => {
    const { want, settle, topics, journal } = await movable();
    want(3);
    await settle();
    const before = journal.throttles;
    topics.delete(key);
    releaseOrphanedClaims(topics, journal, new Date('2027-01-01T00:00:00Z'));
    expect(journal.throttles).toEqual(before);
    expect(before).not.toEqual([]);
  });

  it('is left alone while another cluster answers at the same addresses', async () => {
    const world = await movable();
    const { kafka, want, settle, topics, journal } = world;
    want(3);
    await settle();
    topics.delete(key);
    kafka.replicas.catchUp();
    kafka.clusterId = 'another-cluster-id-000';
    const { writes } = kafka;
    await keep(world);
    expect(kafka.writes).toBe(writes);
    expect(journal.throttles).not.toEqual([]);
  });

  it('does not stand for a topic that was created anew under the same name', async () => {
    const world = await movable();
    const { kafka, want, settle, topics, journal, replicas } = world;
    want(3);
    await settle();
    const { id } = kafka.putTopic('orders', { partitions: 3 });
    topics.edit(key, { spec: { acceptTopicId: id, replicationFactor: 1 } });
    await settle();
    expect(topics.must(key).status).not.toHaveProperty('reassignment');
    await keep(world);
    expect(replicas()).toEqual([1, 1, 1]);
    expect(journal.throttles).toEqual([]);
  });

  it('is set back on a broker that was away, when that is back', async () => {
    const world = await movable();
    const { kafka, want, settle, shownRates } = world;
    want(2);
    await settle();
    kafka.replicas.catchUp();
    await settle();
    kafka.replicas.catchUp();
    const [first] = kafka.brokers.splice(0, 1);
    await settle();
    await keep(world);
    expect(shownRates()).toEqual([slowed[0], asBefore[1], asBefore[2]]);
    if (first) kafka.brokers.push(first);
    await keep(world);
    expectNothingLeft(world);
  });

  it('is forgotten with its topic, and the brokers are as before', async () => {
    const world = await movable({ deletionPolicy: 'Delete' });
    const { want, settle, topics, kafka } = world;
    want(3);
    await settle();
    topics.delete(key);
    await settle();
    expect(kafka.topics.has('orders')).toBe(false);
    await keep(world);
    expectNothingLeft(world);
  });
});

it('a plan says what a reassignment would do, and moves nothing', async () => {
  const { kafka, want, settle, topics, round, journal } = await movable({ mode: 'Plan' });
  kafka.putTopic('orders', { partitions: 3 });
  topics.edit(key, { spec: { adoptionPolicy: 'Take' } });
  want(3);
  await settle();
  expect(topics.must(key).status?.plan).toContainEqual({ op: 'Reassign', from: '1', to: '3', validated: false });
  expect(kafka.replicas.accepted).toEqual([]);
  await expectIdle(round, kafka, topics, journal);
});
