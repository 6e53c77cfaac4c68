import { describe, expect, it } from 'vitest';
import type { EventTopicSpec } from '../../../../../src/crds/event-topic.ts';
import { Fault } from '../../../../../src/ports/fault.ts';
import { clusterOf, consumerResource, topicResource } from '../../samples.ts';
import { topicWorld } from '../world.ts';

const key = 'shop/orders';
type World = ReturnType<typeof topicWorld>;

const grants = (policies: string[]) => clusterOf().spec.access.map((rule) => ({ ...rule, deletionPolicies: policies }));

/** A topic whose resource is being deleted; `change` happens once the removal was planned, before the live checks. */
async function deleting(change: (all: World) => void, spec: Partial<EventTopicSpec> = {}): Promise<World> {
  const all = topicWorld([topicResource({ deletionPolicy: 'Delete', ...spec })]);
  all.clusters.edit('default', { spec: { access: grants(['Retain', 'DeleteIfEmpty', 'Delete']) } });
  await all.settle();
  all.topics.delete(key);
  const { topics } = all;
  const read = topics.read.bind(topics);
  topics.read = (...call) => {
    topics.read = read;
    change(all);
    return read(...call);
  };
  return all;
}

describe('right before a topic is deleted', () => {
  const consumed = { clusterRef: { name: 'default' } };
  const younger = { name: 'heir', uid: 'heir-uid', creationTimestamp: '2026-01-01T00:00:09Z' };
  const allow = (id: string | null) => ({ metadata: { annotations: { 'sluice.dev/allow-delete': id } } });
  const rows: { it: string; change: (all: World) => void; spec?: Partial<EventTopicSpec>; says: string }[] = [
    {
      it: 'the policy turns to Retain',
      change: ({ topics }) => topics.edit(key, { spec: { deletionPolicy: 'Retain' } }),
      says: 'what it stood for outside is kept',
    },
    {
      it: 'the resource is paused',
      change: ({ topics }) => topics.edit(key, { spec: { paused: true } }),
      says: 'the resource is paused',
    },
    {
      it: 'the EventCluster turns ReadOnly',
      change: ({ clusters }) => clusters.edit('default', { spec: { mode: 'ReadOnly' } }),
      says: 'EventCluster "default" is in ReadOnly mode',
    },
    {
      it: 'the grant to delete goes',
      change: ({ clusters }) => clusters.edit('default', { spec: { access: grants(['Retain']) } }),
      says: 'does not grant deletionPolicy Delete to this namespace any more',
    },
    {
      it: 'the EventCluster goes',
      change: ({ clusters }) => clusters.delete('default'),
      says: 'its EventCluster does not exist any more',
    },
    {
      it: 'the EventCluster names another Kafka cluster',
      change: ({ clusters }) => clusters.edit('default', { spec: { kafka: { clusterId: 'kafka-2' } } }),
      says: 'its EventCluster reaches another Kafka cluster',
    },
    {
      it: 'another Kafka cluster answers',
      change: ({ kafka }) => {
        kafka.clusterId = 'kafka-2';
      },
      says: 'its EventCluster reaches another Kafka cluster',
    },
    {
      it: 'another resource claims the topic',
      change: ({ topics }) => void topics.create(topicResource({ topicName: 'orders' }, {}, younger)),
      says: 'handed topic "orders" over to the next resource',
    },
    {
      it: 'the topic turns out to be that of a resource whose EventCluster is gone',
      change: ({ topics, kafka }) => {
        const record = { clusterId: 'kafka-1', topicId: kafka.topics.get('orders')?.id ?? '' };
        topics.create(topicResource({ topicName: 'orders', clusterRef: { name: 'gone' } }, record, younger));
      },
      says: 'handed topic "orders" over to the next resource',
    },
    {
      it: 'a record is written to a topic that may go only when it is empty',
      spec: { deletionPolicy: 'DeleteIfEmpty' },
      change: ({ kafka }) => kafka.produce('orders', 0),
      says: 'it holds records',
    },
  ];

  it.each(rows)('$it: it stays, and an event says why', async ({ change, spec, says }) => {
    const { kafka, topics, round, settle, notes } = await deleting(change, spec);
    expect((await round())?.failure).toMatchObject({ meaning: 'conflict' });
    expect(kafka.topics.has('orders')).toBe(true);
    await settle();
    expect(topics.get(key)).toBeUndefined();
    expect(kafka.topics.has('orders')).toBe(true);
    expect(notes.map(({ message }) => message).join('\n')).toContain(says);
  });

  async function expectProtected({ kafka, round, settle, condition }: World): Promise<void> {
    expect((await round())?.failure).toMatchObject({ meaning: 'conflict' });
    await settle();
    expect(kafka.topics.has('orders')).toBe(true);
    expect(condition('Reconciling')).toMatchObject({ reason: 'DeletionProtected' });
    expect(condition('Reconciling')?.message).toContain('named by EventConsumer "payment"');
  }

  it('an EventConsumer comes to name it: it stays, and the status says so', async () => {
    await expectProtected(await deleting(({ consumers }) => void consumers.create(consumerResource(consumed))));
  });

  it('somebody comes to name it who may mean another Kafka cluster or this one: it stays, and the status says so', async () => {
    const unreached = clusterOf({}, { metadata: { ...clusterOf().metadata, name: 'second' }, status: {} });
    const { kafka, round, settle, condition } = await deleting(({ clusters, consumers }) => {
      clusters.create(unreached);
      consumers.create(consumerResource({ clusterRef: { name: 'second' } }));
    });
    expect((await round())?.failure).toMatchObject({ meaning: 'conflict' });
    await settle();
    expect(kafka.topics.has('orders')).toBe(true);
    expect(condition('Reconciling')).toMatchObject({ reason: 'DeletionProtected' });
  });

  it('a record is written to a topic that may go with what it holds: it goes', async () => {
    const { kafka, round } = await deleting((all) => all.kafka.produce('orders', 0));
    expect((await round())?.failure).toBeUndefined();
    expect(kafka.topics.has('orders')).toBe(false);
  });

  it('the annotation that allows it is withdrawn: it stays, and the status says so', async () => {
    const all = await deleting(({ topics }) => topics.edit(key, allow(null)));
    all.topics.edit(key, allow(all.topics.must(key).status?.topicId ?? ''));
    all.consumers.create(consumerResource(consumed));
    await expectProtected(all);
  });

  it('the resource turns out to be another one of that name: it stays', async () => {
    const { kafka, topics, round } = await deleting(() => undefined);
    const live = topics.must(key);
    topics.read = async () => ({ ...live, metadata: { ...live.metadata, uid: 'other' } });
    expect((await round())?.failure).toMatchObject({ meaning: 'conflict' });
    expect(kafka.topics.has('orders')).toBe(true);
  });

  it('its id belongs to another name: it stays', async () => {
    const { kafka, round } = await deleting((all) => {
      all.kafka.nameOfTopicId = async () => 'payments';
    });
    expect((await round())?.failure).toMatchObject({ meaning: 'conflict' });
    expect(kafka.topics.has('orders')).toBe(true);
  });
});

