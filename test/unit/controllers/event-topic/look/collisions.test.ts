import { describe, expect, it } from 'vitest';
import type { EventTopicSpec } from '../../../../../src/crds/event-topic.ts';
import { accessRule, clusterOf, topicResource } from '../../samples.ts';
import { topicWorld } from '../world.ts';

const [older, younger] = ['shop/older', 'market/younger'];
const names = { older: 'order.paid', younger: 'order_paid' };
const sentence = (name: string) =>
  `topic name "${name}" differs only in "." and "_" from that of another topic, or of one that an older resource asks for, and Kafka does not tell these apart in metrics; the name cannot change, so create a resource with another spec.topicName and delete this one`;
const refused = (name: string) => ({ status: 'False', reason: 'NameRefused', message: sentence(name) });

const resource = (key: string, spec: Partial<EventTopicSpec> = {}) => {
  const [namespace = '', name = ''] = key.split('/');
  const at = name === 'older' ? '2026-01-01T00:00:00Z' : '2026-01-01T00:00:09Z';
  const topicName = name === 'older' ? names.older : names.younger;
  const wanted = { topicName, clusterRef: { name: 'default' }, ...spec };
  return topicResource(wanted, {}, { namespace, name, uid: `uid-${name}`, creationTimestamp: at });
};

function world(keys: readonly string[], spec: Partial<EventTopicSpec> = {}) {
  const all = topicWorld(
    keys.map((key) => resource(key, spec)),
    [clusterOf({}, { metadata: { ...clusterOf().metadata, name: 'elsewhere' }, status: { clusterId: 'kafka-2' } })],
  );
  all.clusters.edit('default', {
    spec: { access: [accessRule({ namespaces: ['*'], deletionPolicies: ['Retain', 'Delete'] })] },
  });
  return { ...all, live: () => [...all.kafka.topics.keys()] };
}

describe('of two topics whose names Kafka does not tell apart in metrics', () => {
  it.each([
    { it: 'the older one is looked at first', order: [older, younger] },
    { it: 'the younger one is looked at first', order: [younger, older] },
  ])('the older one is created when $it, and the brokers are not asked for the other', async ({ order }) => {
    const { kafka, live, settle, ready } = world([older, younger]);
    for (const key of order) await settle(key);
    await settle(younger);
    expect(live()).toEqual([names.older]);
    expect(kafka.writes).toBe(1);
    expect(ready(older)).toMatchObject({ status: 'True', reason: 'InSync' });
    expect(ready(younger)).toMatchObject(refused(names.younger));
  });

  it.each([[[older, younger]], [[younger, older]]])('one is created at the same instant: %j', async (order) => {
    const { live, round, settle, ready } = world([older, younger]);
    await Promise.all(order.map((key) => round(key)));
    expect(live()).toEqual([names.older]);
    await settle(younger);
    expect(ready(younger)).toMatchObject(refused(names.younger));
  });

  it('the one that is being created stays alone when an older one appears meanwhile', async () => {
    const { topics, journal, live, round, settle, ready } = world([younger]);
    journal.beforeRecord = async () => {
      if (topics.get(older)) return;
      topics.create(resource(older));
      await round(older);
    };
    await round(younger);
    expect(live()).toEqual([names.younger]);
    await settle(older);
    expect(ready(older)).toMatchObject(refused(names.older));
  });

  it('the one that exists stays when an older resource asks for the other', async () => {
    const { topics, live, settle, ready } = world([younger]);
    await settle(younger);
    topics.create(resource(older));
    await settle(older);
    await settle(younger);
    expect(live()).toEqual([names.younger]);
    expect(ready(older)).toMatchObject(refused(names.older));
    expect(ready(younger)).toMatchObject({ status: 'True', reason: 'InSync' });
  });

  it('the younger one is created once the older one has gone with its topic', async () => {
    const { topics, live, settle, ready } = world([older, younger], { deletionPolicy: 'Delete' });
    await settle(older);
    await settle(younger);
    topics.delete(older);
    await settle(younger);
    expect(ready(younger)).toMatchObject(refused(names.younger));
    await settle(older);
    await settle(younger);
    expect(live()).toEqual([names.younger]);
  });

  it.each(['Apply', 'Plan'] as const)(
    'the second is told the same of one that only Kafka knows, in mode %s',
    async (mode) => {
      const { kafka, live, round, ready } = world([younger], { mode });
      kafka.putTopic('order.paid');
      await round(younger);
      await round(younger);
      expect(live()).toEqual(['order.paid']);
      expect(ready(younger)).toMatchObject(refused(names.younger));
    },
  );

  it('both are adopted that exist already', async () => {
    const { kafka, settle, ready } = world([older, younger]);
    for (const name of Object.values(names)) kafka.putTopic(name);
    for (const key of [younger, older, younger]) await settle(key);
    for (const key of [older, younger]) expect(ready(key)).toMatchObject({ status: 'True', reason: 'InSync' });
    expect(kafka.writes).toBe(0);
  });
});

describe('a topic is created although an older resource asks for one that collides', () => {
  it.each([
    { it: 'which it is not granted', spec: {}, access: [accessRule({ namespaces: ['market'] })] },
    { it: 'in another Kafka cluster', spec: { clusterRef: { name: 'elsewhere' } }, access: undefined },
    { it: 'that differs in more', spec: { topicName: 'order-paid' }, access: undefined },
  ])('$it', async ({ spec, access }) => {
    const { clusters, topics, settle, ready } = world([younger]);
    if (access) clusters.edit('default', { spec: { access } });
    topics.create(resource(older, spec));
    await settle(younger);
    expect(ready(younger)).toMatchObject({ status: 'True', reason: 'InSync' });
  });
});
