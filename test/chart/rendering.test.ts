import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { ROOT } from '../../dev/setup/dependencies.mjs';
import { loadConfig } from '../../src/config.ts';
import { attempt, CHART, helm, render } from './helm.ts';

interface Rendered {
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  [part: string]: unknown;
}

const valueFiles = readdirSync(join(CHART, 'ci'));
/** What Helm says of itself on what it installs. */
const OF_HELM = ['helm.sh/chart', 'helm.sh/resource-policy', 'app.kubernetes.io/managed-by'];

function objectsIn(yaml: string): Rendered[] {
  return parseAllDocuments(yaml).flatMap((document) => document.toJS() ?? []);
}

async function rendered(...values: readonly string[]): Promise<readonly Rendered[]> {
  const { code, stdout, stderr } = await render([...values, '--skip-tests']);
  expect(code, stderr).toBe(0);
  return objectsIn(stdout);
}

const set = (...settings: readonly string[]) => settings.flatMap((setting) => ['--set-json', setting]);
const kindsOf = (objects: readonly Rendered[]) => [...new Set(objects.map(({ kind }) => kind))].sort();

/** The values of one kind's only object at a path, such as `spec.replicas`. */
function at(objects: readonly Rendered[], kind: string, path: string): unknown {
  const [object, ...others] = objects.filter((one) => one.kind === kind);
  expect(others).toEqual([]);
  return path.split('/').reduce((value: unknown, key) => Reflect.get(Object(value), key), object);
}

const POD = 'spec/template/spec';
const CONTAINER = `${POD}/containers/0`;

describe.each(valueFiles)('with %s', (file) => {
  const values = ['--values', join(CHART, 'ci', file)];

  it('has nothing that helm lint objects to', async () => {
    expect(await helm(['lint', '--strict', CHART, ...values])).toMatchObject({ code: 0 });
  });

  it('names each object once, and replicas by their pods only', async () => {
    const objects = await rendered(...values);
    const names = objects.map(({ kind, metadata: { namespace, name } }) => `${kind} ${namespace}/${name}`);
    expect(names).toEqual([...new Set(names)]);
    expect(JSON.stringify(objects)).not.toContain('SLUICE_IDENTITY');
  });
});

