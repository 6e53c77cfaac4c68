import { defaultClusterAnnotation } from '../crds/common.ts';
import type { AccessRule, EventCluster } from '../crds/event-cluster.ts';
import { Reason } from '../crds/reasons.ts';
import type { KafkaAdmin, KafkaConnections } from '../ports/kafka.ts';
import type { Blocked } from '../runtime/kind.ts';

/** How long a resource waits before it looks again for something that a watch tells it about anyway. */
const lookAgainMs = 60_000;

export interface ClusterQuestion {
  namespace: string;
  clusterRef: { name: string } | undefined;
  /** `status.cluster`: the cluster chosen at first resolution. */
  pinned: string | undefined;
}

/** An EventCluster that answers, and the rule that speaks for the asking namespace. */
export interface ClusterUse {
  name: string;
  cluster: EventCluster;
  /** The only cluster id that may be written to. */
  clusterId: string;
  readOnly: boolean;
  rule: AccessRule | undefined;
}

export type ClusterAnswer = { kind: 'use'; use: ClusterUse } | { kind: 'blocked'; gone: boolean; blocked: Blocked };

/** Finds the cluster that a resource uses, or says what is missing. `gone`: no such object, so it can never answer. */
export function resolveCluster(question: ClusterQuestion, clusters: Iterable<EventCluster>): ClusterAnswer {
  const all = [...clusters].filter((cluster) => !cluster.metadata.deletionTimestamp);
  const name = question.clusterRef?.name ?? question.pinned;
  const found = name === undefined ? defaultCluster(all) : namedCluster(name, all);
  if ('reason' in found) return { kind: 'blocked', gone: found.reason === Reason.ClusterNotFound, blocked: found };
  const clusterId = found.spec.kafka.clusterId ?? found.status?.clusterId;
  const notReady = judgeCluster(found, clusterId);
  if (notReady || !clusterId) return { kind: 'blocked', gone: false, blocked: notReady ?? notSeenYet(found) };
  return {
    kind: 'use',
    use: {
      name: found.metadata.name,
      cluster: found,
      clusterId,
      readOnly: found.spec.mode === 'ReadOnly',
      rule: ruleFor(question.namespace, found.spec.access),
    },
  };
}

function namedCluster(name: string, all: readonly EventCluster[]): EventCluster | Blocked {
  const found = all.find((cluster) => cluster.metadata.name === name);
  return found ?? wait(Reason.ClusterNotFound, `EventCluster "${name}" does not exist; create it or name another one`);
}

function defaultCluster(all: readonly EventCluster[]): EventCluster | Blocked {
  const defaults = all.filter((cluster) => cluster.metadata.annotations?.[defaultClusterAnnotation] === 'true');
  const [first, second] = defaults;
  if (first && !second) return first;
  if (!first) {
    return wait(
      Reason.ClusterNotFound,
      `no EventCluster is annotated ${defaultClusterAnnotation}; set spec.clusterRef or annotate one`,
    );
  }
  const names = defaults.map((cluster) => `"${cluster.metadata.name}"`).sort();
  return wait(
    Reason.AmbiguousDefaultCluster,
    `EventClusters ${names.join(' and ')} are both annotated ${defaultClusterAnnotation}; set spec.clusterRef or keep one annotation`,
  );
}

function judgeCluster(cluster: EventCluster, clusterId: string | undefined): Blocked | undefined {
  const ready = cluster.status?.conditions?.find((condition) => condition.type === 'Ready');
  if (ready?.reason === Reason.ClusterIdChanged) {
    return {
      kind: 'refuse',
      reason: Reason.ClusterIdChanged,
      message: `EventCluster "${cluster.metadata.name}" reaches another Kafka cluster than before; nothing is written until its spec.kafka.clusterId names the new one`,
    };
  }
  return clusterId === undefined ? notSeenYet(cluster) : undefined;
}

function notSeenYet(cluster: EventCluster): Blocked {
  return wait(
    Reason.ClusterNotReady,
    `EventCluster "${cluster.metadata.name}" has not been reached yet; see its status`,
  );
}

function wait(reason: Reason, message: string): Blocked {
  return { kind: 'wait', reason, message, lookAgainMs };
}

export function adminOf(kafka: KafkaConnections, { name, cluster }: ClusterUse): KafkaAdmin {
  return kafka.to({ name, bootstrapServers: cluster.spec.kafka.bootstrapServers });
}

/** The first rule that matches the namespace decides. */
export function ruleFor(namespace: string, access: readonly AccessRule[]): AccessRule | undefined {
  return access.find((rule) => matchesAny(namespace, rule.namespaces));
}

export type GrantKind = 'topics' | 'subjects' | 'groups';

/** A refusal when the cluster's access rules do not grant `names` to the namespace. */
export function refuseUngranted(use: ClusterUse, kind: GrantKind, names: readonly string[]): Blocked | undefined {
  const granted = use.rule?.[kind] ?? [];
  const refused = names.filter((name) => !matchesAny(name, granted)).map((name) => `"${name}"`);
  if (refused.length === 0) return undefined;
  return {
    kind: 'refuse',
    reason: Reason.NotGranted,
    message: `EventCluster "${use.name}" does not grant ${kind} ${refused.sort().join(', ')} to this namespace; ask its owner for an access rule`,
  };
}

/** Nothing is written in ReadOnly mode; what is in sync stays so. */
export function holdWhenReadOnly(use: ClusterUse): Blocked {
  return wait(
    Reason.ClusterReadOnly,
    `EventCluster "${use.name}" is in ReadOnly mode: there is a change to make, and it waits`,
  );
}

export function matchesAny(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => matchesGlob(name, pattern));
}

/** `*` stands for any run of characters. Linear in name × pattern, whatever a tenant writes. */
export function matchesGlob(name: string, pattern: string): boolean {
  let position = 0;
  let star = -1;
  let retryFrom = 0;
  let p = 0;
  while (position < name.length) {
    if (pattern[p] === '*') {
      star = p++;
      retryFrom = position;
    } else if (p < pattern.length && pattern[p] === name[position]) {
      p++;
      position++;
    } else if (star >= 0) {
      p = star + 1;
      position = ++retryFrom;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
