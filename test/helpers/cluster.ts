import { KubeClient, type NewObject } from '../../src/adapters/kube/client/client.ts';
import { KubeConnection, loadKubeConfig } from '../../src/adapters/kube/connection/connection.ts';
import type { ResourceType } from '../../src/adapters/kube/resource-type.ts';
import { defaultKubeSettings } from '../../src/adapters/kube/settings.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { kinds } from '../../src/crds/index.ts';
import { apiVersion, group, version } from '../../src/crds/names.ts';
import type { KubeObject, MergePatch } from '../../src/ports/kube.ts';
import type { Metrics } from '../../src/ports/metrics.ts';
import type { Managed } from '../../src/runtime/kind.ts';
import { eventually } from './eventually.ts';
import { expectValidStatus } from './expect-valid-status.ts';

const noMetrics: Metrics = {
  counter: () => ({ add: () => undefined }),
  gauge: () => ({ set: () => undefined, remove: () => undefined }),
  histogram: () => ({ observe: () => undefined }),
};

const core: readonly ResourceType[] = [
  { group: '', version: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false },
  { group: '', version: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true },
  { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true },
  { group: 'apps', version: 'v1', kind: 'Deployment', plural: 'deployments', namespaced: true },
  { group: 'events.k8s.io', version: 'v1', kind: 'Event', plural: 'events', namespaced: true },
  {
    group: 'apiextensions.k8s.io',
    version: 'v1',
    kind: 'CustomResourceDefinition',
    plural: 'customresourcedefinitions',
    namespaced: false,
  },
  {
    group: 'admissionregistration.k8s.io',
    version: 'v1',
    kind: 'ValidatingWebhookConfiguration',
    plural: 'validatingwebhookconfigurations',
    namespaced: false,
  },
  { group: 'keda.sh', version: 'v1alpha1', kind: 'ScaledObject', plural: 'scaledobjects', namespaced: true },
  { group: 'coordination.k8s.io', version: 'v1', kind: 'Lease', plural: 'leases', namespaced: true },
  {
    group: 'autoscaling',
    version: 'v2',
    kind: 'HorizontalPodAutoscaler',
    plural: 'horizontalpodautoscalers',
    namespaced: true,
  },
];

const own: readonly ResourceType[] = kinds.map(({ kind, plural, scope }) => {
  return { group, version, kind, plural, namespaced: scope === 'Namespaced' };
});

function typeOf(kind: string): ResourceType {
  const type = [...own, ...core].find((candidate) => candidate.kind === kind);
  if (!type) throw new Error(`the tests do not know the kind ${kind}`);
  return type;
}

/** A manifest of one of our kinds, as a user would write it. */
export function manifest(
  kind: string,
  name: string,
  spec: Record<string, unknown>,
  namespace?: string,
): NewObject & KubeObject {
  // The API server adds the rest of the metadata.
  return { apiVersion, kind, metadata: { name, ...(namespace && { namespace }) }, spec } as unknown as NewObject &
    KubeObject;
}

/** Waits end as soon as what they wait for is there. These limits are for a machine that is busy with other things. */
const within = 120_000;
const callDeadlineMs = 60_000;

/** What a person does with kubectl, as an administrator. Every call throws Fault with the API server's words. */
export class TestCluster {
  readonly #client: KubeClient;
  readonly #connection: KubeConnection;
  readonly signal = new AbortController().signal;

