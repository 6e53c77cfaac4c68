import { describe, expect, it } from 'vitest';
import { eventClusterTriggers } from '../../../../src/controllers/event-cluster/triggers.ts';
import type { EventCluster, EventClusterSpec } from '../../../../src/crds/event-cluster.ts';
import type { Secret } from '../../../../src/ports/secrets.ts';
import { FakeStore } from '../../../fakes/fake-store.ts';
import { clusterOf } from '../samples.ts';
import { woken } from '../woken.ts';

function cluster(name: string, spec: Partial<EventClusterSpec>): EventCluster {
  const { metadata } = clusterOf();
  return clusterOf(spec, { metadata: { ...metadata, name } });
}

const kafka = { bootstrapServers: ['kafka:9092'] };
const clusters = new FakeStore<EventCluster>([
  cluster('plain', {}),
  cluster('private', { kafka: { ...kafka, tls: { caSecretRef: { name: 'ca', namespace: 'kafka', key: 'ca.crt' } } } }),
  cluster('registered', { registry: { url: 'http://registry', secretRef: { name: 'registry' } } }),
]);

const rows = [
  { it: 'a Secret wakes the EventCluster whose Kafka needs it', secret: 'kafka/ca', wakes: ['private'] },
  { it: 'a Secret wakes the EventCluster whose registry needs it', secret: 'ops/registry', wakes: ['registered'] },
  { it: 'a Secret of that name in another namespace wakes none', secret: 'ops/ca', wakes: [] },
];

describe('what wakes EventClusters', () => {
  it.each(rows)('$it', ({ secret, wakes }) => {
    const [namespace = '', name = ''] = secret.split('/');
    const caches = new Map(['ops', 'kafka'].map((own) => [own, new FakeStore<Secret>()]));
    const triggers = eventClusterTriggers({ clusters, secrets: { ownNamespace: 'ops', caches } });
    const create = () =>
      caches.get(namespace)?.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace } });
    expect(woken(triggers, create)).toEqual(wakes);
  });
});