describe('a switch', () => {
  let byDefault: readonly string[];
  beforeAll(async () => {
    byDefault = kindsOf(await rendered());
  });

  it.each([
    { it: 'crds.install', values: ['crds.install=false'], takes: ['CustomResourceDefinition'] },
    {
      it: 'rbac.create',
      values: ['rbac.create=false'],
      takes: ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'],
    },
    {
      it: 'serviceAccount.create',
      values: ['serviceAccount={"create":false,"name":"other"}'],
      takes: ['ServiceAccount'],
    },
    { it: 'service.enabled', values: ['service.enabled=false'], takes: ['Service'] },
    {
      it: 'podDisruptionBudget.enabled',
      values: ['podDisruptionBudget.enabled=false'],
      takes: ['PodDisruptionBudget'],
    },
    { it: 'a single replica', values: ['replicaCount=1'], takes: ['PodDisruptionBudget'] },
    { it: 'prometheus.podMonitor.enabled', values: ['prometheus.podMonitor.enabled=true'], brings: ['PodMonitor'] },
    {
      it: 'prometheus.serviceMonitor.enabled',
      values: ['prometheus.serviceMonitor.enabled=true'],
      brings: ['ServiceMonitor'],
    },
    {
      it: 'networkPolicy.enabled',
      values: ['networkPolicy={"enabled":true,"egress":[{}]}'],
      brings: ['NetworkPolicy'],
    },
    { it: 'webhook.enabled', values: ['webhook.enabled=true'], brings: ['ValidatingWebhookConfiguration'] },
    { it: 'eventClusters', values: ['eventClusters={"a":{"spec":{}}}'], brings: ['EventCluster'] },
    { it: 'extraObjects', values: ['extraObjects=["kind: ConfigMap"]'], brings: ['ConfigMap'] },
  ])('$it decides about the kinds that it is for, and about no others', async ({ values, takes = [], brings = [] }) => {
    const expected = byDefault.filter((kind) => !takes.includes(kind));
    expect(kindsOf(await rendered(...set(...values)))).toEqual([...expected, ...brings].sort());
  });

  it('rbac.aggregateRoles leaves the operator its own roles', async () => {
    const objects = await rendered(...set('rbac.aggregateRoles=false'));
    const roles = objects.filter(({ kind }) => kind === 'ClusterRole');
    expect(roles.map(({ metadata }) => metadata.name)).toEqual(['sluice-operator']);
  });

  it('webhook.enabled brings what config/webhook has, and a place where the pods answer', async () => {
    const put = ['operator.yaml', 'roles.yaml'].flatMap((file) =>
      objectsIn(readFileSync(join(ROOT, 'config/webhook', file), 'utf8')),
    );
    const objects = await rendered(...set('webhook.enabled=true'));
    const nameOf = ({ kind, metadata: { name } }: Rendered) => `${kind} ${name}`;
    const pairs = put.map((own) => [own, objects.find((object) => nameOf(object) === nameOf(own))] as const);
    for (const [{ kind, ...own }, object] of pairs) {
      expect(object, kind).toMatchObject(
        kind === 'Service' ? { kind } : { ...own, metadata: { name: own.metadata.name } },
      );
    }
    const service = objects.find((object) => nameOf(object) === 'Service sluice-webhook');
    const [pod] = objects.filter(({ kind }) => kind === 'Deployment').map(({ spec }) => Object(spec).template);
    expect(pod.metadata.labels).toMatchObject(Object(service?.spec).selector);
    expect(pod.spec.containers[0].ports).toContainEqual({ name: 'webhook', containerPort: 9443, protocol: 'TCP' });
    expect(Object(service?.spec).ports).toEqual([{ name: 'https', port: 443, targetPort: 'webhook', protocol: 'TCP' }]);
    expect(pod.spec.containers[0].env).toContainEqual({ name: 'SLUICE_WEBHOOK_ADDRESS', value: '0.0.0.0:9443' });
  });

  it('renderMode leaves a monitor out where nothing could read it', async () => {
    const wanted = set('prometheus.podMonitor={"enabled":true,"renderMode":"skipIfMissing"}');
    const { stdout } = await render([...wanted, '--skip-tests'], []);
    expect(kindsOf(objectsIn(stdout))).toEqual(byDefault);
  });

  it('renderMode renders a monitor for a cluster that cannot be asked', async () => {
    const wanted = set('prometheus.podMonitor={"enabled":true,"renderMode":"alwaysRender"}');
    const { stdout } = await render([...wanted, '--skip-tests'], []);
    expect(kindsOf(objectsIn(stdout))).toContain('PodMonitor');
  });
});

