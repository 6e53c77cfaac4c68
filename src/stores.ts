import type { KubeClient } from './adapters/kube/client/client.ts';
import type { ResourceType } from './adapters/kube/resource-type.ts';
import { deployments as deploymentType, secrets as secretType } from './adapters/kube/resource-type.ts';
import { adapterRules, type StoreUse, storeRules } from './adapters/kube/rules.ts';
import { KubeStore, type StoreOptions, type StoreParts } from './adapters/kube/store/store.ts';
import { webhookSecretType } from './adapters/kube/webhook/names.ts';
import type { Parsed } from './base/parsed.ts';
import { autoscalerIndex, consumerIndexes } from './controllers/event-consumer/indexes.ts';
import { schemaIndexes } from './controllers/event-schema/indexes.ts';
import { topicIndexes } from './controllers/event-topic/indexes.ts';
import { isForConnections } from './controllers/secrets.ts';
import type { KindDefinition } from './crds/definition.ts';
import { type EventCluster, eventCluster, parseEventCluster } from './crds/event-cluster.ts';
import { type EventConsumer, eventConsumer, parseEventConsumer } from './crds/event-consumer.ts';
import { type EventSchema, eventSchema, parseEventSchema } from './crds/event-schema.ts';
import { type EventTopic, eventTopic, parseEventTopic } from './crds/event-topic.ts';
import { group, version } from './crds/names.ts';
import type { Index, KubeObject, PolicyRule } from './ports/kube.ts';
import type { Autoscaler, Deployment } from './ports/scale-target.ts';
import type { Secret } from './ports/secrets.ts';

const autoscalerType: ResourceType = {
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  namespaced: true,
};

const scaledObjectType: ResourceType = {
  group: 'keda.sh',
  version: 'v1alpha1',
  kind: 'ScaledObject',
  plural: 'scaledobjects',
  namespaced: true,
};

const namespaceType: ResourceType = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
};

/** What the stores below are used for: only these verbs are granted. */
const uses: readonly StoreUse[] = [
  { group, plural: eventCluster.plural, read: true, status: true },
  { group, plural: eventTopic.plural, read: true, patch: true, status: true },
  { group, plural: eventSchema.plural, status: true },
  { group, plural: eventConsumer.plural, status: true },
  { group: deploymentType.group, plural: deploymentType.plural },
  { group: autoscalerType.group, plural: autoscalerType.plural },
  { group: scaledObjectType.group, plural: scaledObjectType.plural },
  { group: namespaceType.group, plural: namespaceType.plural },
  { group: secretType.group, plural: secretType.plural, scope: 'operator-namespace' },
];

/** Everything that the operator is allowed to do, but for what its webhook needs (`webhookRules`). */
export const operatorRules: readonly PolicyRule[] = [...adapterRules, ...uses.flatMap(storeRules)];

export type Stores = ReturnType<typeof createStores>;

/** Every kind that the operator watches. */
export function createStores(parts: StoreParts & { client: KubeClient }) {
  const store = <R extends KubeObject>(options: StoreOptions<R>) => new KubeStore<R>(options, parts);
  const own = <R extends KubeObject>(
    definition: KindDefinition,
    parse: (object: R) => Parsed<R>,
    indexes: readonly Index<R>[] = [],
  ) =>
    store<R>({
      type: ownType(definition),
      parse,
      indexes,
      onUnparsed: ({ metadata }, problems) =>
        parts.log.warn('a stored object does not fit its schema', {
          kind: definition.kind,
          name: metadata.name,
          problems,
        }),
    });
  return {
    clusters: own<EventCluster>(eventCluster, parseEventCluster),
    topics: own<EventTopic>(eventTopic, parseEventTopic, topicIndexes),
    schemas: own<EventSchema>(eventSchema, parseEventSchema, schemaIndexes),
    consumers: own<EventConsumer>(eventConsumer, parseEventConsumer, consumerIndexes),
    deployments: store<Deployment>({ type: deploymentType, parse: deploymentEssence }),
    autoscalers: store<Autoscaler>({ type: autoscalerType, indexes: [autoscalerIndex] }),
    scaledObjects: store<Autoscaler>({ type: scaledObjectType, optional: true, indexes: [autoscalerIndex] }),
    namespaces: store<KubeObject>({ type: namespaceType, parse: metadataOnly }),
  };
}

/** The Secrets of each of the namespaces, by its name. */
export function createSecretStores(
  namespaces: readonly string[],
  parts: StoreParts & { client: KubeClient },
): ReadonlyMap<string, KubeStore<Secret>> {
  const options = { type: secretType, parse: secretEssence };
  return new Map(namespaces.map((namespace) => [namespace, new KubeStore<Secret>({ ...options, namespace }, parts)]));
}

function ownType({ kind, plural, scope }: KindDefinition): ResourceType {
  return { group, version, kind, plural, namespaced: scope === 'Namespaced' };
}

/** A cluster has many Deployments; of most of their text we use nothing. */
function deploymentEssence({ apiVersion, kind, metadata, spec, status }: Deployment): Parsed<Deployment> {
  const { replicas, paused } = spec;
  const kept = { ...(replicas !== undefined && { replicas }), ...(paused !== undefined && { paused }) };
  return { ok: true, resource: { apiVersion, kind, metadata, spec: kept, ...(status && { status }) } };
}

/** Secrets that are neither credentials of ours nor our own are not kept in memory. */
function secretEssence({ apiVersion, kind, metadata, type, data }: Secret): Parsed<Secret> {
  const kept = isForConnections(type) || type === webhookSecretType ? { ...(data && { data }) } : {};
  return { ok: true, resource: { apiVersion, kind, metadata, ...(type !== undefined && { type }), ...kept } };
}

function metadataOnly({ apiVersion, kind, metadata }: KubeObject): Parsed<KubeObject> {
  return { ok: true, resource: { apiVersion, kind, metadata } };
}
