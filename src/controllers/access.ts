import { lookUp } from '../base/records.ts';
import type { AccessRule } from '../crds/access-rule.ts';
import { matchesAny } from './globs.ts';

export interface NamespaceFacts {
  name: string;
  /** `undefined`: the namespace has not been seen yet. */
  labels: Labels | undefined;
}

type Labels = Readonly<Record<string, string>>;
type Selector = NonNullable<AccessRule['namespaceSelector']>;
type Requirement = NonNullable<Selector['matchExpressions']>[number];

/**
 * The first rule that matches the namespace decides; names and labels must both match where a rule has both.
 * `unseen`: it depends on labels that are not known yet, so that no later rule may answer for this one.
 */
export function ruleFor(
  { name, labels }: NamespaceFacts,
  access: readonly AccessRule[],
): AccessRule | 'unseen' | undefined {
  for (const rule of access) {
    const { namespaces, namespaceSelector } = rule;
    // The API server refuses a rule that names nobody. Here it must not turn into one for everybody.
    if (namespaces === undefined && namespaceSelector === undefined) continue;
    if (namespaces !== undefined && !matchesAny(name, namespaces)) continue;
    if (namespaceSelector === undefined) return rule;
    if (labels === undefined) return 'unseen';
    if (selects(namespaceSelector, labels)) return rule;
  }
  return undefined;
}

function selects({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => lookUp(labels, key) === value) &&
    matchExpressions.every((requirement) => meets(requirement, lookUp(labels, requirement.key)))
  );
}

/** As everywhere in Kubernetes, a label that is absent is not in any list. */
function meets({ operator, values = [] }: Requirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
}
