import { randomUUID } from 'node:crypto';
import type { KubeConfig } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { EventSender } from '../../../src/adapters/kube/events.ts';
import { ConfigMapJournal } from '../../../src/adapters/kube/journal.ts';
import { createLeaseStore } from '../../../src/adapters/kube/lease.ts';
import { configMaps, deployments, events } from '../../../src/adapters/kube/resource-type.ts';
import { createScaleWriter } from '../../../src/adapters/kube/scale.ts';
import { systemClock } from '../../../src/adapters/system-clock.ts';
import { claimBook } from '../../../src/controllers/event-topic/memory/claims.ts';
import type { KubeObject } from '../../../src/ports/kube.ts';
import type { NewLease } from '../../../src/ports/lease.ts';
import type { Deployment } from '../../../src/ports/scale-target.ts';
import { eventually } from '../../helpers/eventually.ts';
import { type ConfigMap, type Connected, connect, noLog, noMetrics } from './connected.ts';

const soon = { within: 60_000, everyMs: 10 };
const conflict = { name: 'Fault', system: 'kubernetes', kind: 'conflict' };

interface Event extends KubeObject {
  reason: string;
  regarding: { uid: string };
}

/** What the adapter promises on a real API server. `config` is an administrator's; namespaces of the suite's own are used. */
export function describeKubeAdapter(name: string, config: () => KubeConfig): void {
  describe(`the Kubernetes adapter on ${name}`, () => {
    describeClient(config);
    describeStore(config);
    describeDeletions(config);
    describeSharedObjects(config);
  });
}

function describeClient(config: () => KubeConfig): void {
  describe('the client', () => {
    it('reads what is not there as undefined', async () => {
      const { client, namespace, signal } = await connect(config());
      expect(await client.get(configMaps, `${namespace}/none`, { signal })).toBeUndefined();
    });

    it('lists in pages and misses nothing', async () => {
      const { client, namespace, signal, createConfigMap } = await connect(config(), { pageSize: 2 });
      const names = Array.from({ length: 7 }, (_, n) => `page-${n}`);
      await Promise.all(names.map((each) => createConfigMap(each)));
      const { items } = await client.list(configMaps, { namespace, signal });
      const listed = items.map(({ metadata }) => metadata.name).filter((each) => each.startsWith('page-'));
      expect(listed.sort()).toEqual(names);
    });

    it('refuses to create what exists, as a conflict', async () => {
      const { createConfigMap } = await connect(config());
      await createConfigMap('twice');
      await expect(createConfigMap('twice')).rejects.toMatchObject({ ...conflict, code: '409' });
    });

    it('is told by the server what is wrong', async () => {
      const { createConfigMap } = await connect(config());
      await expect(createConfigMap('Not A Name')).rejects.toMatchObject({ kind: 'rejected', code: '422' });
    });

    it('deletes only the object that is meant', async () => {
      const { client, namespace, signal, createConfigMap } = await connect(config());
      const { metadata } = await createConfigMap('meant');
      const key = `${namespace}/meant`;
      await expect(client.delete(configMaps, key, { uid: randomUUID(), signal })).rejects.toMatchObject(conflict);
      const stale = { uid: metadata.uid, resourceVersion: '1', signal };
      await expect(client.delete(configMaps, key, stale)).rejects.toMatchObject(conflict);
      await client.delete(configMaps, key, { uid: metadata.uid, signal });
      expect(await client.get(configMaps, key, { signal })).toBeUndefined();
      await expect(client.delete(configMaps, key, { uid: metadata.uid, signal })).rejects.toMatchObject(conflict);
    });

    it('has a watch end when it was asked to, within the 2 s in which it is resumed', async () => {
      const { client, namespace, signal, createConfigMap } = await connect(config());
      const { metadata } = await createConfigMap('watched');
      const from = { resourceVersion: metadata.resourceVersion, timeoutSeconds: 3 };
      const watchOnce = async () => {
        let openedMs = 0;
        const onOpen = () => {
          openedMs = performance.now();
        };
        const watch = client.watch(configMaps, { namespace, ...from, onOpen, signal });
        // Kubernetes puts a ConfigMap of its own into each new namespace, sooner or later.
        for await (const event of watch)
          if (event.type !== 'BOOKMARK') expect(event.object.metadata.name).toBe('kube-root-ca.crt');
        return performance.now() - openedMs;
      };
      const lastedMs: number[] = [];
      // On a busy machine the end of one may be heard of late.
      await eventually(async () => {
        lastedMs.push(await watchOnce());
        expect(lastedMs.at(-1)).toBeLessThan(5_000);
      }, soon);
      expect(Math.min(...lastedMs)).toBeGreaterThan(1_000);
    });

    it('finds a watch from long ago expired or served, never silently incomplete', async () => {
      const { client, namespace, signal } = await connect(config());
      const watch = client.watch(configMaps, { namespace, resourceVersion: '1', timeoutSeconds: 1, signal });
      const seen = await watch.next().catch((error: unknown) => error);
      if (seen instanceof Error) expect(seen).toMatchObject({ ...conflict, code: '410' });
    });
  });
}

