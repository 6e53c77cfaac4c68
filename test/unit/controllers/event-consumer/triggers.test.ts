import { describe, expect, it } from 'vitest';
import { deploymentTargets } from '../../../../src/controllers/event-consumer/deployment.ts';
import { autoscalerIndex, consumerIndexes } from '../../../../src/controllers/event-consumer/indexes.ts';
import { eventConsumerTriggers } from '../../../../src/controllers/event-consumer/triggers.ts';
import type { EventCluster } from '../../../../src/crds/event-cluster.ts';
import type { EventConsumer } from '../../../../src/crds/event-consumer.ts';
import type { KubeObject } from '../../../../src/ports/kube.ts';
import type { Autoscaler, Deployment } from '../../../../src/ports/scale-target.ts';
import { FakeStore } from '../../../fakes/fake-store.ts';
import { clusterOf, consumerResource } from '../samples.ts';
import { type Waking, woken } from '../woken.ts';
import { deployment } from './samples.ts';

const finalizers = ['other/one'];
const targetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'other' } as const;
const refused = { type: 'Stalled', status: 'True', reason: 'NotGranted', message: 'no', lastTransitionTime: '' };

/** "payment" and two others: one of its group, one of its Deployment. */
function stores() {
  let told: (key: string) => void = () => undefined;
  return {
    consumers: new FakeStore<EventConsumer>(
      [
        consumerResource({}, { finalizers }),
        consumerResource({ groupId: 'payment', targetRef }, { namespace: 'market', name: 'same-group' }),
        consumerResource({ groupId: 'audit' }, { name: 'same-target' }),
      ],
      { indexes: consumerIndexes },
    ),
    clusters: new FakeStore<EventCluster>([clusterOf()]),
    namespaces: new FakeStore<KubeObject>([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }]),
    deployments: new FakeStore<Deployment>([deployment]),
    autoscalers: [new FakeStore<Autoscaler>([], { indexes: [autoscalerIndex] })] as const,
    lag: {
      tell: (key: string) => told(key),
      subscribe: (listener: (key: string) => void) => {
        told = listener;
        return () => undefined;
      },
    },
  };
}

function driverOf(kind: string | undefined, name = 'payment') {
  const scaleTargetRef = { ...(kind !== undefined && { kind }), name };
  return {
    apiVersion: 'any/v1',
    kind: 'ScaledObject',
    metadata: { name: 'x', namespace: 'shop' },
    spec: { scaleTargetRef },
  };
}

type Stores = ReturnType<typeof stores>;

const own = ['shop/payment', 'shop/same-target'];
const all = ['market/same-group', ...own];

const rows: readonly Waking<Stores>[] = [
  {
    it: 'an EventCluster whose grants change wakes all',
    change: ({ clusters }) => clusters.edit('default', { spec: { access: [] } }),
    wakes: all,
  },
  {
    it: 'other labels of a namespace wake what is in it',
    change: ({ namespaces }) => namespaces.edit('shop', { metadata: { labels: { team: 'shop' } } }),
    wakes: own,
  },
  {
    it: 'a new look at a group wakes the one that watches it',
    change: ({ lag }) => lag.tell('shop/payment'),
    wakes: ['shop/payment'],
  },
  {
    it: 'a Deployment that changes wakes those that scale it',
    change: ({ deployments }) => deployments.edit('shop/payment', { spec: { replicas: 5 } }),
    wakes: own,
  },
  {
    it: 'what begins to drive a Deployment wakes those that scale it',
    change: ({ autoscalers: [store] }) => store.create(driverOf('Deployment')),
    wakes: own,
  },
  {
    it: 'what names no kind drives a Deployment',
    change: ({ autoscalers: [store] }) => store.create(driverOf(undefined)),
    wakes: own,
  },
  {
    it: 'what drives something else of that name wakes none',
    change: ({ autoscalers: [store] }) => store.create(driverOf('StatefulSet')),
    wakes: [],
  },
  {
    it: 'what drives another Deployment from now on wakes those of both',
    before: ({ autoscalers: [store], consumers }) => [
      store.create(driverOf('Deployment')),
      consumers.create(consumerResource({ groupId: 'other', targetRef }, { name: 'other' })),
    ],
    change: ({ autoscalers: [store] }) => store.edit('shop/x', { spec: { scaleTargetRef: { name: 'other' } } }),
    wakes: ['shop/other', ...own],
  },
  {
    it: 'a resource whose removal begins wakes those that wait for its group and its Deployment',
    change: ({ consumers }) => consumers.delete('shop/payment'),
    wakes: all,
  },
  {
    it: 'a resource that scales something else from now on wakes those that wait for what it leaves',
    change: ({ consumers }) => consumers.edit('shop/payment', { spec: { targetRef: { name: 'other' } } }),
    wakes: ['market/same-group', 'shop/payment', 'shop/same-target'],
  },
  {
    it: 'a resource that is refused wakes those that wait for it',
    change: ({ consumers }) => consumers.editStatus('shop/payment', { conditions: [refused] }),
    wakes: all,
  },
  {
    it: 'a resource that changes otherwise wakes no other',
    change: ({ consumers }) => consumers.edit('shop/payment', { spec: { scaling: { minReplicas: 3 } } }),
    wakes: [],
  },
];

describe('what wakes EventConsumers', () => {
  it.each(rows)('$it', ({ before, change, wakes }) => {
    const world = stores();
    before?.(world);
    const targets = { Deployment: deploymentTargets(world.deployments) };
    expect(woken(eventConsumerTriggers({ ...world, targets }), () => change(world))).toEqual(wakes);
  });
});
