import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KafkaAdmin } from '../../../src/ports/kafka.ts';
import type { PartitionReplicas } from '../../../src/ports/kafka-replicas.ts';
import { eventually } from '../../helpers/eventually.ts';

export interface ReplicaParts {
  admin: KafkaAdmin;
  /** Lets the data of what moves arrive, where it does not do so by itself. */
  catchUp?(): void;
  close(): Promise<void>;
}

const options = { signal: new AbortController().signal };
const patience = { within: 60_000, everyMs: 200 };
const keys = ['leader.replication.throttled.rate', 'follower.replication.throttled.rate'];

/** What every Kafka cluster behind the port does with replicas; between three brokers they are moved as well. */
export function describeReplicaAdmin(
  name: string,
  size: 1 | 3,
  setup: () => ReplicaParts | Promise<ReplicaParts>,
): void {
  describe(`the replicas of the Kafka cluster ${name}`, () => {
    let parts: ReplicaParts;
    let admin: KafkaAdmin;
    let brokers: number[];
    const created = new Set<string>();

    beforeAll(async () => {
      parts = await setup();
      admin = parts.admin;
      brokers = (await admin.describeCluster(options)).brokers.map(({ id }) => id);
    });
    afterAll(async () => {
      await Promise.all([...created].map((id) => admin.deleteTopic(id, options)));
      await parts.close();
    });

    /** A topic whose partitions all have leaders. */
    async function create(partitions: number, replicationFactor = 1): Promise<string> {
      const topic = { name: `contract.${randomUUID()}`, partitions, replicationFactor, config: new Map() };
      created.add((await admin.createTopic(topic, options)).id);
      await whenReplicas(topic.name, (all) => {
        expect(all).toHaveLength(partitions);
        for (const { leader } of all) expect(leader).toBeDefined();
      });
      return topic.name;
    }

    function whenReplicas(topic: string, check: (all: readonly PartitionReplicas[]) => void) {
      return eventually(async () => {
        parts.catchUp?.();
        const all = await admin.describeReplicas(topic, options);
        if (all === undefined) throw new Error(`topic ${topic} is not there`);
        check(all);
        return all;
      }, patience);
    }

    it('are told in order, all of them in sync, and none moving', async () => {
      const replicas = await admin.describeReplicas(await create(3), options);
      expect(replicas?.map(({ partition }) => partition)).toEqual([0, 1, 2]);
      for (const { leader, replicas: all, inSync, adding, removing } of replicas ?? []) {
        expect(brokers).toEqual(expect.arrayContaining([...all]));
        expect(all).toEqual([leader]);
        expect(inSync).toEqual(all);
        expect([...adding, ...removing]).toEqual([]);
      }
    });

    it('of a topic that is not there are undefined', async () => {
      expect(await admin.describeReplicas(`contract.${randomUUID()}`, options)).toBeUndefined();
    });

    it('stay where they are when that is what is asked for', async () => {
      const topic = await create(1);
      const [before] = (await admin.describeReplicas(topic, options)) ?? [];
      await admin.reassignReplicas(topic, new Map([[0, before?.replicas ?? []]]), options);
      expect(await admin.describeReplicas(topic, options)).toEqual([before]);
    });

    it('do not go to a broker that is not there', async () => {
      const topic = await create(1);
      const fault = await admin
        .reassignReplicas(topic, new Map([[0, [999]]]), options)
        .catch((error: unknown) => error);
      expect(fault).toMatchObject({ system: 'kafka', kind: 'conflict', code: 'INVALID_REPLICA_ASSIGNMENT' });
    });

    it('of no topic cannot be moved', async () => {
      const targets = new Map([[0, brokers.slice(0, 1)]]);
      const fault = await admin
        .reassignReplicas(`contract.${randomUUID()}`, targets, options)
        .catch((error: unknown) => error);
      expect(fault).toMatchObject({ system: 'kafka', kind: 'conflict', code: 'UNKNOWN_TOPIC_OR_PARTITION' });
    });

    const itMoves = size === 3 ? it : () => undefined;
    itMoves('grow to three brokers and shrink to two', async () => {
      const topic = await create(2);
      const [first] = (await admin.describeReplicas(topic, options)) ?? [];
      const start = first?.replicas[0] ?? 0;
      const grown = [start, ...brokers.filter((id) => id !== start)];
      await admin.reassignReplicas(topic, new Map([[0, grown]]), options);
      const [moved, other] = await whenReplicas(topic, ([one]) => {
        expect(one).toMatchObject({ adding: [], removing: [], replicas: grown });
        expect(one?.inSync.toSorted()).toEqual(grown.toSorted());
      });
      expect(moved?.leader).toBe(start);
      expect(other?.replicas).toHaveLength(1);
      await eventually(async () => {
        expect(await admin.describeTopic(topic, options)).toMatchObject({ replicationFactor: 1, mostReplicas: 3 });
      }, patience);

      const shrunk = grown.slice(0, 2);
      await admin.reassignReplicas(topic, new Map([[0, shrunk]]), options);
      await whenReplicas(topic, ([one]) =>
        expect(one).toMatchObject({ adding: [], removing: [], replicas: shrunk, leader: start }),
      );
      expect((await admin.countMoving(options)).get(topic)).toBeUndefined();
    });

    it('are slowed down by settings that one broker gets at run time, and loses again', async () => {
      for (const broker of brokers) {
        const shows = (value: string | undefined, overridden: boolean) =>
          eventually(async () => {
            const config = await admin.readBrokerConfig(broker, keys, options);
            const entries = keys.map((key) => config.get(key));
            for (const entry of entries) expect(entry?.overridden ?? false).toBe(overridden);
            if (value !== undefined) for (const entry of entries) expect(entry?.value).toBe(value);
          }, patience);
        await shows(undefined, false);
        await admin.alterBrokerConfig(broker, new Map(keys.map((key) => [key, '7000000'])), options);
        await shows('7000000', true);
        // What is not set is taken back without a complaint.
        for (let times = 0; times < 2; times += 1) {
          await admin.alterBrokerConfig(broker, new Map(keys.map((key) => [key, undefined])), options);
          await shows(undefined, false);
        }
      }
    });
  });
}
