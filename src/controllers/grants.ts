import type { AccessRule } from '../crds/access-rule.ts';
import type { EventCluster } from '../crds/event-cluster.ts';
import { Reason } from '../crds/reasons.ts';
import type { Blocked } from '../runtime/kind.ts';
import { ruleFor } from './access.ts';
import { refuse } from './blocked.ts';
import { type ClusterAccess, type ClusterQuestion, meantBy } from './cluster-use.ts';
import { matchesAny } from './globs.ts';

export type GrantKind = 'topics' | 'subjects' | 'groups';

/** `unknown`: nobody can tell now. */
export type Grant = 'granted' | 'refused' | 'unknown';

/**
 * What access rules say of `names`. They are in the spec of an EventCluster, so they are known while its Kafka is not.
 * Nobody knows what an EventCluster that is gone would grant, which of two defaults counts, and what depends on labels
 * that have not been seen yet.
 */
export function grantOf(
  question: ClusterQuestion,
  clusters: Iterable<EventCluster>,
  kind: GrantKind,
  names: readonly string[],
): Grant {
  const rules = meantBy(question, clusters).map(({ spec }) => ruleFor(question.namespace, spec.access));
  const grants = new Set(rules.map((rule) => (rule === 'unseen' ? 'unknown' : grantIn(rule, kind, names))));
  const [grant = 'unknown'] = grants;
  return grants.size === 1 ? grant : 'unknown';
}

function grantIn(rule: AccessRule | undefined, kind: GrantKind, names: readonly string[]): Grant {
  return ungranted(rule, kind, names).length === 0 ? 'granted' : 'refused';
}

/** Those of `names` that the rule does not grant. */
export function ungranted(rule: AccessRule | undefined, kind: GrantKind, names: readonly string[]): string[] {
  const granted = rule?.[kind] ?? [];
  return names.filter((name) => !matchesAny(name, granted));
}

/** A refusal when the cluster's access rules do not grant `names` to the namespace. */
export function refuseUngranted(use: ClusterAccess, kind: GrantKind, names: readonly string[]): Blocked | undefined {
  const refused = ungranted(use.rule, kind, names).map((name) => `"${name}"`);
  if (refused.length === 0) return undefined;
  return refuse(Reason.NotGranted, {
    what: `EventCluster "${use.name}" does not grant ${kind} ${refused.sort().join(', ')} to this namespace`,
    next: 'ask its owner for an access rule',
  });
}
