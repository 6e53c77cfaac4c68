import { createRecordsBatch } from '@platformatic/kafka';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKafkaConnections, type KafkaSettings } from '../../../../src/adapters/kafka/index.ts';
import { systemClock } from '../../../../src/adapters/system-clock.ts';
import type { KafkaAdmin } from '../../../../src/ports/kafka.ts';
import { RecordedMetrics } from '../../../fakes/recorders.ts';
import {
  alterConfigsAnswer,
  apiKey,
  clusterAnswer,
  createPartitionsAnswer,
  createTopicsAnswer,
  listOffsetsAnswer,
  metadataAnswer,
  ScriptedBroker,
  type ScriptedTopic,
  someUuid,
} from './scripted-broker.ts';
import { all, bool, i8, i16, i32, i64, list, none, sized, tags, text, uuid, uvarint } from './wire.ts';

const options = { signal: new AbortController().signal };
const unknownTopic = 3;
const policyViolation = 44;
const unknownServerError = -1;
const topicAuthorizationFailed = 29;
/** No call is to be late because the machine is busy. */
const patient = { callTimeoutMs: 60_000, catchUpMs: 60_000 };
const messageOf = (error: Error) => error.message;

describe('the Kafka admin', () => {
  let broker: ScriptedBroker;
  let admin: KafkaAdmin;
  const open: KafkaAdmin[] = [];

  beforeEach(async () => {
    broker = await ScriptedBroker.start();
    admin = adminOf();
    showTopics();
  });
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
    await broker.close();
  });

  function adminOf(settings: Partial<KafkaSettings> = {}, fence = () => true): KafkaAdmin {
    const metrics = new RecordedMetrics();
    const common = { clock: systemClock, metrics, clientId: 'test', fence };
    const connections = createKafkaConnections({ ...common, settings: { ...patient, ...settings } });
    const created = connections.to({ name: 'default', bootstrapServers: [broker.address] });
    open.push(created);
    return created;
  }

  /** What the broker answers to Metadata, whoever is asked for. */
  function showTopics(...topics: ScriptedTopic[]): void {
    broker.answer(apiKey.Metadata, () => metadataAnswer([{ id: 1, port: broker.port }], topics));
  }

  const create = (name: string) => admin.createTopic({ name, config: new Map() }, options);

  it('asks once for all who ask for the cluster at the same time', async () => {
    const states = await Promise.all(Array.from({ length: 50 }, () => admin.describeCluster(options)));
    expect(new Set(states.map(({ clusterId }) => clusterId))).toEqual(new Set(['cluster']));
    expect(broker.count(apiKey.Metadata)).toBe(1);
  });

  it('asks for topics and for the cluster with one request', async () => {
    showTopics({ name: 'orders', errorCode: unknownTopic }, { name: 'bills', errorCode: unknownTopic });
    const asked = ['orders', 'bills'].flatMap((name) => [
      admin.describeTopic(name, options),
      admin.describeCluster(options),
    ]);
    const cluster = { clusterId: 'cluster', brokers: [{ id: 1, host: '127.0.0.1', port: broker.port }] };
    expect(await Promise.all(asked)).toEqual([undefined, cluster, undefined, cluster]);
    expect(broker.count(apiKey.Metadata)).toBe(1);
  });

  it('asks for a thousand topics in three requests, because settings take much room', async () => {
    const names = Array.from({ length: 1_000 }, (_, index) => `topic-${index}`);
    showTopics(...names.map((name) => ({ name, leaders: [1] })));
    const results = names.map((name) => all(i16(0), none, i8(2), text(name), list(), tags));
    broker.answer(apiKey.DescribeConfigs, all(i32(0), list(...results), tags));
    const topics = await Promise.all(names.map((name) => admin.describeTopic(name, options)));
    expect(topics.map((topic) => topic?.name)).toEqual(names);
    expect([broker.count(apiKey.Metadata), broker.count(apiKey.DescribeConfigs)]).toEqual([1, 2]);
  });

  it('asks for the cluster anew when an answer is under way already', async () => {
    const first = admin.describeCluster(options);
    while (broker.count(apiKey.Metadata) === 0) await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([first, admin.describeCluster(options)]);
    expect(broker.count(apiKey.Metadata)).toBe(2);
  });

  it('knows the cluster again after it could not be asked', async () => {
    broker.answer(apiKey.Metadata, 'hang up');
    const lost = [admin.describeCluster(options), admin.describeCluster(options)];
    expect((await Promise.allSettled(lost)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    showTopics();
    expect(await admin.describeCluster(options)).toMatchObject({ clusterId: 'cluster' });
  });

  it('lets a caller leave while others wait for the cluster', async () => {
    const leaving = new AbortController();
    const asked = [admin.describeCluster({ signal: leaving.signal }), admin.describeCluster(options)];
    leaving.abort();
    const [left, stayed] = await Promise.allSettled(asked);
    expect(left).toMatchObject({ reason: { code: 'ABORTED' } });
    expect(stayed).toMatchObject({ value: { clusterId: 'cluster' } });
  });

  it('creates many topics with one request', async () => {
    const names = Array.from({ length: 50 }, (_, index) => `topic-${index}`);
    broker.answer(apiKey.CreateTopics, createTopicsAnswer(names.map((name) => ({ name }))));
    await Promise.all(names.map(create));
    expect(broker.count(apiKey.CreateTopics)).toBe(1);
  });

  it('shows a topic that it created while the brokers still deny it', async () => {
    broker.answer(apiKey.CreateTopics, createTopicsAnswer([{ name: 'orders' }]));
    const created = await create('orders');
    showTopics({ name: 'orders', errorCode: unknownTopic });
    expect(await admin.describeTopic('orders', options)).toEqual(created);
  });

  it('takes a topic that one broker shows and the next does not, right after its creation, for no loss', async () => {
    broker.answer(apiKey.CreateTopics, createTopicsAnswer([{ name: 'orders' }]));
    await create('orders');
    showTopics({ name: 'orders', leaders: [1] });
    broker.answer(
      apiKey.DescribeConfigs,
      all(i32(0), list(all(i16(0), none, i8(2), text('orders'), list(), tags)), tags),
    );
    expect(await admin.describeTopic('orders', options)).toMatchObject({ name: 'orders' });
    showTopics({ name: 'orders', errorCode: unknownTopic });
    await expect(admin.describeTopic('orders', options)).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'NOT_SHOWN_BY_ALL',
    });
  });

  it('shows nothing of what was created in another Kafka cluster that answered here before', async () => {
    await admin.describeCluster(options);
    broker.answer(apiKey.CreateTopics, createTopicsAnswer([{ name: 'orders' }]));
    await create('orders');
    const gone = { name: 'orders', errorCode: unknownTopic };
    broker.answer(apiKey.Metadata, metadataAnswer([{ id: 1, port: broker.port }], [gone], 1, 'another'));
    expect(await admin.describeTopic('orders', options)).toBeUndefined();
  });

  describe('after a change of settings', () => {
    const key = 'retention.ms';
    const before = new Map([[key, { value: '5', overridden: true }]]);
    const entry = (value: string) =>
      all(text(key), text(value), bool(false), i8(1), bool(false), list(), i8(5), none, tags);

    /** What the broker shows at each question; the last one stays. */
    function show(...values: string[]): void {
      showTopics({ name: 'orders', leaders: [1] });
      broker.answer(apiKey.DescribeConfigs, () => {
        const value = (values.length > 1 ? values.shift() : values[0]) ?? '';
        return all(i32(0), list(all(i16(0), none, i8(2), text('orders'), list(entry(value)), tags)), tags);
      });
    }

    async function alter(): Promise<void> {
      broker.answer(
        apiKey.IncrementalAlterConfigs,
        all(i32(0), list(all(i16(0), none, i8(2), text('orders'), tags)), tags),
      );
      await admin.alterTopicConfig('orders', new Map([[key, '6']]), { ...options, before });
    }

    it('asks again for a moment while the broker shows what was there before', async () => {
      await alter();
      show('5', '5', '6');
      const topic = await admin.describeTopic('orders', options);
      expect(topic?.config.get(key)).toEqual({ value: '6', overridden: true });
      expect(topic).not.toHaveProperty('awaited');
      expect(broker.count(apiKey.DescribeConfigs)).toBe(3);
      await admin.describeTopic('orders', options);
      expect(broker.count(apiKey.DescribeConfigs)).toBe(4);
    });

    it('shows what the broker made of it at the first look', async () => {
      await alter();
      show('999');
      expect((await admin.describeTopic('orders', options))?.config.get(key)?.value).toBe('999');
      expect(broker.count(apiKey.DescribeConfigs)).toBe(1);
    });

    it('tells what it waits for when the broker does not catch up, and asks no more than once a look then', async () => {
      admin = adminOf({ catchUpMs: 100 });
      await alter();
      show('5');
      const late = { config: before, awaited: new Map([[key, '6']]) };
      expect(await admin.describeTopic('orders', options)).toMatchObject(late);
      const asked = broker.count(apiKey.DescribeConfigs);
      expect(asked).toBeLessThan(6);
      expect(await admin.describeTopic('orders', options)).toMatchObject(late);
      expect(broker.count(apiKey.DescribeConfigs)).toBe(asked + 1);
    });
  });

  it('halves a request that is refused as a whole and blames only the topic that is wrong', async () => {
    broker.answer(apiKey.CreateTopics, ({ body }) => {
      const names = ['a', 'b', 'bad', 'd'].filter((name) => body.includes(text(name)));
      const errorCode = names.includes('bad') ? policyViolation : 0;
      return createTopicsAnswer(names.map((name) => ({ name, errorCode, ...(errorCode && { message: 'too much' }) })));
    });
    const settled = await Promise.allSettled(['a', 'b', 'bad', 'd'].map(create));
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(settled[2]).toMatchObject({ reason: { kind: 'rejected', code: 'POLICY_VIOLATION' } });
  });

  it('passes on how long the broker asks it to wait', async () => {
    broker.answer(apiKey.CreateTopics, createTopicsAnswer([{ name: 'orders', errorCode: 89 }], 700));
    await expect(create('orders')).rejects.toMatchObject({ kind: 'throttled', retryAfterMs: 700 });
  });

  it('lets a creation that is over the quota hold up neither settings nor reads', async () => {
    broker.answer(apiKey.CreateTopics, createTopicsAnswer([{ name: 'orders', errorCode: 89 }], 59_000));
    broker.answer(apiKey.IncrementalAlterConfigs, alterConfigsAnswer('bills'));
    const refusals = [await create('orders').catch(messageOf), await create('orders').catch(messageOf)];
    expect(new Set(refusals).size).toBe(1);
    expect(refusals[0]).toContain('is used up for up to a minute');
    expect(broker.count(apiKey.CreateTopics)).toBe(1);
    await admin.alterTopicConfig('bills', new Map([['retention.ms', '1000']]), options);
    expect(await admin.describeCluster(options)).toMatchObject({ clusterId: 'cluster' });
  });

  it('asks no second time whether a growth would do that was put off by the quota', async () => {
    const codes = [0, 89, 0];
    broker.answer(apiKey.CreatePartitions, () => createPartitionsAnswer('orders', codes.shift()));
    const grow = (validateOnly: boolean) => admin.growTopic('orders', 6, { ...options, validateOnly });
    await grow(true);
    await expect(grow(false)).rejects.toMatchObject({ kind: 'throttled' });
    await grow(true);
    expect(broker.count(apiKey.CreatePartitions)).toBe(2);
    await grow(false);
    await grow(true);
    expect(broker.count(apiKey.CreatePartitions)).toBe(4);
  });

  it('sends no change without the lease', async () => {
    admin = adminOf({}, () => false);
    await expect(create('orders')).rejects.toMatchObject({ kind: 'unavailable', code: 'FENCED' });
    expect(broker.count(apiKey.CreateTopics)).toBe(0);
  });

  it('says so when an answer leaves out what was asked', async () => {
    broker.answer(apiKey.CreateTopics, createTopicsAnswer([]));
    await expect(create('orders')).rejects.toMatchObject({ kind: 'unavailable', code: 'MALFORMED_ANSWER' });
  });

  it('gives up on a silent broker after the configured time', async () => {
    admin = adminOf({ callTimeoutMs: 150 });
    broker.answer(apiKey.Metadata, 'silence');
    await expect(admin.describeTopic('orders', options)).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  describe('reading offsets', () => {
    it('leaves a partition unknown that failed, and keeps the others', async () => {
      showTopics({ name: 'orders', leaders: [1, 1, -1] });
      broker.answer(apiKey.ListOffsets, listOffsetsAnswer('orders', [{ offset: 7n }, { offset: -1n, errorCode: 6 }]));
      const offsets = await admin.readOffsets(['orders'], options);
      const value = new Map([
        [0, { partition: 0, logStart: 7n, end: 7n }],
        [1, undefined],
        [2, undefined],
      ]);
      expect(offsets.get('orders')).toEqual({ ok: true, value });
    });

    it('gives the reason when nothing of a topic can be read', async () => {
      showTopics({ name: 'orders', leaders: [1] });
      broker.answer(apiKey.ListOffsets, 'hang up');
      const offsets = await admin.readOffsets(['orders'], options);
      expect(offsets.get('orders')).toMatchObject({ ok: false, fault: { kind: 'unavailable' } });
    });

    it('says that a topic has no leaders, and asks nobody for it', async () => {
      showTopics({ name: 'orders', leaders: [-1] });
      const offsets = await admin.readOffsets(['orders'], options);
      expect(offsets.get('orders')).toMatchObject({ ok: false, fault: { code: 'LEADER_NOT_AVAILABLE' } });
      const found = admin.findRecord('orders', 0, 0n, options);
      await expect(found).rejects.toMatchObject({ kind: 'unavailable', code: 'LEADER_NOT_AVAILABLE' });
    });

    it('reads the first kept offsets again only after a while', async () => {
      showTopics({ name: 'orders', leaders: [1] });
      broker.answer(apiKey.ListOffsets, listOffsetsAnswer('orders', [{ offset: 7n }]));
      await admin.readOffsets(['orders'], options);
      await admin.readOffsets(['orders'], options);
      expect(broker.count(apiKey.ListOffsets)).toBe(3);
    });

    it('leaves a partition unknown that ends before the first offset that is remembered of it', async () => {
      showTopics({ name: 'orders', leaders: [1] });
      broker.answer(apiKey.ListOffsets, listOffsetsAnswer('orders', [{ offset: 7n }]));
      await admin.readOffsets(['orders'], options);
      broker.answer(apiKey.ListOffsets, listOffsetsAnswer('orders', [{ offset: 5n }]));
      const offsets = await admin.readOffsets(['orders'], options);
      expect(offsets.get('orders')).toEqual({ ok: true, value: new Map([[0, undefined]]) });
    });

    it.each([
      { timestamp: 1_767_225_600_000n, time: new Date('2026-01-01T00:00:00Z') },
      { timestamp: 8_640_000_000_000_000n, time: new Date(8.64e15) },
      { timestamp: 9_000_000_000_000_000n, time: undefined },
      { timestamp: -1n, time: undefined },
      { timestamp: -(2n ** 63n), time: undefined },
    ])('reads the time $timestamp of a record as $time', async ({ timestamp, time }) => {
      showTopics({ name: 'orders', leaders: [1] });
      const records = createRecordsBatch([{ topic: 'orders', value: Buffer.from('record'), timestamp }], {}).buffer;
      const partition = all(i32(0), i16(0), i64(9n), i64(9n), i64(0n), none, i32(-1), sized(records), tags);
      const topics = list(all(uuid(someUuid), list(partition), tags));
      broker.answer(apiKey.Fetch, all(i32(0), i16(0), i32(0), topics, tags));
      expect(await admin.findRecord('orders', 0, 0n, options)).toEqual({ kind: 'record', offset: 0n, time });
    });

    it('fails as a whole when the brokers do not answer at all', async () => {
      broker.answer(apiKey.Metadata, 'hang up');
      await expect(admin.readOffsets(['orders'], options)).rejects.toMatchObject({ kind: 'unavailable' });
    });
  });

  describe('asking for groups', () => {
    const member = (assignment: Buffer) =>
      all(text('m'), tags, text('c'), text('h'), sized(Buffer.alloc(0)), sized(assignment), tags);
    const assigned = (topic: string) => {
      const name = Buffer.from(topic);
      return all(i16(0), i32(1), i16(name.length), name, i32(1), i32(3));
    };
    const described = (group: string, ...members: Buffer[]) =>
      all(i16(0), text(group), text('Stable'), text('consumer'), text('range'), list(...members), i32(0), tags);

    beforeEach(() => {
      broker.answer(apiKey.FindCoordinator, () => {
        const address = all(i32(1), text('127.0.0.1'), i32(broker.port), i16(0), tags, tags);
        return all(i32(0), list(all(text('billing'), address), all(text('shipping'), address)), tags);
      });
      broker.answer(apiKey.ConsumerGroupDescribe, all(i32(0), list(), tags));
    });

    it.each([
      { it: 'a name of negative length', assignment: all(i16(0), i32(2 ** 31 - 1), i16(-2), i16(-2), i32(-1)) },
      { it: 'what is no name of a topic', assignment: assigned('no name') },
      { it: 'a name that is longer than any topic has', assignment: assigned('x'.repeat(250)) },
    ])('leaves a group unknown whose member left $it, and knows the others', async ({ assignment }) => {
      const groups = [described('billing', member(assignment)), described('shipping', member(assigned('orders')))];
      broker.answer(apiKey.DescribeGroups, all(i32(0), list(...groups), tags));
      const states = await admin.describeGroups(['billing', 'shipping'], options);
      expect(states.get('billing')).toMatchObject({ ok: false, fault: { code: 'MALFORMED_ANSWER' } });
      expect(states.get('shipping')).toMatchObject({
        ok: true,
        value: { state: 'Stable', members: [{ assignment: new Map([['orders', [3]]]) }] },
      });
    });

    it('leaves a group unknown that names more than any group reads, and knows the others', async () => {
      const names = (count: number) => all(uvarint(count + 1), Buffer.alloc(2 * count, text('a')));
      const newMember = (count: number) =>
        all(text('m'), none, none, i32(1), text('c'), text('h'), names(count), none, list(), tags, list(), tags, tags);
      const group = (id: string, count: number) => {
        const head = all(i16(0), none, text(id), text('Stable'), i32(1), i32(1), text('uniform'));
        return all(head, list(newMember(count)), i32(0), tags);
      };
      const groups = [group('billing', 500_001), group('shipping', 1)];
      broker.answer(apiKey.ConsumerGroupDescribe, all(i32(0), list(...groups), tags));
      const states = await admin.describeGroups(['billing', 'shipping'], options);
      expect(states.get('billing')).toMatchObject({ ok: false, fault: { code: 'MALFORMED_ANSWER' } });
      expect(states.get('shipping')).toMatchObject({ ok: true, value: { members: [{ subscription: ['a'] }] } });
    });

    it('asks in halves when the answer is too large, so that one group hides no other', async () => {
      const small = adminOf({ maxAnswerBytes: 100_000 });
      const huge = member(Buffer.alloc(1_000_000));
      broker.answer(apiKey.DescribeGroups, ({ body }) => {
        const asked = ['billing', 'shipping'].filter((group) => body.includes(group));
        const groups = asked.map((group) => described(group, group === 'billing' ? huge : member(assigned('orders'))));
        return all(i32(0), list(...groups), tags);
      });
      const states = await small.describeGroups(['billing', 'shipping'], options);
      expect(states.get('billing')).toMatchObject({ ok: false, fault: { code: 'ANSWER_TOO_LARGE' } });
      expect(states.get('shipping')).toMatchObject({ ok: true, value: { state: 'Stable' } });
    });
  });

  describe('asking who reads a topic', () => {
    const group = (state: string, type = 'classic', protocolType = 'consumer') =>
      all(text('billing'), text(protocolType), text(state), text(type), tags);
    const nobody = { reading: [], unsettled: [], unreadable: [] };
    const listed = (...groups: Buffer[]) => all(i32(0), i16(0), list(...groups), tags);

    beforeEach(() => {
      broker.answer(apiKey.DescribeCluster, clusterAnswer(1 << 8));
      broker.answer(apiKey.FindCoordinator, () => {
        const address = all(i32(1), text('127.0.0.1'), i32(broker.port));
        return all(i32(0), list(all(text('billing'), address, i16(0), tags, tags)), tags);
      });
    });

    it('fails for a client that may not describe the cluster: to it, Kafka hides groups', async () => {
      broker.answer(apiKey.ListGroups, listed());
      broker.answer(apiKey.DescribeCluster, clusterAnswer(1 << 3));
      await expect(admin.groupsReading('orders', options)).rejects.toMatchObject({
        kind: 'denied',
        message: 'cannot list consumer groups: needs ACL Describe on Cluster, or Kafka hides some',
      });
    });

    it.each([
      { what: 'a broker does not list its groups', answer: 'hang up' as const, code: 'CONNECTION_CLOSED' },
      {
        what: 'a coordinator still loads',
        answer: all(i32(0), i16(14), list(), tags),
        code: 'COORDINATOR_LOAD_IN_PROGRESS',
      },
    ])('fails when $what: that is not the same as nobody', async ({ answer, code }) => {
      broker.answer(apiKey.ListGroups, answer);
      await expect(admin.groupsReading('orders', options)).rejects.toMatchObject({ kind: 'unavailable', code });
    });

    it('counts a group of Kafka Streams by the offsets that it committed', async () => {
      broker.answer(apiKey.ListGroups, listed(group('Stable', 'streams', 'streams')));
      const committed = all(text('orders'), list(all(i32(0), i64(5n), i32(-1), none, i16(0), tags)), tags);
      const answer = all(text('billing'), list(committed), i16(0), tags);
      broker.answer(apiKey.OffsetFetch, all(i32(0), list(answer), tags));
      expect(await admin.groupsReading('orders', options)).toEqual({
        reading: ['billing'],
        unsettled: [],
        unreadable: [],
      });
      expect(await admin.groupsReading('payments', options)).toEqual(nobody);
    });

    it.each([
      { what: 'groups without members', of: group('Empty') },
      { what: 'workers of Kafka Connect', of: group('Stable', 'classic', 'connect') },
    ])('asks no further about $what', async ({ of }) => {
      broker.answer(apiKey.ListGroups, listed(of));
      expect(await admin.groupsReading('orders', options)).toEqual(nobody);
      expect(broker.count(apiKey.FindCoordinator)).toBe(0);
    });

    describe('of a group that does not say what it reads,', () => {
      const member = (subscription: Buffer) =>
        all(text('m'), tags, text('c'), text('h'), sized(subscription), sized(Buffer.alloc(0)), tags);
      const subscribed = (topic: string) => {
        const name = Buffer.from(topic);
        return all(i16(0), i32(1), i16(name.length), name);
      };
      const describes = (state: string, members: readonly Buffer[], errorCode = 0) => {
        const described = all(i16(errorCode), text('billing'), text(state), text('consumer'), text(''));
        broker.answer(apiKey.DescribeGroups, all(i32(0), list(all(described, list(...members), i32(0), tags)), tags));
        broker.answer(apiKey.ListGroups, listed(group(state)));
      };
      const hasCommitted = (...topics: string[]) => {
        const partitions = list(all(i32(0), i64(5n), i32(-1), none, i16(0), tags));
        const offsets = topics.map((topic) => all(text(topic), partitions, tags));
        broker.answer(
          apiKey.OffsetFetch,
          all(i32(0), list(all(text('billing'), list(...offsets), i16(0), tags)), tags),
        );
      };

      beforeEach(() => {
        broker.answer(apiKey.ConsumerGroupDescribe, all(i32(0), list(), tags));
      });

      const malformed = member(all(i16(0), i32(2 ** 31 - 1), i16(-2), i16(-2), i32(-1)));
      describe.each([
        {
          because: 'it rebalances',
          describe: () => describes('PreparingRebalance', [member(Buffer.alloc(0))]),
          among: { unsettled: ['billing'] },
        },
        {
          because: 'its members left there what cannot be read',
          describe: () => describes('Stable', [malformed]),
          among: { unreadable: ['billing'] },
        },
        {
          because: 'its broker fails on it',
          describe: () => describes('Stable', [], unknownServerError),
          among: { unreadable: ['billing'] },
        },
        {
          because: 'one of its topics is hidden from us',
          describe: () => describes('Stable', [], topicAuthorizationFailed),
          among: { unreadable: ['billing'] },
        },
      ])('because $because,', ({ describe: becomesVague, among }) => {
        const possible = { ...nobody, ...among };

        it('counts it as a possible reader of what it has committed, and of nothing else', async () => {
          hasCommitted('orders');
          becomesVague();
          expect(await admin.groupsReading('orders', options)).toEqual(possible);
          expect(await admin.groupsReading('payments', options)).toEqual(nobody);
        });

        it('counts it as a possible reader of everything when nothing is known of it', async () => {
          hasCommitted();
          becomesVague();
          expect(await admin.groupsReading('payments', options)).toEqual(possible);
        });

        it('counts it as a possible reader of what it read when it was seen settled', async () => {
          hasCommitted();
          describes('Stable', [member(subscribed('refunds'))]);
          expect(await admin.groupsReading('refunds', options)).toEqual({ ...nobody, reading: ['billing'] });
          becomesVague();
          expect(await admin.groupsReading('refunds', options)).toEqual(possible);
          expect(await admin.groupsReading('payments', options)).toEqual(nobody);
        });
      });

      it('counts it as a possible reader of everything when its offsets cannot be known either', async () => {
        describes('Stable', [malformed]);
        broker.answer(apiKey.OffsetFetch, all(i32(0), list(all(text('billing'), list(), i16(-1), tags)), tags));
        expect(await admin.groupsReading('payments', options)).toEqual({ ...nobody, unreadable: ['billing'] });
      });

      it.each([
        {
          it: 'its coordinator is not there',
          errorCode: 15,
          fault: { kind: 'unavailable', message: 'cannot describe all consumer groups: COORDINATOR_NOT_AVAILABLE' },
        },
        {
          it: 'we may not describe it',
          errorCode: 30,
          fault: {
            kind: 'denied',
            message: 'cannot describe all consumer groups: needs ACL Describe on Group, on every one',
          },
        },
      ])('fails when $it, and names no group of others', async ({ errorCode, fault }) => {
        describes('Stable', [], errorCode);
        await expect(admin.groupsReading('orders', options)).rejects.toMatchObject(fault);
      });
    });
  });
});
