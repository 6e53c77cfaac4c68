import { describe, expect, it } from 'vitest';
import type { AccessRule } from '../../../../src/crds/access-rule.ts';
import type { EventTopicSpec } from '../../../../src/crds/event-topic.ts';
import { expectIdle } from '../../../helpers/expect-idle.ts';
import { accessRule, clusterOf, consumerResource, topicResource } from '../samples.ts';
import { confirmDeletionAfterMs, topicWorld } from './world.ts';

const key = 'shop/orders';
type World = ReturnType<typeof topicWorld>;

/** A topic that is live and owned, whose resource is then deleted once `before` has happened. */
async function deleting(spec: Partial<EventTopicSpec>, before: (all: World) => void = () => {}) {
  const all = topicWorld([topicResource({ deletionPolicy: 'Delete', ...spec })]);
  await all.settle();
  before(all);
  all.topics.delete(key);
  await all.settle();
  const released = all.notes.find(({ reason }) => reason === 'Released')?.message;
  return { ...all, released, kept: all.kafka.topics.has('orders'), gone: all.topics.get(key) === undefined };
}

describe('a removal of a resource that a finalizer of somebody else holds', () => {
  const plan = { mode: 'Plan' as const };
  const retain = { deletionPolicy: 'Retain' as const };
  it.each([
    { it: 'deletes the topic', kept: false, says: 'nothing of it is left outside' },
    { it: 'keeps the topic', edit: plan, kept: true, says: 'kept topic "orders": the resource is in mode Plan' },
    { it: 'is released', edit: retain, kept: true, says: 'released; what it stood for outside is kept' },
    { it: 'has nothing to do', spec: retain, kept: true, says: 'nothing is done for it any more' },
  ])('says what became of the topic where it $it', async ({ spec = {}, edit = {}, kept, says }) => {
    const all = await deleting(spec, ({ topics }) => {
      const { finalizers = [] } = topics.must(key).metadata;
      topics.edit(key, { metadata: { finalizers: [...finalizers, 'other/one'] }, spec: edit });
    });
    expect({ gone: all.gone, kept: all.kept }).toEqual({ gone: false, kept });
    expect(all.topics.must(key).metadata.finalizers).toEqual(['other/one']);
    expect(all.ready()).toMatchObject({ status: 'False', reason: 'FinalizersRemaining' });
    expect(all.ready()?.message).toContain(says);
  });
});

describe('a removal with the brokers away', () => {
  const brokersGo = (all: World) => all.kafka.goDown();

  it.each([
    { it: 'the resource is paused', spec: { paused: true } },
    { it: 'the resource is in mode Plan', spec: { mode: 'Plan' as const } },
  ])('releases at once when $it', async ({ spec, it: why }) => {
    const { released, kept, gone } = await deleting({}, ({ topics, kafka }) => {
      topics.edit(key, { spec });
      kafka.goDown();
    });
    expect({ kept, gone, released }).toEqual({ kept: true, gone: true, released: `kept topic "orders": ${why}` });
  });

  it.each([
    { it: 'the EventCluster is ReadOnly', spec: { mode: 'ReadOnly' }, says: 'is in ReadOnly mode' },
    { it: 'the grants are gone', spec: { access: [] }, says: 'does not grant the topic' },
    {
      it: 'the grant to delete is gone',
      spec: { access: clusterOf().spec.access.map((rule) => ({ ...rule, deletionPolicies: ['Retain'] })) },
      says: 'does not grant deletionPolicy Delete',
    },
  ])('releases at once when $it', async ({ spec, says }) => {
    const { released, kept, gone } = await deleting({}, ({ clusters, kafka }) => {
      clusters.edit('default', { spec });
      kafka.goDown();
    });
    expect({ kept, gone }).toEqual({ kept: true, gone: true });
    expect(released).toContain(says);
  });

  it('says so in its status, and goes on when they are back', async () => {
    const { kafka, topics, condition, round, settle } = await deleting({}, brokersGo);
    expect(condition('Reconciling')).toMatchObject({ status: 'True', reason: 'KafkaUnavailable' });
    expect(condition('Reconciling')?.message).toContain('set deletionPolicy to Retain');
    await expectIdle(round, topics, kafka);
    kafka.comeBack();
    await settle();
    expect(kafka.topics.has('orders')).toBe(false);
    expect(topics.get(key)).toBeUndefined();
  });

  it('releases at once when the policy turns to Retain', async () => {
    const { kafka, topics, settle } = await deleting({}, brokersGo);
    topics.edit(key, { spec: { deletionPolicy: 'Retain' } });
    await settle();
    expect(topics.get(key)).toBeUndefined();
    expect(kafka.topics.has('orders')).toBe(true);
  });

  it('releases when deletionTimeoutSeconds has passed since the deletion, and not before', async () => {
    const { clock, topics, kafka, settle, round, notes } = await deleting({ deletionTimeoutSeconds: 3_600 }, brokersGo);
    await clock.advance(3_590_000);
    expect((await round())?.outcome).toEqual({ kind: 'recheck', afterMs: 10_000 });
    await clock.advance(10_000);
    await settle();
    expect(topics.get(key)).toBeUndefined();
    expect(kafka.topics.has('orders')).toBe(true);
    expect(notes.at(-1)).toMatchObject({ reason: 'Released' });
    expect(notes.at(-1)?.message).toContain(
      'deletionTimeoutSeconds has passed and the deletion was held: cannot connect',
    );
  });
});

