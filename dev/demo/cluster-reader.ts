import { KubeClient } from '../../src/adapters/kube/client/client.ts';
import { KubeConnection, loadKubeConfig } from '../../src/adapters/kube/connection/connection.ts';
import { deployments, type ResourceType } from '../../src/adapters/kube/resource-type.ts';
import { defaultKubeSettings } from '../../src/adapters/kube/settings.ts';
import { createMetrics } from '../../src/adapters/metrics.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import type { EventConsumer } from '../../src/crds/event-consumer.ts';
import { kinds } from '../../src/crds/index.ts';
import { group, version } from '../../src/crds/names.ts';
import type { CallOptions, KubeObject } from '../../src/ports/kube.ts';

export interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

/** What a resource of ours and a Deployment have in common. */
export interface Observable extends KubeObject {
  spec?: { replicas?: number };
  status?: {
    observedGeneration?: number;
    conditions?: readonly Condition[];
    replicas?: unknown;
    readyReplicas?: number;
  };
}

export interface Pod extends KubeObject {
  status?: { podIP?: string; conditions?: readonly Condition[] };
}

/** Reads one namespace as an administrator. Every call throws Fault. */
export interface ClusterReader {
  /** Resources of all our kinds, EventClusters included. */
  resources(options: CallOptions): Promise<readonly Observable[]>;
  deployments(options: CallOptions): Promise<readonly Observable[]>;
  consumers(options: CallOptions): Promise<readonly EventConsumer[]>;
  pods(options: CallOptions): Promise<readonly Pod[]>;
  close(): Promise<void>;
}

const pods: ResourceType = { group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true };
const own: readonly ResourceType[] = kinds.map(({ kind, plural, scope }) => {
  return { group, version, kind, plural, namespaced: scope === 'Namespaced' };
});

/** `kubeconfig` is a path. */
export function createClusterReader(kubeconfig: string, namespace: string): ClusterReader {
  const settings = { ...defaultKubeSettings, version: 'demo' };
  const connection = new KubeConnection(loadKubeConfig(kubeconfig), systemClock, settings);
  const client = new KubeClient({
    connection,
    settings,
    clock: systemClock,
    metrics: createMetrics(),
    fence: () => true,
  });
  const list = async <R extends KubeObject>(type: ResourceType, { signal }: CallOptions): Promise<readonly R[]> => {
    const where = type.namespaced ? { namespace, signal } : { signal };
    return (await client.list<R>(type, where)).items;
  };
  const consumers = own.filter(({ kind }) => kind === 'EventConsumer');
  return {
    resources: async (options) => (await Promise.all(own.map((type) => list<Observable>(type, options)))).flat(),
    deployments: (options) => list<Observable>(deployments, options),
    consumers: async (options) =>
      (await Promise.all(consumers.map((type) => list<EventConsumer>(type, options)))).flat(),
    pods: (options) => list<Pod>(pods, options),
    close: () => connection.close(),
  };
}
