import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fault, type Settled } from '../../../src/ports/fault.ts';
import type { KafkaAdmin, NewTopic, TopicState } from '../../../src/ports/kafka.ts';
import { eventually } from '../../helpers/eventually.ts';

/** A cluster, seen by the operator and by the services that use it. */
export interface KafkaParts {
  admin: KafkaAdmin;
  /** Appends one record per time to a partition, all in one batch. */
  produce(topic: string, partition: number, times: readonly Date[], compression?: 'gzip'): Promise<void>;
  /** Appends records in a transaction, all in one batch; resolves with a function that ends it. */
  transact(
    topic: string,
    partition: number,
    times: readonly Date[],
  ): Promise<(as: 'commit' | 'abort') => Promise<void>>;
  /** Lets the records before `start` expire. */
  expire(topic: string, partition: number, start: bigint): Promise<void>;
  /** Commits for a group without members that it will read these offsets next. */
  commit(groupId: string, topic: string, offsets: ReadonlyMap<number, bigint>): Promise<void>;
  /** Adds a member to the group; resolves once it has partitions, with a function that lets it leave. */
  join(groupId: string, topics: readonly string[], protocol: 'classic' | 'consumer'): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

const options = { signal: new AbortController().signal };
const patience = { within: 60_000, everyMs: 200 };
const newName = () => `contract.${randomUUID()}`;

/**
 * What every Kafka cluster behind the port does. `setup` gives one that may be shared: the suite uses topics and groups
 * of its own and deletes its topics.
 */
export function describeKafkaAdmin(name: string, setup: () => KafkaParts | Promise<KafkaParts>): void {
  describe(`the Kafka cluster ${name}`, () => {
    let parts: KafkaParts;
    let admin: KafkaAdmin;
    const created = new Set<string>();

    beforeAll(async () => {
      parts = await setup();
      admin = parts.admin;
    });
    afterAll(async () => {
      await Promise.all([...created].map((id) => admin.deleteTopic(id, options)));
      await parts.close();
    });

    async function create(topic: Partial<NewTopic> = {}): Promise<TopicState> {
      const state = await admin.createTopic({ name: newName(), partitions: 1, config: new Map(), ...topic }, options);
      created.add(state.id);
      return state;
    }

    /** A topic whose partitions have leaders, so that services can use it. */
    async function createUsable(partitions = 1): Promise<string> {
      const { name: topic } = await create({ partitions });
      await eventually(async () => expect(await offsetsOf(topic)).toHaveLength(partitions), patience);
      return topic;
    }

    async function offsetsOf(topic: string): Promise<{ logStart: bigint; end: bigint }[]> {
      const offsets = answered((await admin.readOffsets([topic], options)).get(topic));
      return [...offsets.values()].map((known) => {
        if (known === undefined) throw new Error('not every partition has a leader yet');
        return { logStart: known.logStart, end: known.end };
      });
    }

    async function groupOf(groupId: string) {
      return answered((await admin.describeGroups([groupId], options)).get(groupId));
    }

    it('names itself and its brokers', async () => {
      const { clusterId, brokers } = await admin.describeCluster(options);
      expect(clusterId).toMatch(/^[A-Za-z0-9_-]{22}$/);
      expect(brokers).toContainEqual(
        expect.objectContaining({ id: expect.any(Number), host: expect.any(String), port: expect.any(Number) }),
      );
    });

    it('stops waiting when the caller gives up', async () => {
      const call = admin.describeTopic(newName(), { signal: AbortSignal.abort() });
      await expect(call).rejects.toMatchObject({ kind: 'unavailable', code: 'ABORTED' });
    });

    describe('creating a topic', () => {
      it('sets partitions, replication and settings at once and shows them at once', async () => {
        const config = new Map([['retention.ms', '60000']]);
        const state = await create({ partitions: 3, replicationFactor: 1, config });
        expect(state).toMatchObject({ id: expect.stringMatching(/^[A-Za-z0-9_-]{22}$/), partitions: 3 });
        expect(state.replicationFactor).toBe(1);
        expect(state.config.get('retention.ms')).toEqual({ value: '60000', overridden: true });
        expect(state.config.get('max.message.bytes')).toEqual({ value: '1048588', overridden: false });
        expect(await admin.describeTopic(state.name, options)).toEqual(state);
      });

      it('leaves to the broker what is not said', async () => {
        const state = await admin.createTopic({ name: newName(), config: new Map() }, options);
        created.add(state.id);
        expect(state.partitions).toBeGreaterThan(0);
        expect(state.replicationFactor).toBeGreaterThan(0);
      });

      it('says conflict when the name is taken and leaves that topic alone', async () => {
        const first = await create({ partitions: 2 });
        await expect(create({ name: first.name, partitions: 5 })).rejects.toMatchObject({
          kind: 'conflict',
          code: 'TOPIC_ALREADY_EXISTS',
        });
        expect(await admin.describeTopic(first.name, options)).toMatchObject({ id: first.id, partitions: 2 });
      });

      it.each([
        { what: 'a name with a space', topic: { name: 'not a name' }, code: 'INVALID_TOPIC_EXCEPTION' },
        { what: 'no partitions', topic: { partitions: 0 }, code: 'INVALID_PARTITIONS' },
        { what: 'more replicas than brokers', topic: { replicationFactor: 99 }, code: 'INVALID_REPLICATION_FACTOR' },
        { what: 'an unknown setting', topic: { config: new Map([['retention', '1']]) }, code: 'INVALID_CONFIG' },
        { what: 'a bad value', topic: { config: new Map([['retention.ms', 'soon']]) }, code: 'INVALID_CONFIG' },
      ])('rejects $what and creates nothing', async ({ topic, code }) => {
        const wanted = { name: newName(), ...topic };
        await expect(create(wanted)).rejects.toMatchObject({ kind: 'rejected', code });
        await expect(create(wanted)).rejects.toBeInstanceOf(Fault);
        expect(await admin.describeTopic(wanted.name, options)).toBeUndefined();
      });

      it('rejects a name that differs from that of a topic only in dots and underscores', async () => {
        const { name } = await create({ name: `${newName()}.a` });
        const wanted = { name: name.replaceAll('.', '_') };
        await expect(create(wanted)).rejects.toMatchObject({ kind: 'rejected', code: 'INVALID_TOPIC_EXCEPTION' });
        expect(await admin.describeTopic(wanted.name, options)).toBeUndefined();
      });

      it('judges each of many topics created at once for itself', async () => {
        const good = Array.from({ length: 40 }, () => ({ name: newName(), partitions: 2 }));
        const bad = { name: newName(), config: new Map([['retention.ms', 'soon']]) };
        const [refused, ...states] = await Promise.allSettled([bad, ...good].map((topic) => create(topic)));
        expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'INVALID_CONFIG' } });
        expect(states.map(({ status }) => status)).toEqual(good.map(() => 'fulfilled'));
        const seen = await Promise.all(good.map((topic) => admin.describeTopic(topic.name, options)));
        expect(seen).toEqual(good.map((topic) => expect.objectContaining(topic)));
      });
    });

