import type { KubeConfig } from '@kubernetes/client-node';
import { onTestFinished } from 'vitest';
import { KubeClient } from '../../../src/adapters/kube/client/client.ts';
import { KubeConnection } from '../../../src/adapters/kube/connection/connection.ts';
import { configMaps, type ResourceType } from '../../../src/adapters/kube/resource-type.ts';
import { defaultKubeSettings, type KubeSettings } from '../../../src/adapters/kube/settings.ts';
import { KubeStore, type StoreOptions } from '../../../src/adapters/kube/store/store.ts';
import { systemClock } from '../../../src/adapters/system-clock.ts';
import type { KubeObject } from '../../../src/ports/kube.ts';
import type { Log } from '../../../src/ports/log.ts';
import type { Metrics } from '../../../src/ports/metrics.ts';

export interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
}

const namespaces: ResourceType = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
};

export const noLog: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => noLog };

export const noMetrics: Metrics = {
  counter: () => ({ add() {} }),
  gauge: () => ({ set() {}, remove() {} }),
  histogram: () => ({ observe() {} }),
};

/** A client of a real API server, with a namespace of its own, until the test ends. */
export interface Connected {
  client: KubeClient;
  namespace: string;
  signal: AbortSignal;
  /** A running store of the namespace's ConfigMaps. */
  configMaps(options?: Partial<StoreOptions<ConfigMap>>): KubeStore<ConfigMap>;
  /** A running store of any kind, in all namespaces. */
  store<R extends KubeObject>(options: StoreOptions<R>): KubeStore<R>;
  createConfigMap(name: string, content?: Partial<ConfigMap['metadata']> & Pick<ConfigMap, 'data'>): Promise<ConfigMap>;
}

export async function connect(config: KubeConfig, changed: Partial<KubeSettings> = {}): Promise<Connected> {
  // No call is to be late because the machine is busy.
  const settings = { ...defaultKubeSettings, callDeadlineMs: 60_000, ...changed };
  const common = { clock: systemClock, metrics: noMetrics, settings, log: noLog, random: Math.random };
  const connection = new KubeConnection(config, systemClock, settings);
  const client = new KubeClient({ ...common, connection, fence: () => true });
  const ended = new AbortController();
  const { signal } = ended;
  const { metadata } = await client.create<KubeObject>(
    namespaces,
    { metadata: { generateName: 'contract-' } },
    { signal },
  );
  const namespace = metadata.name;

  function store<R extends KubeObject>(options: StoreOptions<R>): KubeStore<R> {
    const made = new KubeStore<R>(options, { ...common, client });
    void made.run(signal);
    return made;
  }
  onTestFinished(async () => {
    ended.abort();
    await client.delete(namespaces, namespace, { uid: metadata.uid, signal: AbortSignal.timeout(60_000) });
    await connection.close();
  });
  return {
    client,
    namespace,
    signal,
    store,
    configMaps: (options) => store<ConfigMap>({ type: configMaps, namespace, ...options }),
    createConfigMap: (name, { data = {}, ...more } = {}) =>
      client.create<ConfigMap>(configMaps, { metadata: { name, namespace, ...more }, data }, { signal }),
  };
}
