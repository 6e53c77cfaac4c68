import type { KindDefinition } from '../../src/crds/definition.ts';
import type { PolicyRule } from '../../src/ports/kube.ts';
import { mergeRules, userRoles } from './rbac.ts';

const CRD_METADATA = `  labels:
    {{- include "sluice.labels" . | nindent 4 }}
  {{- with include "sluice.crdAnnotations" . }}
  annotations:
    {{- . | nindent 4 }}
  {{- end }}
`;

/** A CRD, given as YAML, as a template of the chart. Helm upgrades templates, and never what is in a folder `crds`. */
export function crdTemplate(crd: string): string {
  const text = crd.replaceAll('{{', '{{ "{{" }}').replace(/^(metadata:\n {2}name: .*\n)/m, `$1${CRD_METADATA}`);
  return `{{- if .Values.crds.install }}\n${text}{{- end }}\n`;
}

/** What the roles of the chart grant, as named templates that its own files include. */
export function rulesTemplates(
  { operator, webhook }: Readonly<Record<'operator' | 'webhook', readonly PolicyRule[]>>,
  kinds: readonly KindDefinition[],
  yaml: (value: unknown) => string,
): string {
  const inScope = (rules: readonly PolicyRule[], wanted: PolicyRule['scope']) =>
    rules.filter(({ scope }) => scope === wanted);
  const inNamespace = inScope(operator, 'operator-namespace');
  const named: Readonly<Record<string, readonly unknown[]>> = {
    cluster: mergeRules(inScope(operator, 'cluster')),
    namespace: mergeRules(inNamespace),
    secrets: mergeRules(inNamespace.filter(({ resources }) => resources.includes('secrets'))),
    'webhook.cluster': mergeRules(inScope(webhook, 'cluster')),
    'webhook.namespace': mergeRules(inScope(webhook, 'operator-namespace')),
    ...Object.fromEntries(userRoles(kinds).map(({ name, rules: granted }) => [name, granted])),
  };
  return Object.entries(named)
    .map(([name, granted]) => defined(`sluice.rules.${name}`, yaml(granted)))
    .join('');
}

/** A named template of the chart. */
export function defined(name: string, content: string): string {
  return `{{- define "${name}" -}}\n${content}{{- end }}\n`;
}