  constructor(kubeconfig: string) {
    // Tests ask for hundreds of objects at once, and the last of them waits for all the others.
    const settings = { ...defaultKubeSettings, callDeadlineMs };
    this.#connection = new KubeConnection(loadKubeConfig(kubeconfig), systemClock, settings);
    this.#client = new KubeClient({
      connection: this.#connection,
      clock: systemClock,
      metrics: noMetrics,
      settings,
      fence: () => true,
    });
  }

  create<R extends KubeObject = Managed>(object: NewObject & { kind: string }): Promise<R> {
    return this.#client.create<R>(typeOf(object.kind), object, this);
  }

  get<R extends KubeObject = Managed>(kind: string, key: string): Promise<R | undefined> {
    return this.#client.get<R>(typeOf(kind), key, this);
  }

  async list<R extends KubeObject>(kind: string, namespace?: string): Promise<readonly R[]> {
    return (await this.#client.list<R>(typeOf(kind), { namespace, signal: this.signal })).items;
  }

  patch<R extends KubeObject = Managed>(kind: string, key: string, patch: MergePatch): Promise<R> {
    return this.#client.patch<R>(typeOf(kind), key, patch, this);
  }

  async delete(kind: string, key: string): Promise<void> {
    const object = await this.get<KubeObject>(kind, key);
    if (object) await this.#client.delete(typeOf(kind), key, { uid: object.metadata.uid, signal: this.signal });
  }

  /** A namespace of its own for a suite, with its own EventCluster of the same name. */
  async createNamespace(prefix: string): Promise<string> {
    const name = `${prefix}-${Math.random().toString(36).slice(2, 8)}`;
    await this.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    return name;
  }

  /** Waits until the condition has that status, and reason if given, for the newest spec; every status seen is valid. */
  whenCondition(kind: string, key: string, type: string, status: string, reason?: string): Promise<Managed> {
    return eventually(
      async () => {
        const resource = await this.get<Managed>(kind, key);
        if (!resource) throw new Error(`${kind} ${key} does not exist`);
        expectValidStatus(resource);
        const condition = resource.status?.conditions?.find((one) => one.type === type);
        const fresh = condition?.observedGeneration === resource.metadata.generation;
        if (!fresh || condition?.status !== status || (reason !== undefined && condition.reason !== reason)) {
          throw new Error(
            `${kind} ${key} is not ${type}=${status} ${reason ?? ''}: ${JSON.stringify(resource.status)}`,
          );
        }
        return resource;
      },
      { within },
    );
  }

  whenReady(kind: string, key: string): Promise<Managed> {
    return this.whenCondition(kind, key, 'Ready', 'True');
  }

  /** Asks for a look, as a person would with `kubectl annotate`. Returns when it asked, which is another time each time. */
  async lookNow(kind: string, key: string): Promise<string> {
    const at = new Date().toISOString();
    await this.patch(kind, key, { metadata: { annotations: { 'sluice.dev/reconcile-requested-at': at } } });
    return at;
  }

  /** Waits for a look that begins from now on. */
  async lookedAgain(kind: string, key: string): Promise<void> {
    const at = await this.lookNow(kind, key);
    await eventually(
      async () => {
        const { status } = (await this.get(kind, key)) ?? {};
        if (status?.lastHandledReconcileAt !== at)
          throw new Error(`nobody has looked at ${kind} ${key} since ${at}: ${JSON.stringify(status)}`);
      },
      { within },
    );
  }

  /**
   * Changes the spec of an EventCluster and waits until the operator goes by it: it hears of each kind by itself, so that
   * what is created next may else be judged by the spec of before.
   */
  async changeCluster(name: string, spec: MergePatch): Promise<void> {
    const { metadata } = await this.patch('EventCluster', name, { spec });
    await eventually(
      async () => {
        const { status } = (await this.get('EventCluster', name)) ?? {};
        if ((status?.observedGeneration ?? 0) < (metadata.generation ?? 0))
          throw new Error(`EventCluster ${name} was not looked at since it changed: ${JSON.stringify(status)}`);
      },
      { within },
    );
  }

  whenGone(kind: string, key: string): Promise<void> {
    return eventually(
      async () => {
        const resource = await this.get<Managed>(kind, key);
        if (resource) throw new Error(`${kind} ${key} is still there: ${JSON.stringify(resource.status)}`);
      },
      { within },
    );
  }

  /** The CRD of KEDA's ScaledObject, as far as we look at it. */
  async installScaledObjects(): Promise<void> {
    const name = 'scaledobjects.keda.sh';
    if (await this.get<KubeObject>('CustomResourceDefinition', name)) return;
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    await this.create({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name },
      spec: {
        group: 'keda.sh',
        scope: 'Namespaced',
        names: {
          kind: 'ScaledObject',
          plural: 'scaledobjects',
          singular: 'scaledobject',
          listKind: 'ScaledObjectList',
        },
        versions: [{ name: 'v1alpha1', served: true, storage: true, schema }],
      },
    });
    await eventually(() => this.list('ScaledObject'), { within });
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}
