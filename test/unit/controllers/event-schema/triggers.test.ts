import { describe, expect, it } from 'vitest';
import { schemaIndexes } from '../../../../src/controllers/event-schema/indexes.ts';
import { eventSchemaTriggers } from '../../../../src/controllers/event-schema/triggers.ts';
import type { EventCluster } from '../../../../src/crds/event-cluster.ts';
import type { EventSchema } from '../../../../src/crds/event-schema.ts';
import type { KubeObject } from '../../../../src/ports/kube.ts';
import { FakeStore } from '../../../fakes/fake-store.ts';
import { clusterOf, schemaResource } from '../samples.ts';
import { type Waking, woken } from '../woken.ts';

const subject = 'orders-value';

/** Two that ask for one subject, and one that refers to it. */
function stores() {
  const references = [{ name: 'Order', subject, version: 1 }];
  return {
    schemas: new FakeStore<EventSchema>(
      [
        schemaResource(),
        schemaResource({ subject }, {}, { namespace: 'market', name: 'rival' }),
        schemaResource({ references }, {}, { name: 'mail-value' }),
      ],
      { indexes: schemaIndexes },
    ),
    clusters: new FakeStore<EventCluster>([clusterOf()]),
    namespaces: new FakeStore<KubeObject>([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }]),
  };
}

const all = ['market/rival', 'shop/mail-value', 'shop/orders-value'];

const rows: readonly Waking<ReturnType<typeof stores>>[] = [
  {
    it: 'an EventCluster that changes wakes all',
    change: ({ clusters }) => clusters.edit('default', { spec: { registry: { url: 'http://registry' } } }),
    wakes: all,
  },
  {
    it: 'other labels of a namespace wake what is in it',
    change: ({ namespaces }) => namespaces.edit('shop', { metadata: { labels: { team: 'shop' } } }),
    wakes: ['shop/mail-value', 'shop/orders-value'],
  },
  {
    it: 'a resource that goes wakes the next one that asks for its subject',
    change: ({ schemas }) => schemas.delete('shop/orders-value'),
    wakes: ['market/rival'],
  },
  {
    it: 'a new version of a subject wakes those that refer to it',
    change: ({ schemas }) => schemas.editStatus('shop/orders-value', { latestVersion: 2 }),
    wakes: ['shop/mail-value'],
  },
  {
    it: 'a status that tells of no new version wakes none',
    change: ({ schemas }) => schemas.editStatus('shop/orders-value', { subject }),
    wakes: [],
  },
];

describe('what wakes EventSchemas', () => {
  it.each(rows)('$it', ({ change, wakes }) => {
    const world = stores();
    expect(woken(eventSchemaTriggers(world), () => change(world))).toEqual(wakes);
  });
});
