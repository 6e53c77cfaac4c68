import type { AccessRule } from '../crds/access-rule.ts';
import type { EventCluster } from '../crds/event-cluster.ts';
import { defaultClusterAnnotation } from '../crds/names.ts';
import { Reason } from '../crds/reasons.ts';
import type { KubeObject } from '../ports/kube.ts';
import type { Blocked } from '../runtime/kind.ts';
import { type NamespaceFacts, ruleFor } from './access.ts';
import { refuse, wait } from './blocked.ts';

/** How long a resource waits before it looks again for something that a watch tells it about anyway. */
const lookAgainMs = 60_000;

export interface ClusterQuestion {
  namespace: NamespaceFacts;
  clusterRef: { name: string } | undefined;
  /** `status.cluster`: the cluster chosen at first resolution. */
  pinned: string | undefined;
}

/** What every kind says of its cluster. */
export interface ClusterUser {
  metadata: { namespace?: string };
  spec: { clusterRef?: { name: string } | undefined };
  status?: { cluster?: string | undefined };
}

/** The namespaces as last seen: access may depend on their labels. */
export interface NamespaceView {
  get(name: string): KubeObject | undefined;
}

export function questionOf({ metadata, spec, status }: ClusterUser, namespaces: NamespaceView): ClusterQuestion {
  const name = metadata.namespace ?? '';
  const seen = namespaces.get(name);
  const namespace = { name, labels: seen && (seen.metadata.labels ?? {}) };
  return { namespace, clusterRef: spec.clusterRef, pinned: status?.cluster };
}

/** An EventCluster, and the rule of it that speaks for the asking namespace. */
export interface ClusterAccess {
  name: string;
  cluster: EventCluster;
  readOnly: boolean;
  rule: AccessRule | undefined;
}

/** An EventCluster whose Kafka has answered. */
export interface ClusterUse extends ClusterAccess {
  /** The only cluster id that may be written to. */
  clusterId: string;
}

/** `gone`: no such object, so it can never answer. */
export type ClusterAnswer<Use> = { kind: 'use'; use: Use } | { kind: 'blocked'; gone: boolean; blocked: Blocked };

/** Finds the cluster that a resource uses, or says what is missing. Whether its Kafka has ever answered is not asked. */
export function findCluster(question: ClusterQuestion, clusters: Iterable<EventCluster>): ClusterAnswer<ClusterAccess> {
  const meant = meantBy(question, clusters);
  const [found, ...others] = meant;
  if (found === undefined) return { kind: 'blocked', gone: true, blocked: notFound(nameIn(question)) };
  if (others.length > 0) return { kind: 'blocked', gone: false, blocked: ambiguous(meant) };
  const changed = refuseChangedId(found);
  if (changed) return { kind: 'blocked', gone: false, blocked: changed };
  const rule = ruleFor(question.namespace, found.spec.access);
  if (rule === 'unseen') return { kind: 'blocked', gone: false, blocked: labelsNotSeenYet(found) };
  const readOnly = found.spec.mode === 'ReadOnly';
  return { kind: 'use', use: { name: found.metadata.name, cluster: found, readOnly, rule } };
}

/** The same for work that needs Kafka: a cluster that has never answered is waited for. */
export function resolveCluster(question: ClusterQuestion, clusters: Iterable<EventCluster>): ClusterAnswer<ClusterUse> {
  const answer = findCluster(question, clusters);
  if (answer.kind === 'blocked') return answer;
  const { spec, status } = answer.use.cluster;
  const clusterId = spec.kafka.clusterId ?? status?.clusterId;
  if (!clusterId) return { kind: 'blocked', gone: false, blocked: notSeenYet(answer.use.cluster) };
  return { kind: 'use', use: { ...answer.use, clusterId } };
}

/** Whether the Kafka cluster that is meant has ever answered there; until then a pin in the spec is only what the user expects. */
export function hasAnswered({ cluster, clusterId }: ClusterUse): boolean {
  return cluster.status?.clusterId === clusterId;
}

function nameIn({ clusterRef, pinned }: ClusterQuestion): string | undefined {
  return clusterRef?.name ?? pinned;
}

/** The EventClusters that a resource may mean: the named one, or each that is annotated as the default. */
export function meantBy(question: ClusterQuestion, clusters: Iterable<EventCluster>): EventCluster[] {
  const name = nameIn(question);
  const isMeant = ({ metadata }: EventCluster) =>
    name === undefined ? metadata.annotations?.[defaultClusterAnnotation] === 'true' : metadata.name === name;
  return [...clusters].filter((cluster) => !cluster.metadata.deletionTimestamp && isMeant(cluster));
}

function ambiguous(meant: readonly EventCluster[]): Blocked {
  const names = meant.map((cluster) => `"${cluster.metadata.name}"`).sort();
  const what = `EventClusters ${names.join(' and ')} are both annotated ${defaultClusterAnnotation}`;
  const next = 'set spec.clusterRef or keep one annotation';
  return wait(Reason.AmbiguousDefaultCluster, { what, next }, lookAgainMs);
}

function notFound(name: string | undefined): Blocked {
  const said =
    name === undefined
      ? {
          what: `no EventCluster is annotated ${defaultClusterAnnotation}`,
          next: 'set spec.clusterRef or annotate one',
        }
      : { what: `EventCluster "${name}" does not exist`, next: 'create it or name another one' };
  return wait(Reason.ClusterNotFound, said, lookAgainMs);
}

function refuseChangedId({ metadata, status }: EventCluster): Blocked | undefined {
  const ready = status?.conditions?.find((condition) => condition.type === 'Ready');
  if (ready?.reason !== Reason.ClusterIdChanged) return undefined;
  return refuse(Reason.ClusterIdChanged, {
    what: `EventCluster "${metadata.name}" reaches another Kafka cluster than before`,
    next: 'nothing is written until its spec.kafka.clusterId names the new one',
  });
}

function notSeenYet({ metadata }: EventCluster): Blocked {
  const what = `EventCluster "${metadata.name}" has not been reached yet`;
  return wait(Reason.ClusterNotReady, { what, next: 'see its status' }, lookAgainMs);
}

function labelsNotSeenYet({ metadata }: EventCluster): Blocked {
  const what = `EventCluster "${metadata.name}" gives access by labels of the namespace, and those have not been seen yet`;
  return wait(Reason.Progressing, { what }, lookAgainMs);
}

/** Nothing is written in ReadOnly mode; what is in sync stays so. */
export function holdWhenReadOnly(use: ClusterAccess): Blocked {
  const what = `EventCluster "${use.name}" is in ReadOnly mode: there is a change to make, and it waits`;
  return wait(Reason.ClusterReadOnly, { what }, lookAgainMs);
}
