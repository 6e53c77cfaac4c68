import type { KubeClient } from '../adapters/kube/client/client.ts';
import type { ResourceType } from '../adapters/kube/resource-type.ts';
import type { Parsed } from '../base/parsed.ts';
import type { NamespaceView } from '../controllers/cluster-use.ts';
import type { KindDefinition } from '../crds/definition.ts';
import { type EventCluster, eventCluster, parseEventCluster } from '../crds/event-cluster.ts';
import { type EventTopic, eventTopic, parseEventTopic } from '../crds/event-topic.ts';
import { group, version } from '../crds/names.ts';
import { Fault } from '../ports/fault.ts';
import type { KubeObject } from '../ports/kube.ts';

export const eventTopics = typeOf(eventTopic);
const eventClusters = typeOf(eventCluster);
const namespaces: ResourceType = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
};

/** A kind of ours as the API server's paths name it. */
export function typeOf({ kind, plural, scope }: KindDefinition): ResourceType {
  return { group, version, kind, plural, namespaced: scope === 'Namespaced' };
}

/** The EventCluster `name`, or all of them: a person may be allowed to read one and not to list. */
export async function readClusters(
  client: KubeClient,
  name: string | undefined,
  signal: AbortSignal,
): Promise<EventCluster[]> {
  if (name === undefined) {
    const { items } = await client.list<EventCluster>(eventClusters, { signal });
    return items.map((item) => readable(item, parseEventCluster(item)));
  }
  const found = await client.get<EventCluster>(eventClusters, name, { signal });
  return found === undefined ? [] : [readable(found, parseEventCluster(found))];
}

export interface SeenTopics {
  topics: readonly EventTopic[];
  /** Why those of other namespaces are not in it; absent: all are. */
  partial?: Fault;
}

/** The EventTopics of all namespaces, or of `namespace` alone where no more is allowed. */
export async function readTopics(client: KubeClient, namespace: string, signal: AbortSignal): Promise<SeenTopics> {
  try {
    return { topics: await listTopics(client, undefined, signal) };
  } catch (error) {
    if (!(error instanceof Fault) || error.kind !== 'denied') throw error;
    return { topics: await listTopics(client, namespace, signal), partial: error };
  }
}

async function listTopics(client: KubeClient, namespace: string | undefined, signal: AbortSignal) {
  const { items } = await client.list<EventTopic>(eventTopics, { namespace, signal });
  return items.map((item) => readable(item, parseEventTopic(item)));
}

/** With defaults filled in; what an older API accepted stays as it is stored. */
function readable<R>(stored: R, parsed: Parsed<R>): R {
  return parsed.ok ? parsed.resource : stored;
}

/** The namespaces of that name: access may depend on their labels. One that may not be read is not in it. */
export async function readNamespaces(
  client: KubeClient,
  names: readonly string[],
  signal: AbortSignal,
): Promise<NamespaceView> {
  const found = await Promise.all([...new Set(names)].map((name) => readNamespace(client, name, signal)));
  return new Map(found.flatMap((namespace) => (namespace ? [[namespace.metadata.name, namespace]] : [])));
}

async function readNamespace(client: KubeClient, name: string, signal: AbortSignal): Promise<KubeObject | undefined> {
  try {
    return await client.get<KubeObject>(namespaces, name, { signal });
  } catch (error) {
    if (!(error instanceof Fault) || error.kind !== 'denied') throw error;
    return undefined;
  }
}
