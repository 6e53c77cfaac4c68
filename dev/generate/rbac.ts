import type { KindDefinition } from '../../src/crds/definition.ts';
import { group } from '../../src/crds/names.ts';
import type { PolicyRule } from '../../src/ports/kube.ts';

type ApiRule = Omit<PolicyRule, 'scope'>;

const account = 'sluice-operator';
const labels = { 'app.kubernetes.io/name': 'sluice', 'app.kubernetes.io/part-of': 'sluice' };

/** The operator's ServiceAccount, roles and bindings from the rules that the adapters declare. */
export function operatorRbac(rules: readonly PolicyRule[], namespace: string): Record<string, unknown>[] {
  const metadata = { name: account, namespace, labels };
  return [{ apiVersion: 'v1', kind: 'ServiceAccount', metadata }, ...rolesOf(account, rules, namespace)];
}

/** A role for the cluster and one for the operator's namespace, both granted to its ServiceAccount. */
export function rolesOf(name: string, rules: readonly PolicyRule[], namespace: string): Record<string, unknown>[] {
  const subjects = [{ kind: 'ServiceAccount', name: account, namespace }];
  const rbac = 'rbac.authorization.k8s.io';
  return [
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRole',
      metadata: { name, labels },
      rules: mergeRules(rules.filter((rule) => rule.scope === 'cluster')),
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name, labels },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
      subjects,
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'Role',
      metadata: { name, namespace, labels },
      rules: mergeRules(rules.filter((rule) => rule.scope === 'operator-namespace')),
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata: { name, namespace, labels },
      roleRef: { apiGroup: rbac, kind: 'Role', name },
      subjects,
    },
  ];
}

/** What people are granted with one of the roles that Kubernetes brings. */
export interface UserRole {
  name: 'view' | 'edit' | 'admin';
  /** The roles of Kubernetes that take it in. */
  into: readonly string[];
  rules: readonly ApiRule[];
}

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'delete', 'deletecollection', 'patch', 'update'];

/**
 * Nobody gets `status` or `finalizers`, which say what a resource may delete. Whoever writes what belongs to the whole
 * cluster sends the operator's credentials where they like: only an admin of all namespaces does.
 */
export function userRoles(kinds: readonly KindDefinition[]): readonly UserRole[] {
  const plurals = kinds.map(({ plural }) => plural);
  const inNamespaces = kinds.filter(({ scope }) => scope === 'Namespaced').map(({ plural }) => plural);
  const ofCluster = plurals.filter((plural) => !inNamespaces.includes(plural));
  const ruleFor = (resources: readonly string[], verbs: readonly string[]) => [
    { apiGroups: [group], resources: [...resources].sort(), verbs },
  ];
  return [
    { name: 'view', into: ['view', 'edit', 'admin'], rules: ruleFor(plurals, READ) },
    { name: 'edit', into: ['edit', 'admin'], rules: ruleFor(inNamespaces, WRITE) },
    { name: 'admin', into: ['admin'], rules: ruleFor(ofCluster, WRITE) },
  ];
}

/** Cluster roles that the ones for users take in, so that who works in a namespace works with our kinds too. */
export function userRbac(kinds: readonly KindDefinition[]): Record<string, unknown>[] {
  return userRoles(kinds).map(({ name, into, rules }) => {
    const aggregated = into.map((role) => [`rbac.authorization.k8s.io/aggregate-to-${role}`, 'true']);
    return {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: `sluice-${name}`, labels: { ...labels, ...Object.fromEntries(aggregated) } },
      rules,
    };
  });
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
