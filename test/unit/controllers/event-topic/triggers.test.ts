import { describe, expect, it } from 'vitest';
import { consumerIndexes } from '../../../../src/controllers/event-consumer/indexes.ts';
import { topicIndexes } from '../../../../src/controllers/event-topic/indexes.ts';
import { eventTopicTriggers } from '../../../../src/controllers/event-topic/triggers.ts';
import type { EventCluster } from '../../../../src/crds/event-cluster.ts';
import type { EventConsumer } from '../../../../src/crds/event-consumer.ts';
import type { EventTopic } from '../../../../src/crds/event-topic.ts';
import type { KubeObject } from '../../../../src/ports/kube.ts';
import { FakeStore } from '../../../fakes/fake-store.ts';
import { clusterOf, consumerResource, topicResource } from '../samples.ts';
import { type Waking, woken } from '../woken.ts';

const finalizers = ['sluice.dev/finalizer'];
const noPlace = { type: 'Stalled', status: 'True', reason: 'QuotaExceeded', message: 'no', lastTransitionTime: '' };

/** Topics "orders" and "mail" of the namespace shop, and "orders" of market. */
function stores() {
  return {
    topics: new FakeStore<EventTopic>(
      [
        topicResource({}, {}, { finalizers }),
        topicResource({}, {}, { name: 'mail' }),
        topicResource({}, {}, { namespace: 'market', finalizers }),
      ],
      { indexes: topicIndexes },
    ),
    clusters: new FakeStore<EventCluster>([clusterOf()]),
    consumers: new FakeStore<EventConsumer>([consumerResource()], { indexes: consumerIndexes }),
    namespaces: new FakeStore<KubeObject>([namespace('shop')]),
  };
}

function namespace(name: string) {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, finalizers: ['kubernetes'] } };
}

type Stores = ReturnType<typeof stores>;

const all = ['market/orders', 'shop/mail', 'shop/orders'];
const removals = ({ topics }: Stores) => ['shop/orders', 'market/orders'].forEach((key) => void topics.delete(key));

const rows: readonly Waking<Stores>[] = [
  {
    it: 'an EventCluster that is reached wakes all',
    change: ({ clusters }) => clusters.editStatus('default', { clusterId: 'kafka-2' }),
    wakes: all,
  },
  {
    it: 'an EventCluster that goes wakes all',
    change: ({ clusters }) => clusters.delete('default'),
    wakes: all,
  },
  {
    it: 'an EventCluster that only says when it was looked at wakes none',
    change: ({ clusters }) => clusters.editStatus('default', { lastHandledReconcileAt: 'now' }),
    wakes: [],
  },
  {
    it: 'other labels of a namespace wake what is in it',
    change: ({ namespaces }) => namespaces.edit('shop', { metadata: { labels: { team: 'shop' } } }),
    wakes: ['shop/mail', 'shop/orders'],
  },
  {
    it: 'a namespace that is new to us wakes what is in it',
    change: ({ namespaces }) => namespaces.create(namespace('market')),
    wakes: ['market/orders'],
  },
  {
    it: 'another annotation of a namespace wakes none',
    change: ({ namespaces }) => namespaces.edit('shop', { metadata: { annotations: { note: 'x' } } }),
    wakes: [],
  },
  {
    it: 'a namespace that goes wakes the removals in it',
    before: removals,
    change: ({ namespaces }) => namespaces.delete('shop'),
    wakes: ['shop/orders'],
  },
  {
    it: 'an EventConsumer that goes wakes the removals of its topics',
    before: removals,
    change: ({ consumers }) => consumers.delete('shop/payment'),
    wakes: ['market/orders', 'shop/orders'],
  },
  {
    it: 'an EventConsumer that goes wakes nothing that stays',
    change: ({ consumers }) => consumers.delete('shop/payment'),
    wakes: [],
  },
  {
    it: 'a topic that goes wakes what found no place in its namespace',
    before: ({ topics }) =>
      ['shop/mail', 'market/orders'].map((key) => topics.editStatus(key, { topicId: 'known', conditions: [noPlace] })),
    change: ({ topics }) => topics.edit('shop/orders', { metadata: { finalizers: [], deletionTimestamp: 'now' } }),
    wakes: ['market/orders', 'shop/mail'],
  },
  {
    it: 'a topic that goes wakes what has none yet in its namespace: it may be about to say that it found no place',
    before: ({ topics }) => {
      topics.create(topicResource({}, {}, { name: 'stock' }));
      topics.editStatus('shop/stock', { topicId: 'known' });
    },
    change: ({ topics }) => topics.edit('shop/orders', { metadata: { finalizers: [], deletionTimestamp: 'now' } }),
    wakes: ['market/orders', 'shop/mail'],
  },
  {
    it: 'a topic that comes wakes those whose name differs in "." and "_" only',
    before: ({ topics }) => topics.create(topicResource({}, {}, { name: 'order.paid' })),
    change: ({ topics }) => topics.create(topicResource({}, {}, { name: 'order_paid' })),
    wakes: ['shop/order.paid', 'shop/order_paid'],
  },
  {
    it: 'a topic whose removal begins wakes its heirs',
    change: ({ topics }) => topics.delete('shop/orders'),
    wakes: ['market/orders', 'shop/orders'],
  },
  {
    it: 'what a removal writes wakes none, not even itself',
    before: removals,
    change: ({ topics }) => topics.editStatus('shop/orders', { observedGeneration: 2 }),
    wakes: [],
  },
  {
    it: 'a topic whose removal is over wakes its heirs, though others hold the resource',
    before: ({ topics }) => {
      topics.edit('shop/orders', { metadata: { finalizers: [...finalizers, 'example.dev/backup'] } });
      topics.delete('shop/orders');
    },
    change: ({ topics }) => topics.edit('shop/orders', { metadata: { finalizers: ['example.dev/backup'] } }),
    wakes: ['market/orders', 'shop/orders'],
  },
  {
    it: 'a topic that gets its finalizer wakes none',
    change: ({ topics }) => topics.edit('shop/mail', { metadata: { finalizers } }),
    wakes: [],
  },
  {
    it: 'a topic that changes wakes no other',
    change: ({ topics }) => topics.edit('shop/orders', { spec: { partitions: 9 } }),
    wakes: [],
  },
];

describe('what wakes EventTopics', () => {
  it.each(rows)('$it', ({ before, change, wakes }) => {
    const world = stores();
    before?.(world);
    expect(woken(eventTopicTriggers(world), () => change(world))).toEqual(wakes);
  });
});
