import type { KubeConfig } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { configMaps } from '../../../src/adapters/kube/resource-type.ts';
import type { KubeStore } from '../../../src/adapters/kube/store/store.ts';
import { Fault } from '../../../src/ports/fault.ts';
import type { KubeObject } from '../../../src/ports/kube.ts';
import { eventually } from '../../helpers/eventually.ts';
import { type ConfigMap, type Connected, connect } from './connected.ts';

export interface ApiServerControl {
  config: KubeConfig;
  /** Ends the API server like a crash; its data stays. */
  kill(): Promise<void>;
  /** Resolves once it answers again. */
  start(): Promise<void>;
}

export interface OutageReport {
  /** From the moment in which the API server answered again until the store showed what it holds. */
  behindMs: number;
}

const longEnough = { within: 60_000, everyMs: 20 };

/** What a store promises while its API server comes and goes: the right state soon afterwards, every time. */
export function describeApiServerOutages(
  name: string,
  setup: () => ApiServerControl | Promise<ApiServerControl>,
  { times, tell = () => {} }: { times: number; tell?: (report: OutageReport) => void },
): void {
  describe(`the store on ${name}, whose API server is killed`, () => {
    it(`is right after each of ${times} restarts, whatever others did right before and after`, async () => {
      const control = await setup();
      const connected = await connect(control.config);
      const store = connected.configMaps();
      await store.whenSynced(connected.signal);
      const followed = follow(store);
      for (let round = 0; round < times; round += 1) {
        await changeSomething(connected, `${round}-before`);
        await control.kill();
        await expect(changeSomething(connected, `${round}-during`)).rejects.toBeInstanceOf(Fault);
        await control.start();
        const startMs = performance.now();
        await eventually(() => changeSomething(connected, `${round}-after`), longEnough);
        await eventually(() => expectEqualToServer(connected, store), longEnough);
        tell({ behindMs: Math.round(performance.now() - startMs) });
        expect(Object.fromEntries(followed)).toEqual(versions(store.list()));
        await expectOwnWriteShown(connected, store, round);
      }
    });
  });
}

/** What a listener that only hears changes believes. */
function follow(store: KubeStore<ConfigMap>): Map<string, string> {
  const believed = new Map<string, string>();
  store.subscribe(({ key, after }) => {
    if (after === undefined) believed.delete(key);
    else believed.set(key, after.metadata.resourceVersion);
  });
  return believed;
}

/** Adds an object and removes or changes others, so that each round leaves another state. */
async function changeSomething(
  { client, namespace, signal, createConfigMap }: Connected,
  label: string,
): Promise<void> {
  await createConfigMap(`made-${label}`).catch(unlessExisting);
  const { items } = await client.list<ConfigMap>(configMaps, { namespace, signal });
  const made = items.filter(({ metadata }) => metadata.name.startsWith('made-'));
  const [oldest] = made.toSorted(byAge);
  if (oldest !== undefined && made.length > 5) {
    const { name, uid } = oldest.metadata;
    await client.delete(configMaps, `${namespace}/${name}`, { uid, signal });
  }
  await client.patch(configMaps, `${namespace}/made-${label}`, { data: { label } }, { signal });
}

function unlessExisting(error: unknown): void {
  if (!(error instanceof Fault && error.code === '409')) throw error;
}

function byAge(one: KubeObject, other: KubeObject): number {
  return Number(BigInt(one.metadata.resourceVersion) - BigInt(other.metadata.resourceVersion));
}

async function expectEqualToServer(
  { client, namespace, signal }: Connected,
  store: KubeStore<ConfigMap>,
): Promise<void> {
  const { items } = await client.list<ConfigMap>(configMaps, { namespace, signal });
  expect(versions(store.list())).toEqual(versions(items));
}

async function expectOwnWriteShown({ namespace, signal }: Connected, store: KubeStore<ConfigMap>, round: number) {
  const key = `${namespace}/made-${round}-after`;
  const resource = store.get(key);
  if (resource === undefined) throw new Error(`${key} is not in the cache`);
  await store.patch(resource, { data: { written: 'yes' } }, { signal });
  expect(store.get(key)?.data).toMatchObject({ written: 'yes' });
}

function versions(objects: Iterable<KubeObject>): Record<string, string> {
  return Object.fromEntries(
    [...objects].map(({ metadata }) => [`${metadata.namespace}/${metadata.name}`, metadata.resourceVersion]),
  );
}