describe('a removal that could not be done until long after it was asked for', () => {
  async function heldFor(ms: number) {
    const all = await deleting({}, ({ kafka }) => kafka.goDown());
    await all.clock.advance(ms);
    all.kafka.comeBack();
    await all.settle();
    return { ...all, isKept: () => all.kafka.topics.has('orders') };
  }

  it('goes on by itself up to the limit', async () => {
    const { isKept, topics } = await heldFor(confirmDeletionAfterMs);
    expect(isKept()).toBe(false);
    expect(topics.get(key)).toBeUndefined();
  });

  it('keeps the topic from then on and asks for a confirmation', async () => {
    const { isKept, topics, kafka, condition, round } = await heldFor(confirmDeletionAfterMs + 1);
    expect(isKept()).toBe(true);
    expect(condition('Stalled')).toMatchObject({ status: 'True', reason: 'DeletionUnconfirmed' });
    await expectIdle(round, topics, kafka);
  });

  it('deletes the topic once its very id is confirmed', async () => {
    const { isKept, topics, kafka, settle } = await heldFor(confirmDeletionAfterMs + 1);
    topics.edit(key, { metadata: { annotations: { 'sluice.dev/allow-delete': 'another' } } });
    await settle();
    expect(isKept()).toBe(true);
    const id = kafka.topics.get('orders')?.id ?? '';
    topics.edit(key, { metadata: { annotations: { 'sluice.dev/allow-delete': id } } });
    await settle();
    expect(isKept()).toBe(false);
    expect(topics.get(key)).toBeUndefined();
  });
});

describe('the removal of a topic that may go only when it is empty', () => {
  const spec: Partial<EventTopicSpec> = { deletionPolicy: 'DeleteIfEmpty', partitions: 2 };
  const grant = clusterOf().spec.access.map((rule) => ({ ...rule, deletionPolicies: ['DeleteIfEmpty'] }));

  async function removed(before: (all: World) => void) {
    const all = topicWorld([topicResource(spec)]);
    all.clusters.edit('default', { spec: { access: grant } });
    await all.settle();
    before(all);
    all.topics.delete(key);
    await all.settle();
    expect(all.topics.get(key)).toBeUndefined();
    return { kept: all.kafka.topics.has('orders'), said: all.notes.at(-1)?.message };
  }

  it('deletes it when nothing was ever written', async () => {
    expect(await removed(() => {})).toMatchObject({ kept: false });
  });

  it('deletes it when all records have expired', async () => {
    const { kept } = await removed(({ kafka }) => {
      kafka.produce('orders', 1);
      kafka.expire('orders', 1, 1n);
    });
    expect(kept).toBe(false);
  });

  it('keeps it when one partition holds a record', async () => {
    const { kept, said } = await removed(({ kafka }) => kafka.produce('orders', 1));
    expect({ kept, said }).toEqual({
      kept: true,
      said: 'kept topic "orders": it holds records and deletionPolicy is DeleteIfEmpty',
    });
  });

  it('keeps it when the offsets of one partition are unknown', async () => {
    const { kept, said } = await removed(({ kafka }) => kafka.silence('orders', 1));
    expect(kept).toBe(true);
    expect(said).toContain('whether it holds records is not known');
  });
});