    describe('describing a topic', () => {
      it('has no state for a topic that is not there', async () => {
        expect(await admin.describeTopic(newName(), options)).toBeUndefined();
      });

      it('finds the name of a topic id, and none for an id that is not there', async () => {
        const { name: topic, id } = await create();
        await eventually(async () => expect(await admin.nameOfTopicId(id, options)).toBe(topic), patience);
        expect(await admin.nameOfTopicId('AAAAAAAAAAAAAAAAAAAAAQ', options)).toBeUndefined();
        expect(await admin.nameOfTopicId('no id', options)).toBeUndefined();
      });
    });

    describe('listing topics', () => {
      it('names every topic, and says which are the brokers’ own', async () => {
        const [one, other] = [await createUsable(), await createUsable()];
        await parts.commit(newName(), one, new Map([[0, 0n]]));
        await eventually(async () => {
          const listed = new Map((await admin.listTopics(options)).map(({ name, internal }) => [name, internal]));
          expect([listed.get(one), listed.get(other)]).toEqual([false, false]);
          expect(listed.get('__consumer_offsets')).toBe(true);
        }, patience);
      });

      it('stops waiting when the caller gives up', async () => {
        const call = admin.listTopics({ signal: AbortSignal.abort() });
        await expect(call).rejects.toMatchObject({ kind: 'unavailable', code: 'ABORTED' });
      });
    });

    describe('growing a topic', () => {
      it('adds partitions and shows them at once', async () => {
        const { name: topic } = await create({ partitions: 1 });
        await admin.growTopic(topic, 4, options);
        expect(await admin.describeTopic(topic, options)).toMatchObject({ partitions: 4 });
      });

      it('is content when the topic has that many already', async () => {
        const { name: topic } = await create({ partitions: 3 });
        await admin.growTopic(topic, 3, options);
        expect(await admin.describeTopic(topic, options)).toMatchObject({ partitions: 3 });
      });

      it('refuses to shrink', async () => {
        const { name: topic } = await create({ partitions: 3 });
        const shrink = admin.growTopic(topic, 2, options);
        await expect(shrink).rejects.toMatchObject({ kind: 'rejected', code: 'INVALID_PARTITIONS' });
        expect(await admin.describeTopic(topic, options)).toMatchObject({ partitions: 3 });
      });

      it('says conflict when the topic is not there', async () => {
        const growth = admin.growTopic(newName(), 2, options);
        await expect(growth).rejects.toMatchObject({ kind: 'conflict', code: 'UNKNOWN_TOPIC_OR_PARTITION' });
      });
    });

