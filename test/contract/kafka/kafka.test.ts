import { randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
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