describe('a deletion that the brokers refuse', () => {
  const disabled = new Fault('kafka', 'rejected', 'disabled', { code: 'TOPIC_DELETION_DISABLED' });
  const denied = new Fault('kafka', 'denied', 'no', { code: 'TOPIC_AUTHORIZATION_FAILED' });
  const silent = new Fault('kafka', 'unavailable', 'no answer');

  async function refusing(fault: Fault): Promise<World & { asked: () => number }> {
    const all = topicWorld([topicResource({ deletionPolicy: 'Delete' })]);
    await all.settle();
    let asked = 0;
    all.kafka.deleteTopic = async () => {
      asked += 1;
      throw fault;
    };
    all.topics.delete(key);
    return { ...all, asked: () => asked };
  }

  it.each([
    { it: 'because they delete nothing', fault: disabled, type: 'Reconciling', reason: 'DeletionDisabledOnBroker' },
    { it: 'because we may not', fault: denied, type: 'Stalled', reason: 'AuthorizationDenied' },
  ])('$it is held, told in the status, and tried again after a minute', async ({ fault, type, reason }) => {
    const { settle, round, condition, clock, asked } = await refusing(fault);
    await settle();
    expect(condition(type)).toMatchObject({ status: 'True', reason });
    expect(condition(type)?.message).toContain('set deletionPolicy to Retain');
    expect(asked()).toBe(1);
    await clock.advance(60_000);
    await round();
    expect(asked()).toBe(2);
  });

  it('because the quota is used up is held, with the reason of that', async () => {
    const { round, condition, kafka } = await refusing(new Fault('kafka', 'throttled', 'the quota is used up'));
    await round();
    expect(condition('Reconciling')).toMatchObject({ reason: 'KafkaThrottled', message: 'the quota is used up' });
    expect(kafka.topics.has('orders')).toBe(true);
  });

  it('because they are away fails as an outage, and is tried again as soon as anything is', async () => {
    const { round, asked } = await refusing(silent);
    expect((await round())?.failure).toMatchObject({ meaning: 'outage' });
    await round();
    expect(asked()).toBe(2);
  });

  it.each([disabled, denied, silent])('with %s lets a namespace go that is being deleted', async (fault) => {
    const { settle, round, namespaces, topics, kafka, notes } = await refusing(fault);
    const deletionTimestamp = '2026-01-01T00:00:00Z';
    namespaces.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', deletionTimestamp } });
    await round();
    await settle();
    expect(topics.get(key)).toBeUndefined();
    expect(kafka.topics.has('orders')).toBe(true);
    expect(notes.at(-1)?.message).toContain('the namespace is being deleted and the deletion was held');
  });
});

