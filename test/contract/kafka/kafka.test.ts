import { randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { systemClock } from '../../../src/adapters/system-clock.ts';
import { createLagPoller, type LagPoller } from '../../../src/lag/poller.ts';
import type { GroupSnapshot, LagSubscription } from '../../../src/lag/snapshot.ts';
import { RecordedLog } from '../../fakes/recorders.ts';
import { eventually } from '../../helpers/eventually.ts';
import { KafkaChecker } from '../../helpers/kafka.ts';
import { fourteenBytes, joinWith } from '../../helpers/strange-member.ts';
import { describeKafkaAdmin, type KafkaParts } from './kafka-admin.contract.ts';
import { realKafka } from './real-kafka.ts';

const { bootstrapServers } = inject('world').kafka;
const options = { signal: new AbortController().signal };

describeKafkaAdmin('of the local environment', () => realKafka(bootstrapServers.split(',')));

describe('a group whose member left 14 bytes that lead nowhere', () => {
  const group = `strange.${randomUUID()}`;
  const topics = { committed: `strange.${randomUUID()}`, other: `strange.${randomUUID()}` };
  const ids: string[] = [];
  let parts: KafkaParts;
  let leave: () => Promise<void>;

  beforeAll(async () => {
    parts = await realKafka(bootstrapServers.split(','));
    for (const name of Object.values(topics)) {
      ids.push((await parts.admin.createTopic({ name, partitions: 1, config: new Map() }, options)).id);
    }
    // Before it joins: what is known of it keeps it from being a possible reader of every topic of this cluster.
    await parts.commit(group, topics.committed, new Map([[0, 0n]]));
    leave = await joinWith(bootstrapServers, group, fourteenBytes);
  });
  afterAll(async () => {
    await leave?.();
    await Promise.all(ids.map((id) => parts.admin.deleteTopic(id, options)));
    await parts.close();
  });

  it('is unknown, and the others that were asked for with it are not', async () => {
    const states = await parts.admin.describeGroups([group, 'nobody'], options);
    expect(states.get(group)).toMatchObject({ ok: false, fault: { kind: 'unavailable', code: 'MALFORMED_ANSWER' } });
    expect(states.get('nobody')).toMatchObject({ ok: true, value: { state: 'Dead' } });
    expect((await parts.admin.readCommitted([group], options)).get(group)).toMatchObject({ ok: true });
  });

  it('may read what it has committed, and holds no other topic', async () => {
    const [committed, other] = await Promise.all(
      [topics.committed, topics.other].map((topic) => parts.admin.groupsReading(topic, options)),
    );
    expect(committed?.unreadable).toEqual([group]);
    expect(other?.unreadable).not.toContain(group);
  });
});

describe('the lag of a group without members', () => {
  const [topic, groupId] = [`lag.${randomUUID()}`, `lag.${randomUUID()}`];
  const subscription: LagSubscription = { groupId, topics: [topic], offsetReset: 'Latest' };
  const checker = new KafkaChecker(bootstrapServers);
  const stop = new AbortController();
  const patience = { within: 60_000, everyMs: 200 };
  let parts: KafkaParts;
  let poller: LagPoller;

  beforeAll(async () => {
    parts = await realKafka(bootstrapServers.split(','));
    const kafka = () => parts.admin;
    const [log, onSnapshot] = [new RecordedLog(), () => {}];
    poller = createLagPoller({ kafka, clock: systemClock, log, tickMs: 500, onSnapshot });
    await parts.admin.createTopic({ name: topic, partitions: 1, config: new Map() }, options);
    await eventually(() => parts.produce(topic, 0, [new Date()]), patience);
    await eventually(() => parts.commit(groupId, topic, new Map([[0, 1n]])), patience);
    poller.subscribe('shop/lag', subscription);
    void poller.run(stop.signal);
    await whenLag({ known: true, lagRecords: 0, phantomRecords: 0 });
  });
  afterAll(async () => {
    stop.abort();
    const live = await parts.admin.describeTopic(topic, options);
    if (live !== undefined) await parts.admin.deleteTopic(live.id, options);
    await checker.close();
    await parts.close();
  });

  function whenLag(snapshot: Partial<GroupSnapshot>): Promise<void> {
    return eventually(() => expect(poller.snapshot('shop/lag')).toMatchObject(snapshot), patience);
  }

  it('is none of records that were aborted, and is one of a record behind them', async () => {
    const end = await parts.transact(
      topic,
      0,
      Array.from({ length: 4 }, () => new Date()),
    );
    await whenLag({ lagRecords: 4 });
    await end('abort');
    await whenLag({ lagRecords: 0, lagSeconds: 0, phantomRecords: 5 });
    await parts.produce(topic, 0, [new Date()]);
    await whenLag({ lagRecords: 1, phantomRecords: 5 });
  });

  it('is all that a partition holds that was added, though its clients start at the end', async () => {
    // Nobody looks until there are records, as between two ticks.
    poller.unsubscribe('shop/lag');
    await parts.admin.growTopic(topic, 2, options);
    await eventually(async () => {
      const offsets = (await parts.admin.readOffsets([topic], options)).get(topic);
      expect(offsets?.ok && offsets.value.get(1)).toMatchObject({ end: 0n });
    }, patience);
    // A producer of its own: the other one knows one partition, and drops without a word what is meant for another.
    const end = await parts.transact(topic, 1, [new Date(), new Date()]);
    await end('commit');
    poller.subscribe('shop/lag', subscription);
    await whenLag({ known: true, lagRecords: 4 });
  });

  it('stays when the committed offsets are gone, and says so', async () => {
    const admin = await checker.admin();
    await admin.deleteGroups([groupId]);
    const remark = `committed offsets of topic "${topic}" are gone: a client that starts skips what waits (offsetReset Latest)`;
    await whenLag({ state: 'Dead', lagRecords: 4, remarks: [remark] });
  });
});

describe('a record whose producer wrote', () => {
  const topic = `strange.${randomUUID()}`;
  const times = ['9000000000000000', '-1', '8640000000000000'];
  const services = new Kafka({
    clientId: 'services',
    brokers: bootstrapServers.split(','),
    logLevel: logLevel.NOTHING,
  });
  const producer = services.producer();
  let parts: KafkaParts;

  beforeAll(async () => {
    parts = await realKafka(bootstrapServers.split(','));
    // By default brokers of Kafka 4 take a time of the next hour at most; topics may take any.
    const config = new Map([['message.timestamp.after.max.ms', '9223372036854775807']]);
    await parts.admin.createTopic({ name: topic, partitions: 1, config }, options);
    await producer.connect();
    for (const timestamp of times) await producer.send({ topic, messages: [{ value: 'record', timestamp }] });
  });
  afterAll(async () => {
    const live = await parts.admin.describeTopic(topic, options);
    if (live !== undefined) await parts.admin.deleteTopic(live.id, options);
    await producer.disconnect();
    await parts.close();
  });

  it.each([
    { it: 'a time that no clock shows has none', offset: 0n, time: undefined },
    { it: 'no time has none', offset: 1n, time: undefined },
    { it: 'the last time that there is has that', offset: 2n, time: new Date(8.64e15) },
  ])('$it', async ({ offset, time }) => {
    expect(await parts.admin.findRecord(topic, 0, offset, options)).toEqual({ kind: 'record', offset, time });
  });
});
