import { expect, it } from 'vitest';
import { crdTemplate, rulesTemplates } from '../../../dev/generate/chart.ts';
import { userRbac, userRoles } from '../../../dev/generate/rbac.ts';
import { kinds } from '../../../src/crds/index.ts';
import type { PolicyRule } from '../../../src/ports/kube.ts';

const crd = 'kind: CustomResourceDefinition\nmetadata:\n  name: a\nspec:\n  description: "{{ x }}"\n';

it('a CRD becomes a template that can be left out, and keeps braces of its own', () => {
  const template = crdTemplate(crd);
  expect(template).toMatch(/^{{- if .Values.crds.install }}\nkind: /);
  expect(template).toContain('  name: a\n  labels:\n');
  expect(template).toContain('description: "{{ "{{" }} x }}"');
  expect(template).toMatch(/\n{{- end }}\n$/);
});

it('the templates of rules hold what adapters declare, by where it applies', () => {
  const rule = { apiGroups: [''], verbs: ['list'] };
  const rules: readonly PolicyRule[] = [
    { ...rule, resources: ['namespaces'], scope: 'cluster' },
    { ...rule, resources: ['configmaps'], scope: 'operator-namespace' },
    { ...rule, resources: ['secrets'], scope: 'operator-namespace' },
  ];
  const resourcesOf = (granted: unknown) => (granted as PolicyRule[]).map(({ resources }) => resources.join()).join();
  const webhook: readonly PolicyRule[] = [
    { ...rule, resources: ['validatingwebhookconfigurations'], scope: 'cluster' },
    { ...rule, resources: ['secrets'], verbs: ['create'], scope: 'operator-namespace' },
  ];
  const text = rulesTemplates({ operator: rules, webhook }, kinds, (granted) => `${resourcesOf(granted)}\n`);
  expect(text).toContain('{{- define "sluice.rules.cluster" -}}\nnamespaces\n{{- end }}\n');
  expect(text).toContain('{{- define "sluice.rules.namespace" -}}\nconfigmaps,secrets\n{{- end }}\n');
  expect(text).toContain('{{- define "sluice.rules.secrets" -}}\nsecrets\n{{- end }}\n');
  expect(text).toContain(
    '{{- define "sluice.rules.webhook.cluster" -}}\nvalidatingwebhookconfigurations\n{{- end }}\n',
  );
  expect(text).toContain('{{- define "sluice.rules.webhook.namespace" -}}\nsecrets\n{{- end }}\n');
});

it('nobody but the operator is granted a status or finalizers, and tenants no EventCluster', () => {
  const granted = userRoles(kinds).map(({ name, rules }) => [name, rules.flatMap(({ resources }) => resources)]);
  expect(Object.fromEntries(granted)).toEqual({
    view: ['eventclusters', 'eventconsumers', 'eventschemas', 'eventtopics'],
    edit: ['eventconsumers', 'eventschemas', 'eventtopics'],
    admin: ['eventclusters'],
  });
});

it('who may more may also what others may', () => {
  const aggregated = userRbac(kinds).map(({ metadata }) =>
    Object.keys(Object(metadata).labels).flatMap((label) => label.split('/aggregate-to-')[1] ?? []),
  );
  expect(aggregated).toEqual([['view', 'edit', 'admin'], ['edit', 'admin'], ['admin']]);
});