describe('maxDeletionsPerHour', () => {
  const other = topicResource({ deletionPolicy: 'Delete' }, {}, { name: 'refunds', uid: 'refunds-uid' });

  async function oneAnHour(): Promise<World> {
    const all = topicWorld([topicResource({ deletionPolicy: 'Delete' }), other]);
    all.clusters.edit('default', { spec: { maxDeletionsPerHour: 1 } });
    for (const one of [key, 'shop/refunds']) await all.settle(one);
    all.topics.delete(key);
    await all.settle();
    all.topics.delete('shop/refunds');
    return all;
  }

  it('lets as many through and holds the next one, also after a restart', async () => {
    const { kafka, topics, settle, condition, restart } = await oneAnHour();
    expect(topics.get(key)).toBeUndefined();
    restart();
    await settle('shop/refunds');
    expect(kafka.topics.has('refunds')).toBe(true);
    const reconciling = condition('Reconciling', 'shop/refunds');
    expect(reconciling).toMatchObject({ status: 'True', reason: 'DeletionLimitReached' });
    expect(reconciling?.message).toContain('lets through 1 deletions of topics an hour');
  });

  it('holds the one of two that are planned together and come later', async () => {
    const all = topicWorld([topicResource({ deletionPolicy: 'Delete' }), other]);
    all.clusters.edit('default', { spec: { maxDeletionsPerHour: 1 } });
    for (const one of [key, 'shop/refunds']) await all.settle(one);
    for (const one of [key, 'shop/refunds']) all.topics.delete(one);
    await Promise.all([all.round(key), all.round('shop/refunds')]);
    expect(all.kafka.topics.size).toBe(1);
  });

  it('goes on when an hour has passed', async () => {
    const { kafka, settle, clock } = await oneAnHour();
    await settle('shop/refunds');
    expect(kafka.topics.has('refunds')).toBe(true);
    await clock.advance(61 * 60_000);
    await settle('shop/refunds');
    expect(kafka.topics.has('refunds')).toBe(false);
  });

  it('asks about one that was called off and came back from a backup', async () => {
    const { kafka, topics, settle, clock, condition } = await oneAnHour();
    await settle('shop/refunds');
    const held = topics.must('shop/refunds');
    topics.edit('shop/refunds', { spec: { deletionPolicy: 'Retain' } });
    await settle('shop/refunds');
    await settle('shop/refunds');
    expect(topics.get('shop/refunds')).toBeUndefined();
    await clock.advance(61 * 60_000);
    topics.create(held);
    await settle('shop/refunds');
    expect(kafka.topics.has('refunds')).toBe(true);
    expect(condition('Stalled', 'shop/refunds')).toMatchObject({ reason: 'DeletionUnconfirmed' });
  });

  it('goes on when it is raised', async () => {
    const { kafka, clusters, settle } = await oneAnHour();
    await settle('shop/refunds');
    clusters.edit('default', { spec: { maxDeletionsPerHour: 2 } });
    await settle('shop/refunds');
    expect(kafka.topics.has('refunds')).toBe(false);
  });
});