    describe('altering settings', () => {
      it('sets and resets the named ones and keeps the others', async () => {
        const config = new Map([
          ['retention.ms', '60000'],
          ['max.message.bytes', '2000'],
        ]);
        const { name: topic } = await create({ config });
        const changes = new Map([
          ['retention.ms', undefined],
          ['segment.ms', '90000'],
        ]);
        await admin.alterTopicConfig(topic, changes, options);
        await eventually(async () => {
          const state = await admin.describeTopic(topic, options);
          expect(state?.config.get('retention.ms')?.overridden).toBe(false);
          expect(state?.config.get('segment.ms')).toEqual({ value: '90000', overridden: true });
          expect(state?.config.get('max.message.bytes')).toEqual({ value: '2000', overridden: true });
        }, patience);
      });

      it('shows what the brokers have, and what of a change they do not show yet', async () => {
        const created = await create({ config: new Map([['retention.ms', '60000']]) });
        await eventually(
          async () => expect(await admin.nameOfTopicId(created.id, options)).toBe(created.name),
          patience,
        );
        const { config: before } = (await admin.describeTopic(created.name, options)) ?? created;
        await admin.alterTopicConfig(created.name, new Map([['retention.ms', '070000']]), { ...options, before });
        await eventually(async () => {
          const state = await admin.describeTopic(created.name, options);
          const value = state?.config.get('retention.ms')?.value;
          // Never the text that was sent, which is not how the brokers write it.
          expect(value).toBe(state?.awaited?.has('retention.ms') ? '60000' : '70000');
          expect(state).not.toHaveProperty('awaited');
        }, patience);
      });

      it('answers values as it parsed them, however they were spelled', async () => {
        const spelled = {
          'retention.ms': '0060000',
          'unclean.leader.election.enable': 'TRUE',
          'cleanup.policy': 'compact, delete',
          'min.cleanable.dirty.ratio': '.50',
        };
        const parsed = { ...spelled, 'retention.ms': '60000', 'unclean.leader.election.enable': 'true' };
        const wanted = { ...parsed, 'cleanup.policy': 'compact,delete', 'min.cleanable.dirty.ratio': '0.5' };
        const { name: topic } = await create();
        await admin.alterTopicConfig(topic, new Map(Object.entries(spelled)), options);
        await eventually(async () => {
          const state = await admin.describeTopic(topic, options);
          const values = Object.keys(wanted).map((key) => [key, state?.config.get(key)?.value]);
          expect(Object.fromEntries(values)).toEqual(wanted);
        }, patience);
      });

      it('changes nothing when one value is bad', async () => {
        const { name: topic } = await create();
        const changes = new Map([
          ['segment.ms', '90000'],
          ['retention.ms', 'soon'],
        ]);
        const call = admin.alterTopicConfig(topic, changes, options);
        await expect(call).rejects.toMatchObject({ kind: 'rejected', code: 'INVALID_CONFIG' });
        const state = await admin.describeTopic(topic, options);
        expect(state?.config.get('segment.ms')?.overridden).toBe(false);
      });

      it('says conflict when the topic is not there', async () => {
        const call = admin.alterTopicConfig(newName(), new Map([['retention.ms', '1']]), options);
        await expect(call).rejects.toMatchObject({ kind: 'conflict', code: 'UNKNOWN_TOPIC_OR_PARTITION' });
      });
    });

