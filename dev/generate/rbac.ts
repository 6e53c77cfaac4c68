import type { PolicyRule } from '../../src/ports/kube.ts';

type ApiRule = Omit<PolicyRule, 'scope'>;

const account = 'sluice-operator';
const labels = { 'app.kubernetes.io/name': 'sluice', 'app.kubernetes.io/part-of': 'sluice' };

/** The operator's ServiceAccount, roles and bindings from the rules that the adapters declare. */
export function operatorRbac(rules: readonly PolicyRule[], namespace: string): Record<string, unknown>[] {
  const subjects = [{ kind: 'ServiceAccount', name: account, namespace }];
  const rbac = 'rbac.authorization.k8s.io';
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account, namespace, labels } },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRole',
      metadata: { name: account, labels },
      rules: mergeRules(rules.filter((rule) => rule.scope === 'cluster')),
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: account, labels },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: account },
      subjects,
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'Role',
      metadata: { name: account, namespace, labels },
      rules: mergeRules(rules.filter((rule) => rule.scope === 'operator-namespace')),
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata: { name: account, namespace, labels },
      roleRef: { apiGroup: rbac, kind: 'Role', name: account },
      subjects,
    },
  ];
}

/** One rule per set of groups, resources and names, its verbs sorted, so that the output has one form. */
export function mergeRules(rules: readonly PolicyRule[]): ApiRule[] {
  const byTarget = new Map<string, { rule: PolicyRule; verbs: Set<string> }>();
  for (const rule of rules) {
    const target = JSON.stringify([rule.apiGroups, rule.resources, rule.resourceNames ?? []]);
    const entry = byTarget.get(target) ?? { rule, verbs: new Set<string>() };
    for (const verb of rule.verbs) entry.verbs.add(verb);
    byTarget.set(target, entry);
  }
  return [...byTarget.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { rule, verbs }]) => ({
      apiGroups: rule.apiGroups,
      resources: rule.resources,
      ...(rule.resourceNames && { resourceNames: rule.resourceNames }),
      verbs: [...verbs].sort(),
    }));
}
