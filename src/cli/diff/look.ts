import type { KubeClient } from '../../adapters/kube/client/client.ts';
import type { Preview } from '../../adapters/kube/client/preview.ts';
import { createPatterns } from '../../adapters/patterns.ts';
import type { NamespaceView } from '../../controllers/cluster-use.ts';
import type { ClusterConnections } from '../../controllers/connections.ts';
import { consultBrokers } from '../../controllers/event-topic/look/consult.ts';
import { observeTopic } from '../../controllers/event-topic/look/observe.ts';
import { planTopic } from '../../controllers/event-topic/plan/plan.ts';
import type { EventCluster } from '../../crds/event-cluster.ts';
import { type EventTopic, parseEventTopic } from '../../crds/event-topic.ts';
import { Reason } from '../../crds/reasons.ts';
import { Fault } from '../../ports/fault.ts';
import type { Index, ResourceCache } from '../../ports/kube.ts';
import { eventTopics } from '../resources.ts';
import { type Finding, findingOf, whoseOf } from './finding.ts';
import type { Written } from './manifests.ts';

/** A manifest and what the API server makes of it, or why it does not take it. */
export type Judged = { kind: 'taken'; resource: EventTopic } | { kind: 'refused'; finding: Finding };

/** Asks the API server about one manifest. Throws Fault when it does not answer. */
export async function judge(
  client: KubeClient,
  { fields, name, ...written }: Written,
  fallbackNamespace: string,
  index: number,
  signal: AbortSignal,
): Promise<Judged> {
  const namespace = written.namespace ?? fallbackNamespace;
  const manifest = { ...fields, metadata: { ...fields.metadata, namespace } };
  try {
    const preview = await client.previewApply<EventTopic>(eventTopics, `${namespace}/${name}`, manifest, { signal });
    return readable(preview, index);
  } catch (error) {
    if (!(error instanceof Fault) || !isRefusal(error)) throw error;
    const { topicName } = { topicName: name, ...(fields.spec as { topicName?: string } | undefined) };
    const finding = { namespace, name, topic: topicName, changes: [], blocked: [], problem: error.message };
    return { kind: 'refused', finding };
  }
}

/** A field that the kind does not have is called an internal error where a manifest is applied server-side. */
function isRefusal({ kind, code }: Fault): boolean {
  return code === '500' || (kind !== 'unavailable' && kind !== 'throttled');
}

/** A resource that does not exist yet is younger than every other. */
const creationTimestamp = '9999-12-31T23:59:59Z';

/** A dry run gives a new object another identity each time; here the first in the files counts as the older one. */
function readable({ exists, object }: Preview<EventTopic>, index: number): Judged {
  const uid = `new-${String(index).padStart(6, '0')}`;
  const metadata = exists ? object.metadata : { ...object.metadata, uid, creationTimestamp };
  const parsed = parseEventTopic({ ...object, metadata });
  if (parsed.ok) return { kind: 'taken', resource: parsed.resource };
  const problem = `does not fit its schema: ${parsed.problems.join('; ')}`;
  return { kind: 'refused', finding: { ...whoseOf(object), changes: [], blocked: [], problem } };
}

export interface Surroundings {
  /** All EventTopics as they would be. */
  topics: readonly EventTopic[];
  clusters: readonly EventCluster[];
  namespaces: NamespaceView;
  kafka: ClusterConnections;
}

/** Observes, plans and consults as the operator does, and returns what would be done. */
export function createLook({ topics, clusters, namespaces, kafka }: Surroundings, signal: AbortSignal) {
  const sources = {
    topics: indexed(topics),
    clusters: { list: () => clusters },
    // Only a removal asks for these, and nothing here removes.
    consumers: { byIndex: () => [] },
    namespaces,
    // What the operator remembers for moments is its own.
    claims: { find: () => undefined },
    written: { resting: () => new Map<string, string>() },
    departures: { find: () => undefined },
    throttles: { recordOf: () => undefined },
    // A place is taken by what is created, and nothing here is.
    places: { isTaken: () => false, note: () => undefined },
    compile: createPatterns(),
    kafka,
  };
  const round = { signal, now: new Date(), tell: () => undefined };
  return async (resource: EventTopic): Promise<Finding> => {
    if (resource.metadata.deletionTimestamp !== undefined) return leaving(resource);
    const namespace = resource.metadata.namespace ?? '';
    try {
      const observed = await observeTopic(sources, resource, round);
      const plan = planTopic(resource, observed, round.now);
      const consulted = await consultBrokers(plan, { kafka, signal, namespace, onlyShown: true });
      return findingOf(resource, observed, consulted);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return { ...whoseOf(resource), changes: [], blocked: [], problem: error.message };
    }
  };
}

/** By any index, each of which is made when it is first asked for. */
function indexed(topics: readonly EventTopic[]): Pick<ResourceCache<EventTopic>, 'byIndex'> {
  const found = new Map<Index<EventTopic>, ReadonlyMap<string, readonly EventTopic[]>>();
  const group = ({ valuesOf }: Index<EventTopic>) => {
    const entries = topics.flatMap((topic) => valuesOf(topic).map((value) => ({ value, topic })));
    const groups = Map.groupBy(entries, ({ value }) => value);
    return new Map([...groups].map(([value, own]) => [value, own.map(({ topic }) => topic)] as const));
  };
  return {
    byIndex(index, value) {
      const groups = found.get(index) ?? group(index);
      found.set(index, groups);
      return groups.get(value) ?? [];
    },
  };
}

function leaving(resource: EventTopic): Finding {
  const message = 'the resource is being deleted; apply it once it is gone';
  return { ...whoseOf(resource), changes: [], blocked: [{ kind: 'wait', reason: Reason.Deleting, message }] };
}
