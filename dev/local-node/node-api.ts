import { KubeClient } from '../../src/adapters/kube/client/client.ts';
import { KubeConnection, loadKubeConfig } from '../../src/adapters/kube/connection/connection.ts';
import { Transport } from '../../src/adapters/kube/connection/transport.ts';
import { configMaps, type ResourceType } from '../../src/adapters/kube/resource-type.ts';
import { defaultKubeSettings } from '../../src/adapters/kube/settings.ts';
import { KubeStore } from '../../src/adapters/kube/store/store.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { Fault } from '../../src/ports/fault.ts';
import type { KubeObject } from '../../src/ports/kube.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Metrics } from '../../src/ports/metrics.ts';
import type { Pod } from './pod.ts';
import type { PodApi } from './pod-api.ts';
import type { SourceData } from './sources.ts';

interface DataObject extends KubeObject {
  data?: Readonly<Record<string, string>>;
  binaryData?: Readonly<Record<string, string>>;
}

const core = { group: '', version: 'v1', namespaced: true } as const;
const pods: ResourceType = { ...core, kind: 'Pod', plural: 'pods' };
const secrets: ResourceType = { ...core, kind: 'Secret', plural: 'secrets' };
const bindings: ResourceType = { ...core, kind: 'Binding', plural: 'bindings' };

const noMetrics: Metrics = {
  counter: () => ({ add: () => {} }),
  gauge: () => ({ set: () => {}, remove: () => {} }),
  histogram: () => ({ observe: () => {} }),
};

/** The node's connection to the API server. */
export interface NodeApi extends PodApi {
  client: KubeClient;
  pods: KubeStore<Pod>;
  close(): Promise<void>;
}

/** `kubeconfig` is a path. Calls end when `signal` aborts. */
export function createNodeApi(kubeconfig: string, parts: { clock: Clock; log: Log }, signal: AbortSignal): NodeApi {
  const settings = { ...defaultKubeSettings, version: 'local-node' };
  const connection = new KubeConnection(loadKubeConfig(kubeconfig), parts.clock, settings);
  const transportParts = { connection, clock: parts.clock, metrics: noMetrics, settings, fence: () => true };
  const client = new KubeClient(transportParts);
  const store = new KubeStore<Pod>({ type: pods }, { ...parts, client, random: Math.random, settings });
  return {
    client,
    pods: store,
    ...podCalls(client, store, new Transport(transportParts), signal),
    close: () => connection.close(),
  };
}

/** The client knows neither bindings, whose answer is no object, nor deletion with a grace period. */
function podCalls(client: KubeClient, store: KubeStore<Pod>, transport: Transport, signal: AbortSignal): PodApi {
  return {
    async bind({ metadata: { name, namespace, uid } }, nodeName) {
      const target = { apiVersion: 'v1', kind: 'Node', name: nodeName };
      const body = { apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace, uid }, target };
      await transport.call({ verb: 'create', type: bindings, place: placeIn(namespace), body }, signal);
    },
    async writeStatus(pod, status) {
      await store.patchStatus(pod, { ...status }, { signal });
    },
    async remove({ metadata: { name, namespace, uid } }) {
      const body = { gracePeriodSeconds: 0, preconditions: { uid } };
      const place = { ...placeIn(namespace), name };
      await transport.call({ verb: 'delete', type: pods, place, body }, signal).catch(unlessGone);
    },
    async readSource(namespace, { kind, name }) {
      const type = kind === 'ConfigMap' ? configMaps : secrets;
      const found = await client.get<DataObject>(type, `${namespace}/${name}`, { signal });
      return found && bytesOf(found, kind === 'ConfigMap' ? 'utf8' : 'base64');
    },
  };
}

function placeIn(namespace: string | undefined): { namespace?: string } {
  return namespace === undefined ? {} : { namespace };
}

function unlessGone(error: unknown): void {
  if (error instanceof Fault && error.code === '404') return;
  throw error;
}

function bytesOf({ data = {}, binaryData = {} }: DataObject, encoding: 'utf8' | 'base64'): SourceData {
  const decode = (all: Readonly<Record<string, string>>, from: 'utf8' | 'base64') =>
    Object.entries(all).map(([key, value]) => [key, Buffer.from(value, from)]);
  return Object.fromEntries([...decode(data, encoding), ...decode(binaryData, 'base64')]);
}