    describe('asking for a judgement only', () => {
      const judged = { ...options, validateOnly: true };

      it('creates nothing, and refuses what a creation would be refused for', async () => {
        const wanted = { name: newName(), partitions: 2, config: new Map([['retention.ms', '60000']]) };
        expect(await admin.createTopic(wanted, judged)).toMatchObject({ partitions: 2 });
        expect(await admin.describeTopic(wanted.name, options)).toBeUndefined();
        const refused = admin.createTopic({ ...wanted, config: new Map([['retention.ms', 'soon']]) }, judged);
        await expect(refused).rejects.toMatchObject({ kind: 'rejected', code: 'INVALID_CONFIG' });
      });

      it('grows nothing, and refuses to shrink', async () => {
        const { name: topic } = await create({ partitions: 2 });
        await admin.growTopic(topic, 5, judged);
        await expect(admin.growTopic(topic, 1, judged)).rejects.toMatchObject({ code: 'INVALID_PARTITIONS' });
        expect(await admin.describeTopic(topic, options)).toMatchObject({ partitions: 2 });
      });

      it('alters nothing, and refuses a bad value', async () => {
        const { name: topic } = await create();
        await admin.alterTopicConfig(topic, new Map([['segment.ms', '90000']]), judged);
        const refused = admin.alterTopicConfig(topic, new Map([['segment.ms', 'soon']]), judged);
        await expect(refused).rejects.toMatchObject({ kind: 'rejected', code: 'INVALID_CONFIG' });
        const state = await admin.describeTopic(topic, options);
        expect(state?.config.get('segment.ms')?.overridden).toBe(false);
      });
    });

    describe('deleting a topic', () => {
      it('shows it no more, and is content when it is gone already', async () => {
        const { name: topic, id } = await create();
        await admin.deleteTopic(id, options);
        expect(await admin.describeTopic(topic, options)).toBeUndefined();
        await admin.deleteTopic(id, options);
        await eventually(async () => expect(await admin.nameOfTopicId(id, options)).toBeUndefined(), patience);
      });

      it('spares a topic that was created again under the same name', async () => {
        const first = await create();
        await admin.deleteTopic(first.id, options);
        const second = await create({ name: first.name, partitions: 2 });
        await admin.deleteTopic(first.id, options);
        expect(second.id).not.toBe(first.id);
        expect(await admin.describeTopic(first.name, options)).toMatchObject({ id: second.id, partitions: 2 });
      });
    });