describe('a value', () => {
  it.each([
    { it: 'the tag is the version', values: [], where: 'image', is: 'localhost/sluice:0.1.0' },
    { it: 'a registry may be missing', values: ['image.registry=""'], where: 'image', is: 'sluice:0.1.0' },
    {
      it: 'a digest counts more than a tag',
      values: [`image={"tag":"1","digest":"sha256:${'a'.repeat(64)}"}`],
      where: 'image',
      is: `localhost/sluice@sha256:${'a'.repeat(64)}`,
    },
    {
      it: 'a large number stays as it is',
      values: ['settings={"SLUICE_RECHECK_MS":86400000}'],
      where: 'env/2',
      is: { name: 'SLUICE_RECHECK_MS', value: '86400000' },
    },
    {
      it: 'the namespaces of Secrets are listed',
      values: ['secretNamespaces=["a","b"]'],
      where: 'env/1',
      is: { name: 'SLUICE_SECRET_NAMESPACES', value: 'a,b' },
    },
  ])('$it', async ({ values, where, is }) => {
    expect(at(await rendered(...set(...values)), 'Deployment', `${CONTAINER}/${where}`)).toEqual(is);
  });

  it('updateStrategy may replace all pods at once', async () => {
    const objects = await rendered(...set('updateStrategy={"type":"Recreate"}'));
    expect(at(objects, 'Deployment', 'spec/strategy')).toEqual({ type: 'Recreate' });
  });

  it('secretNamespaces grants the Secrets there, and no more', async () => {
    const objects = await rendered(...set('secretNamespaces=["kafka"]'));
    const there = objects.filter(({ metadata: { namespace } }) => namespace === 'kafka');
    expect(there).toMatchObject([
      { kind: 'Role', rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['list', 'watch'] }] },
      { kind: 'RoleBinding', subjects: [{ name: 'sluice-operator', namespace: 'sluice-system' }] },
    ]);
  });

  it('crds.keep lets CRDs go with the release', async () => {
    const policiesOf = (objects: readonly Rendered[]) =>
      objects
        .filter(({ kind }) => kind === 'CustomResourceDefinition')
        .map(({ metadata }) => metadata.annotations?.['helm.sh/resource-policy']);
    expect(policiesOf(await rendered())).toEqual(['keep', 'keep', 'keep', 'keep']);
    expect(policiesOf(await rendered(...set('crds.keep=false')))).toEqual(Array(4).fill(undefined));
  });

  it('of Kubernetes goes into the pod as it is', async () => {
    const file = join(CHART, 'ci/everything-values.yaml');
    const objects = await rendered('--values', file);
    const given = parse(readFileSync(file, 'utf8'));
    expect(at(objects, 'Deployment', POD)).toMatchObject({
      imagePullSecrets: given.imagePullSecrets,
      priorityClassName: given.priorityClassName,
      tolerations: given.tolerations,
      affinity: given.affinity,
      topologySpreadConstraints: given.topologySpreadConstraints,
      dnsPolicy: given.dnsPolicy,
      dnsConfig: given.dnsConfig,
      hostUsers: given.hostUsers,
      volumes: expect.arrayContaining(given.extraVolumes),
      containers: [
        {
          resources: given.resources,
          env: expect.arrayContaining(given.extraEnv),
          envFrom: given.extraEnvFrom,
          volumeMounts: expect.arrayContaining(given.extraVolumeMounts),
        },
        ...given.extraContainers,
      ],
    });
    expect(objects).toContainEqual({ ...given.extraObjects[0], data: { release: 'sluice' } });
    expect(at(objects, 'EventCluster', 'spec')).toEqual(given.eventClusters.default.spec);
    expect(at(objects, 'NetworkPolicy', 'spec/ingress/0/from')).toEqual(given.networkPolicy.metricsFrom);
    expect(at(objects, 'NetworkPolicy', 'spec/egress')).toEqual(expect.arrayContaining(given.networkPolicy.egress));
    expect(at(objects, 'PodMonitor', 'spec/podMetricsEndpoints/0')).toMatchObject({
      interval: '15s',
      relabelings: given.prometheus.podMonitor.relabelings,
      metricRelabelings: given.prometheus.podMonitor.metricRelabelings,
    });
  });
});

describe('the chart refuses', () => {
  it.each([
    { it: 'a key that it does not know', values: ['replicas=3'], says: "additional properties 'replicas' not allowed" },
    { it: 'such a key further down', values: ['image.name="a"'], says: "'/image': additional properties 'name'" },
    { it: 'a wrong type', values: ['replicaCount="two"'], says: "'/replicaCount': got string, want integer" },
    { it: 'a word for a switch', values: ['crds.keep="no"'], says: "'/crds/keep': got string, want boolean" },
    { it: 'a level that is none', values: ['logLevel="loud"'], says: "'/logLevel': value must be one of" },
    { it: 'a digest that is none', values: ['image.digest="abc"'], says: "'/image/digest': 'abc' does not match" },
    { it: 'no image at all', values: ['image.repository=""'], says: "'/image/repository': minLength" },
    { it: 'a namespace that is none', values: ['secretNamespaces=["A"]'], says: "'/secretNamespaces/0'" },
    {
      it: 'a time that the operator refuses',
      values: ['settings={"SLUICE_RECHECK_MS":5}'],
      says: "'/settings/SLUICE_RECHECK_MS': minimum",
    },
    {
      it: 'a name for the replicas',
      values: ['settings={"SLUICE_IDENTITY":1}'],
      says: "'SLUICE_IDENTITY' not allowed",
    },
    {
      it: 'to have a setting in another way',
      values: ['extraEnv=[{"name":"SLUICE_NAMESPACE","value":"other"}]'],
      says: "'/extraEnv/0/name'",
    },
    { it: 'a strategy that is none', values: ['updateStrategy.type="All"'], says: "'/updateStrategy/type'" },
    { it: 'a policy that is none', values: ['webhook.failurePolicy="Warn"'], says: "'/webhook/failurePolicy'" },
    {
      it: 'a token that is good for days',
      values: ['serviceAccount.tokenExpirationSeconds=864000'],
      says: "'/serviceAccount/tokenExpirationSeconds': maximum",
    },
    {
      it: 'a mode of rendering that is none',
      values: ['prometheus.podMonitor.renderMode="never"'],
      says: "'/prometheus/podMonitor/renderMode'",
    },
    {
      it: 'an EventCluster without a spec',
      values: ['eventClusters={"a":{}}'],
      says: "'/eventClusters/a': missing property 'spec'",
    },
    { it: 'no ServiceAccount at all', values: ['serviceAccount.create=false'], says: 'serviceAccount.name: ' },
    { it: 'a policy that cuts Kafka off', values: ['networkPolicy.enabled=true'], says: 'networkPolicy.egress: ' },
    {
      it: 'to have every figure twice',
      values: ['prometheus.podMonitor.enabled=true', 'prometheus.serviceMonitor.enabled=true'],
      says: 'choose one',
    },
    {
      it: 'a ServiceMonitor without a Service',
      values: ['prometheus.serviceMonitor.enabled=true', 'service.enabled=false'],
      says: 'prometheus.serviceMonitor: there is no Service',
    },
  ])('$it', async ({ values, says }) => {
    const { code, stderr } = await render(set(...values));
    expect(code).toBe(1);
    expect(stderr).toContain(says);
  });

  it.each([
    { it: 'a monitor', values: ['prometheus.podMonitor.enabled=true'], says: 'prometheus.podMonitor: ' },
    { it: 'an EventCluster', values: ['eventClusters={"a":{"spec":{}}}'], says: 'eventClusters: ' },
  ])('$it that the API server does not know, with the next step', async ({ values, says }) => {
    const { code, stderr } = await render(set(...values), []);
    expect(code).toBe(1);
    expect(stderr).toContain(says);
  });
});