function describeStore(config: () => KubeConfig): void {
  describe('the store', () => {
    it('follows what others do', async () => {
      const { client, namespace, signal, createConfigMap, configMaps: open } = await connect(config());
      await createConfigMap('before');
      const store = open();
      await store.whenSynced(signal);
      expect(store.get(`${namespace}/before`)).toBeDefined();
      const { metadata } = await createConfigMap('after');
      await eventually(() => expect(store.get(`${namespace}/after`)).toBeDefined(), soon);
      await client.patch(configMaps, `${namespace}/after`, { data: { a: '1' } }, { signal });
      await eventually(() => expect(store.get(`${namespace}/after`)?.data).toEqual({ a: '1' }), soon);
      await client.delete(configMaps, `${namespace}/after`, { uid: metadata.uid, signal });
      await eventually(() => expect(store.get(`${namespace}/after`)).toBeUndefined(), soon);
    });

    it('shows its own write at once', async () => {
      const { store, held, signal } = await storeWith(config, 'mine');
      const written = await store.patch(held(), { data: { a: '1' } }, { signal });
      expect(held()).toEqual(written);
      expect(held().data).toEqual({ a: '1' });
    });

    it('refuses to write over what somebody else changed, and can once it has seen it', async () => {
      const { client, namespace, store, held, signal } = await storeWith(config, 'shared');
      const seen = held();
      await client.patch(configMaps, `${namespace}/shared`, { data: { theirs: '1' } }, { signal });
      await expect(store.patch(seen, { data: { mine: '1' } }, { signal })).rejects.toMatchObject(conflict);
      await eventually(() => expect(held().data).toEqual({ theirs: '1' }), soon);
      await store.patch(held(), { data: { mine: '1' } }, { signal });
      expect(held().data).toEqual({ theirs: '1', mine: '1' });
    });

    it('refuses to write to an object that was re-created under the same name', async () => {
      const { client, namespace, createConfigMap, store, held, signal } = await storeWith(config, 'again');
      const former = held();
      await client.delete(configMaps, `${namespace}/again`, { uid: former.metadata.uid, signal });
      await expect(store.patch(former, { data: {} }, { signal })).rejects.toMatchObject(conflict);
      await createConfigMap('again');
      await expect(store.patch(former, { data: {} }, { signal })).rejects.toMatchObject(conflict);
    });

    it('keeps no field managers and no copy of what kubectl applied', async () => {
      const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}', kept: 'yes' };
      const { held } = await storeWith(config, 'slim', { annotations });
      expect(held().metadata).not.toHaveProperty('managedFields');
      expect(held().metadata.annotations).toEqual({ kept: 'yes' });
    });

    it('takes a kind that is not installed as empty when it is optional', async () => {
      const { store, signal } = await connect(config());
      const type = { group: 'none.example', version: 'v1', kind: 'None', plural: 'nones', namespaced: true };
      const nones = store<KubeObject>({ type, optional: true });
      await nones.whenSynced(signal);
      expect([...nones.list()]).toEqual([]);
    });
  });
}

function describeDeletions(config: () => KubeConfig): void {
  describe('a deletion', () => {
    it('waits for the finalizer, and is over with the write that removes it', async () => {
      const { client, namespace, store, held, signal } = await storeWith(config, 'held', {
        finalizers: ['sluice.dev/contract'],
      });
      await client.delete(configMaps, `${namespace}/held`, { uid: held().metadata.uid, signal });
      await eventually(() => expect(held().metadata.deletionTimestamp).toBeDefined(), soon);
      await store.patch(held(), { metadata: { finalizers: [] } }, { signal });
      expect(store.get(`${namespace}/held`)?.metadata.finalizers ?? []).toEqual([]);
      await eventually(() => expect(store.get(`${namespace}/held`)).toBeUndefined(), soon);
    });

    it('is not undone by writes whose answers come at the same time', async () => {
      const { client, namespace, createConfigMap, configMaps: open, signal } = await connect(config());
      const store = open();
      const names = Array.from({ length: 20 }, (_, n) => `race-${n}`);
      const made = await Promise.all(names.map((each) => createConfigMap(each)));
      await eventually(() => expect(countOf(store.list(), 'race-')).toBe(20), soon);
      await Promise.allSettled(
        made.flatMap((object) => [
          store.patch(object, { data: { late: 'yes' } }, { signal }),
          client.delete(configMaps, `${namespace}/${object.metadata.name}`, { uid: object.metadata.uid, signal }),
        ]),
      );
      await createConfigMap('last');
      await eventually(() => expect(store.get(`${namespace}/last`)).toBeDefined(), soon);
      expect(countOf(store.list(), 'race-')).toBe(0);
    });
  });
}