/** A second EventCluster for the same Kafka cluster. */
const second = (status: Record<string, unknown> = {}, access = clusterOf().spec.access) =>
  clusterOf(
    { access },
    { metadata: { ...clusterOf().metadata, name: 'second' }, status: { clusterId: 'kafka-1', ...status } },
  );
const idChanged = {
  conditions: [
    {
      type: 'Ready',
      status: 'False',
      reason: 'ClusterIdChanged',
      message: 'x',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    },
  ],
};
const throughSecond = { clusterRef: { name: 'second' } };

describe('a removal while a second EventCluster cannot be told from this one', () => {
  it.each([
    { it: 'waits for one that reaches a wrong address now', status: idChanged, kept: true },
    { it: 'waits for one that was never reached', status: { clusterId: undefined }, kept: true },
    { it: 'does not wait for one that is known to be another', status: { clusterId: 'kafka-2' }, kept: false },
  ])('$it', async ({ status, kept }) => {
    const all = topicWorld([topicResource({ deletionPolicy: 'Delete' })], [second(status)]);
    await all.settle();
    all.consumers.create(consumerResource(throughSecond));
    all.topics.delete(key);
    await all.settle();
    expect(all.kafka.topics.has('orders')).toBe(kept);
    if (kept) expect(all.condition('Reconciling')).toMatchObject({ reason: 'DeletionProtected' });
  });
});

describe('who refers to a topic that is being deleted', () => {
  const unready = { clusterId: undefined };
  const grants = (rule: Partial<AccessRule>) => [accessRule({ namespaces: ['market'], ...rule })];
  const none = grants({ topics: [], groups: [] });
  const byLabel = grants({ namespaces: undefined, namespaceSelector: { matchLabels: { tier: 'gold' } } });
  const consumer = (all: World) => void all.consumers.create(consumerResource(throughSecond, { namespace: 'market' }));
  const topic = (all: World) =>
    void all.topics.create(topicResource(throughSecond, {}, { namespace: 'market', uid: 'market-uid' }));
  const rows: { it: string; access: AccessRule[]; status?: object; refer: (all: World) => void; kept: boolean }[] = [
    { it: 'holds it where group and topic are granted', access: grants({}), refer: consumer, kept: true },
    { it: 'does not hold it without any grant', access: none, refer: consumer, kept: false },
    {
      it: 'does not hold it without a grant of the group',
      access: grants({ groups: [] }),
      refer: consumer,
      kept: false,
    },
    {
      it: 'does not hold it without a grant of the topic',
      access: grants({ topics: [] }),
      refer: consumer,
      kept: false,
    },
    { it: 'holds it unseen, as an EventConsumer', access: grants({}), status: unready, refer: consumer, kept: true },
    { it: 'holds it unseen, as an EventTopic', access: grants({}), status: unready, refer: topic, kept: true },
    { it: 'does not hold it unseen and ungranted', access: none, status: unready, refer: consumer, kept: false },
    { it: 'does not hold it unseen and ungranted either', access: none, status: unready, refer: topic, kept: false },
    { it: 'holds it while labels that decide are not seen', access: byLabel, refer: topic, kept: true },
  ];

  async function removed({ access, status = {}, refer }: Omit<(typeof rows)[number], 'it' | 'kept'>) {
    const all = topicWorld([topicResource({ deletionPolicy: 'Delete' })], [second({ ...status }, access)]);
    await all.settle();
    refer(all);
    all.topics.delete(key);
    await all.settle();
    return { ...all, isKept: () => all.kafka.topics.has('orders') };
  }

  it.each(rows)('$it', async ({ kept, ...row }) => {
    const { isKept } = await removed(row);
    expect(isKept()).toBe(kept);
  });

  it.each(rows.filter(({ kept }) => kept))('$it, until that very id may be deleted', async (row) => {
    const { isKept, kafka, topics, settle } = await removed(row);
    const id = kafka.topics.get('orders')?.id ?? '';
    topics.edit(key, { metadata: { annotations: { 'sluice.dev/allow-delete': id } } });
    await settle();
    expect(isKept()).toBe(false);
    expect(topics.get(key)).toBeUndefined();
  });
});