    describe('reading offsets', () => {
      it('gives the end and the first kept offset of each partition', async () => {
        const topic = await createUsable(3);
        await parts.produce(topic, 1, [new Date(), new Date(), new Date()]);
        const offsets = answered((await admin.readOffsets([topic], options)).get(topic));
        expect([...offsets.keys()].toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
        expect(offsets.get(0)).toEqual({ partition: 0, logStart: 0n, end: 0n });
        expect(offsets.get(1)).toEqual({ partition: 1, logStart: 0n, end: 3n });
      });

      it('gives the first kept offset after old records expired', async () => {
        const topic = (await create({ partitions: 1 })).name;
        await eventually(() => parts.produce(topic, 0, [new Date(), new Date()]), patience);
        await parts.expire(topic, 0, 1n);
        expect(await offsetsOf(topic)).toEqual([{ logStart: 1n, end: 2n }]);
      });

      it('says per topic that it is not there', async () => {
        const [topic, absent] = [await createUsable(), newName()];
        const answers = await admin.readOffsets([absent, topic], options);
        expect(answers.get(absent)).toMatchObject({ ok: false, fault: { code: 'UNKNOWN_TOPIC_OR_PARTITION' } });
        expect(answers.get(topic)).toMatchObject({ ok: true });
      });
    });

    describe('reading committed offsets', () => {
      it('gives what each group committed and nothing else', async () => {
        const topic = await createUsable(3);
        const [one, other] = [newName(), newName()];
        const committed = new Map([0, 2].map((partition) => [partition, BigInt(partition * 3)]));
        await parts.commit(one, topic, committed);
        const answers = await admin.readCommitted([one, other], options);
        expect(answered(answers.get(one)).get(topic)).toEqual(committed);
        expect(answered(answers.get(other)).size).toBe(0);
      });
    });

    describe('describing groups', () => {
      it('calls a group that nobody knows dead and a group without members empty', async () => {
        const topic = await createUsable();
        const empty = newName();
        await parts.commit(empty, topic, new Map([[0, 0n]]));
        expect(await groupOf(newName())).toMatchObject({ state: 'Dead', members: [] });
        expect(await groupOf(empty)).toMatchObject({ state: 'Empty', members: [] });
      });

      it.each(['classic', 'consumer'] as const)(
        'sees the members of a %s group and what they read',
        async (protocol) => {
          const topic = await createUsable(2);
          const groupId = newName();
          const leave = await parts.join(groupId, [topic], protocol);
          // A member may have its partitions before the group calls itself stable.
          await eventually(async () => {
            const group = await groupOf(groupId);
            expect(group).toMatchObject({ groupId, protocol, state: 'Stable', assignor: expect.stringMatching(/./) });
            expect(group.members).toHaveLength(1);
            expect(group.members[0]?.subscription).toEqual([topic]);
            expect(group.members[0]?.assignment.get(topic)?.toSorted((a, b) => a - b)).toEqual([0, 1]);
          }, patience);
          expect(await admin.groupsReading(topic, options)).toMatchObject({ reading: [groupId] });
          await leave();
          await eventually(async () => expect(await groupOf(groupId)).toMatchObject({ members: [] }), patience);
          expect(await admin.groupsReading(topic, options)).toMatchObject({ reading: [] });
        },
      );

      it('shares the partitions of a topic between two members', async () => {
        const topic = await createUsable(4);
        const groupId = newName();
        const leaves = [await parts.join(groupId, [topic], 'classic'), await parts.join(groupId, [topic], 'classic')];
        await eventually(async () => {
          const { members } = await groupOf(groupId);
          expect(members.map(({ assignment }) => assignment.get(topic)?.length)).toEqual([2, 2]);
        }, patience);
        for (const leave of leaves) await leave();
      });
    });

    describe('finding a record', () => {
      const times = [0, 1_000, 5_000].map((ms) => new Date(Date.UTC(2026, 0, 1) + ms));

      it('gives the one at the offset with its time, and none past the end', async () => {
        const topic = await createUsable();
        await parts.produce(topic, 0, times);
        const found = await Promise.all([0n, 1n, 2n, 3n, 9n].map((at) => admin.findRecord(topic, 0, at, options)));
        expect(found).toEqual([
          ...times.map((time, at) => ({ kind: 'record', offset: BigInt(at), time })),
          { kind: 'none', until: 3n },
          { kind: 'none', until: 9n },
        ]);
      });

      it('knows of no partition that is not there', async () => {
        const topic = await createUsable();
        expect(await admin.findRecord(topic, 1, 0n, options)).toBeUndefined();
        expect(await admin.findRecord(newName(), 0, 0n, options)).toBeUndefined();
      });

      it('gives the next one that is kept', async () => {
        const topic = await createUsable();
        await parts.produce(topic, 0, times);
        await parts.expire(topic, 0, 2n);
        expect(await admin.findRecord(topic, 0, 0n, options)).toEqual({ kind: 'record', offset: 2n, time: times[2] });
      });

      it('reads compressed batches', async () => {
        const topic = await createUsable();
        const sameTime = Array.from({ length: 5 }, () => new Date(Date.UTC(2026, 1, 1)));
        await parts.produce(topic, 0, sameTime, 'gzip');
        expect(await admin.findRecord(topic, 0, 3n, options)).toEqual({
          kind: 'record',
          offset: 3n,
          time: sameTime[3],
        });
      });

      it('gives none of a transaction that was aborted, and none for the marker of one that was committed', async () => {
        const topic = await createUsable();
        await parts.produce(topic, 0, times.slice(0, 1));
        // Offset 0, three aborted records and their marker, three committed ones and theirs.
        for (const [as, logEnd] of [
          ['abort', 5n],
          ['commit', 9n],
        ] as const) {
          const end = await parts.transact(topic, 0, times);
          await end(as);
          // Brokers write the marker after they have answered.
          await eventually(async () => expect(await offsetsOf(topic)).toMatchObject([{ end: logEnd }]), patience);
        }
        expect(await admin.findRecord(topic, 0, 1n, options)).toEqual({ kind: 'record', offset: 5n, time: times[0] });
        expect(await admin.findRecord(topic, 0, 8n, options)).toEqual({ kind: 'none', until: 9n });
        const end = await parts.transact(topic, 0, times);
        await end('abort');
        await eventually(
          async () => expect(await admin.findRecord(topic, 0, 8n, options)).toEqual({ kind: 'none', until: 13n }),
          patience,
        );
      });

      it('says where a transaction is open, and since when', async () => {
        const topic = await createUsable();
        const end = await parts.transact(topic, 0, times);
        await parts.produce(topic, 0, times);
        const open = { kind: 'open', offset: 0n, time: times[0] };
        expect(await admin.findRecord(topic, 0, 0n, options)).toEqual(open);
        expect(await admin.findRecord(topic, 0, 2n, options)).toEqual({ ...open, offset: 2n, time: times[2] });
        await end('abort');
        await eventually(
          async () =>
            expect(await admin.findRecord(topic, 0, 0n, options)).toEqual({ ...open, kind: 'record', offset: 3n }),
          patience,
        );
      });
    });
  });
}

function answered<T>(result: Settled<T> | undefined): T {
  if (result === undefined) throw new Error('there is no answer');
  if (!result.ok) throw result.fault;
  return result.value;
}