function describeSharedObjects(config: () => KubeConfig): void {
  const spec: NewLease = {
    holder: 'one',
    acquiredAt: new Date('2026-01-01T00:00:00.001Z'),
    renewedAt: new Date('2026-01-01T00:00:05.250Z'),
    durationSeconds: 15,
    transitions: 0,
  };

  describe('what the operator keeps in the cluster', () => {
    it('is a lease that one candidate gets', async () => {
      const { client, namespace, signal } = await connect(config());
      const leases = createLeaseStore(client, namespace);
      expect(await leases.read(signal)).toBeUndefined();
      const attempts = await Promise.allSettled(
        ['one', 'two'].map((holder) => leases.create({ ...spec, holder }, signal)),
      );
      expect(attempts.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      const stored = await leases.read(signal);
      expect(stored).toMatchObject({ ...spec, holder: expect.stringMatching(/^(one|two)$/) });
    });

    it('is a lease that changes hands only as it was read', async () => {
      const { client, namespace, signal } = await connect(config());
      const leases = createLeaseStore(client, namespace);
      const first = await leases.create(spec, signal);
      const second = await leases.replace({ ...first, holder: '', transitions: 1 }, signal);
      expect(second).toMatchObject({ holder: '', transitions: 1 });
      await expect(leases.replace({ ...first, holder: 'late' }, signal)).rejects.toMatchObject(conflict);
      expect(await leases.read(signal)).toEqual(second);
    });

    it('is a journal that two processes write, whose claims a third one finds', async () => {
      const { client, namespace, signal } = await connect(config());
      const open = () => new ConfigMapJournal({ client, clock: systemClock, namespace, signal });
      const [one, two] = [open().open(claimBook), open().open(claimBook)];
      const claims = Array.from({ length: 200 }, (_, n) => ({ uid: `u${n}`, at: '2026-01-01T00:00:00Z' }));
      await Promise.all(claims.map((claim, n) => (n % 2 ? one : two).record(`cluster/topic-${n}`, claim)));
      one.release('cluster/topic-1');
      await eventually(async () => {
        const fresh = open();
        await fresh.load();
        const found = claims.map((_, n) => fresh.open(claimBook).find(`cluster/topic-${n}`));
        expect(found).toEqual(claims.map((claim, n) => (n === 1 ? undefined : claim)));
      }, soon);
    });

    it('are events that the server accepts', async () => {
      const { client, namespace, signal, createConfigMap } = await connect(config());
      const object = await createConfigMap('told');
      const parts = { client, clock: systemClock, log: noLog, metrics: noMetrics, instance: 'contract' };
      const sender = new EventSender(parts);
      void sender.run(signal);
      sender.record(object, { type: 'Warning', reason: 'Told', message: 'x'.repeat(2_000) });
      await eventually(async () => {
        const { items } = await client.list<Event>(events, { namespace, signal });
        expect(items.map(({ reason, regarding }) => [reason, regarding.uid])).toEqual([['Told', object.metadata.uid]]);
      }, soon);
    });

    it('are replicas, set on the Deployment that was looked at', async () => {
      const { client, namespace, signal } = await connect(config());
      await client.create<Deployment>(deployments, deploymentIn(namespace), { signal });
      const writer = createScaleWriter(client);
      const look = async () => {
        const found = await client.get<Deployment>(deployments, `${namespace}/scaled`, { signal });
        if (found === undefined) throw new Error('the Deployment is not there');
        return found;
      };
      const scale = ({ metadata }: Deployment, replicas: number) =>
        writer.scale(
          { kind: 'Deployment', key: 'Deployment/scaled', metadata, replicas: 1, ready: 0, paused: false },
          replicas,
          { signal },
        );
      // Its controller writes into a new Deployment too, so the first look may be old by the time of the write.
      const seen = await eventually(async () => {
        const now = await look();
        await scale(now, 3);
        return now;
      }, soon);
      expect((await look()).spec.replicas).toBe(3);
      await expect(scale(seen, 5)).rejects.toMatchObject(conflict);
    });
  });
}

async function storeWith(
  config: () => KubeConfig,
  name: string,
  content: Parameters<Connected['createConfigMap']>[1] = {},
) {
  const connected = await connect(config());
  const store = connected.configMaps();
  await connected.createConfigMap(name, content);
  const held = (): ConfigMap => {
    const found = store.get(`${connected.namespace}/${name}`);
    if (found === undefined) throw new Error(`${name} is not in the cache`);
    return found;
  };
  await eventually(held, soon);
  return { ...connected, store, held };
}

function countOf(objects: Iterable<KubeObject>, prefix: string): number {
  return [...objects].filter(({ metadata }) => metadata.name.startsWith(prefix)).length;
}

function deploymentIn(namespace: string) {
  const labels = { app: 'scaled' };
  return {
    metadata: { name: 'scaled', namespace },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'none', image: 'none.example/none' }] } },
    },
  };
}