describe('values.yaml', () => {
  const values = parse(readFileSync(join(CHART, 'values.yaml'), 'utf8'));
  const schema = JSON.parse(readFileSync(join(CHART, 'values.schema.json'), 'utf8'));

  it('has a default for each value that the schema names', () => {
    const { global: _ofParents, ...named } = schema.properties;
    expect(Object.keys(named).sort()).toEqual(Object.keys(values).sort());
  });

  it('offers every setting of the operator that the chart does not decide', () => {
    const decided = ['SLUICE_NAMESPACE', 'SLUICE_SECRET_NAMESPACES', 'SLUICE_METRICS_ADDRESS', 'SLUICE_LOG_LEVEL'];
    const offered = Object.keys(loadConfig({})).filter((name) => !decided.includes(name));
    expect(Object.keys(schema.properties.settings.properties).sort()).toEqual(offered.sort());
  });
});

/** An object without what Helm adds for itself. */
function withoutHelm(object: Rendered): Rendered {
  const { labels, annotations, ...metadata } = object.metadata;
  return { ...object, metadata: { ...metadata, labels: ownOf(labels), annotations: ownOf(annotations) } };
}

function ownOf(entries: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(entries).filter(([name]) => !OF_HELM.includes(name)));
}

it('config/, put together by kustomize, is the chart with its defaults', async () => {
  const { stdout, stderr } = await attempt('kubectl', ['kustomize', join(ROOT, 'config')]);
  const nameOf = ({ kind, metadata }: Rendered) => `${kind} ${metadata.name}`;
  const sorted = (objects: readonly Rendered[]) =>
    objects.map(withoutHelm).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  // Helm makes the namespace only when it is asked to.
  const put = objectsIn(stdout).filter(({ kind }) => kind !== 'Namespace');
  expect(put.length, stderr).toBeGreaterThan(10);
  const { stdout: chart } = await helm(['template', 'sluice', CHART, '--namespace', 'sluice-system', '--skip-tests']);
  expect(sorted(put)).toEqual(sorted(objectsIn(chart)));
});

it('the chart and config/ have the version of the program', () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const { appVersion } = parse(readFileSync(join(CHART, 'Chart.yaml'), 'utf8'));
  const kustomization = parse(readFileSync(join(ROOT, 'config/kustomization.yaml'), 'utf8'));
  expect(appVersion).toBe(version);
  expect(kustomization.images[0].newTag).toBe(version);
  expect(kustomization.labels[0].pairs['app.kubernetes.io/version']).toBe(version);
});
