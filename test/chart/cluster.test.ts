import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { monitorsRecipe } from '../../dev/helm/recipes.ts';
import { ensurePart } from '../../dev/setup/cache.mjs';
import { ROOT } from '../../dev/setup/dependencies.mjs';
import { kubectl } from '../../dev/world/kubectl.ts';
import { NAMESPACE, type Operator, startOperator } from '../../dev/world/operator.ts';
import { kubeconfigFor } from '../../dev/world/parts/control-plane.ts';
import { startWorld, type World } from '../../dev/world/world.ts';
import type { KubeObject } from '../../src/ports/kube.ts';
import { manifest, TestCluster } from '../helpers/cluster.ts';
import { eventually } from '../helpers/eventually.ts';
import { KafkaChecker } from '../helpers/kafka.ts';
import { attempt, CHART, helm, type Outcome, render } from './helm.ts';

/** Namespaces that the values of `ci/` name. */
const NAMESPACES = [NAMESPACE, 'kafka', 'kafka-test', 'monitoring'];
const RESTRICTED = ['enforce', 'warn'].map((mode) => `pod-security.kubernetes.io/${mode}=restricted`);
const TOPIC = 'through-the-chart';

let world: World;
let cluster: TestCluster;
let kafka: KafkaChecker;
let operator: Operator | undefined;

const install = (...values: readonly string[]) => helmHere(['upgrade', '--install', 'sluice', CHART, ...values]);

const tryHelm = (args: readonly string[], input = '') =>
  helm([...args, '--namespace', NAMESPACE], { kubeconfig: world.kubeconfig, input });

async function helmHere(args: readonly string[], input = ''): Promise<string> {
  const { code, stdout, stderr } = await tryHelm(args, input);
  expect(code, stderr).toBe(0);
  return stdout;
}

beforeAll(async () => {
  [world] = await Promise.all([startWorld(), helm(['version'])]);
  const { kubeconfig } = world;
  cluster = new TestCluster(kubeconfig);
  kafka = new KafkaChecker(world.kafka.bootstrapServers);
  for (const name of NAMESPACES) await kubectl(kubeconfig, ['create', 'namespace', name]);
  await kubectl(kubeconfig, ['label', 'namespace', ...NAMESPACES, ...RESTRICTED]);
  const crds = await ensurePart(monitorsRecipe(), { say: () => {} });
  await kubectl(kubeconfig, ['apply', '--server-side', '-f', crds]);
  await install();
  await kubectl(kubeconfig, ['wait', '--for=condition=Established', '--timeout=30s', 'crd', '--all']);
});
afterAll(async () => {
  await operator?.stop();
  await kafka?.close();
  await cluster?.close();
  await world?.stop();
});

/** The API server judges a pod only where its ServiceAccount is. */
async function createAccounts(rendered: string): Promise<void> {
  const objects = parseAllDocuments(rendered).map((document) => document.toJS());
  const accounts = objects.filter((object) => object?.kind === 'ServiceAccount').map((object) => stringify(object));
  await kubectl(world.kubeconfig, ['apply', '--server-side', '--force-conflicts', '-f', '-'], {
    input: accounts.join('---\n'),
  });
}

interface Hook {
  kind: string;
  spec: { serviceAccountName: string; containers: [{ command: [string]; args: string[] }] };
}

async function hooksOfTest(): Promise<readonly Hook[]> {
  const { stdout } = await render(['--show-only', 'templates/tests/doctor.yaml']);
  return parseAllDocuments(stdout).flatMap((document) => document.toJS() ?? []);
}

/** What Helm makes before it runs the test's pod. */
async function installRightsOfTest(): Promise<void> {
  const objects = (await hooksOfTest()).filter(({ kind }) => kind !== 'Pod');
  await kubectl(world.kubeconfig, ['apply', '-f', '-'], { input: objects.map((one) => stringify(one)).join('---\n') });
}

/** Runs what the test's pod runs, as its ServiceAccount. */
async function test(): Promise<Outcome> {
  const pod = (await hooksOfTest()).find(({ kind }) => kind === 'Pod');
  const { serviceAccountName = '', containers } = pod?.spec ?? {};
  const token = (
    await kubectl(world.kubeconfig, ['create', 'token', serviceAccountName, '--namespace', NAMESPACE])
  ).trim();
  const { url: server, authority } = world.controlPlane;
  const kubeconfig = join(world.folder, 'kubeconfig-of-test');
  writeFileSync(kubeconfig, kubeconfigFor({ server, authority, user: { token } }), { mode: 0o600 });
  expect(containers?.[0].command).toEqual(['sluice']);
  const args = [join(ROOT, 'src/cli/main.ts'), ...(containers?.[0].args ?? [])];
  return attempt(process.execPath, args, { env: { KUBECONFIG: kubeconfig } });
}

describe('the API server', () => {
  const dryRun = ['apply', '--server-side', '--force-conflicts', '--dry-run=server', '--validate=strict', '-f', '-'];

  it.each(readdirSync(join(CHART, 'ci')))(
    'takes all that the chart makes of %s, as strictly as it can, and warns of nothing',
    async (file) => {
      const { stdout: input } = await render(['--values', join(CHART, 'ci', file)]);
      await createAccounts(input);
      const outcome = await attempt('kubectl', dryRun, { input, env: { KUBECONFIG: world.kubeconfig } });
      expect(outcome).toMatchObject({ code: 0, stderr: '' });
      expect(outcome.stdout.trim().split('\n').length).toBe(input.match(/^kind: /gm)?.length);
    },
  );

  it('would have warned of a pod that may do more than restricted pods', async () => {
    const { stdout: input } = await render(['--set-json', 'securityContext.allowPrivilegeEscalation=true']);
    const { stderr } = await attempt('kubectl', dryRun, { input, env: { KUBECONFIG: world.kubeconfig } });
    expect(stderr).toContain('would violate PodSecurity');
  });
});

describe('a release', () => {
  it('gets its EventClusters with an upgrade, and an operator with its roles makes topics there', async () => {
    const spec = {
      kafka: { bootstrapServers: world.kafka.bootstrapServers.split(',') },
      access: [{ namespaces: ['*'], topics: ['*'] }],
    };
    const annotations = { 'sluice.dev/is-default-cluster': 'true' };
    await helmHere(
      ['upgrade', 'sluice', CHART, '--values', '-'],
      stringify({ eventClusters: { default: { annotations, spec } } }),
    );
    operator = await startOperator(world);
    await cluster.create(manifest('EventTopic', TOPIC, { partitions: 2 }, 'kafka'));
    await cluster.whenReady('EventTopic', `kafka/${TOPIC}`);
    expect(await kafka.partitions(TOPIC)).toBe(2);
  });

  it('passes its own test', async () => {
    await installRightsOfTest();
    expect(await test()).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/serves .*EventTopic.*\nok .*refuses a wrong one\nok .* leads\n$/),
    });
  });

  it('lets who may edit a namespace work with topics there, and with nothing that says what they may delete', async () => {
    const may = async (verb: string, what: string, role: string) => {
      const [plural, subresource] = what.split('/');
      const part = subresource === undefined ? [] : [`--subresource=${subresource}`];
      const asked = [
        'auth',
        'can-i',
        verb,
        `${plural}.sluice.dev`,
        ...part,
        `--as=${role}-of-kafka`,
        '--namespace=kafka',
      ];
      return (await attempt('kubectl', asked, { env: { KUBECONFIG: world.kubeconfig } })).stdout.trim();
    };
    for (const role of ['view', 'edit']) {
      const binding = ['create', 'rolebinding', role, `--clusterrole=${role}`, `--user=${role}-of-kafka`];
      await kubectl(world.kubeconfig, [...binding, '--namespace=kafka']);
    }
    expect(await may('list', 'eventtopics', 'view')).toBe('yes');
    expect(await may('create', 'eventtopics', 'view')).toBe('no');
    expect(await may('create', 'eventtopics', 'edit')).toBe('yes');
    expect(await may('patch', 'eventtopics/status', 'edit')).toBe('no');
    expect(await may('create', 'eventclusters', 'edit')).toBe('no');
  });

  it('fails its own test where a kind is missing, and says what to do', async () => {
    await cluster.delete('CustomResourceDefinition', 'eventschemas.sluice.dev');
    await eventually(
      async () => {
        const { code, stdout } = await test();
        expect(stdout).toMatch(/^wrong {2}cannot list eventschemas .*\n +Install the CRDs/);
        expect(code).toBe(1);
      },
      { within: 120_000 },
    );
  });

  it('leaves kinds, resources and topics behind when it goes', async () => {
    const before = await cluster.get<KubeObject>('EventTopic', `kafka/${TOPIC}`);
    await operator?.stop();
    await helmHere(['uninstall', 'sluice']);
    expect(await cluster.get<KubeObject>('Deployment', `${NAMESPACE}/sluice-operator`)).toBeUndefined();
    const after = await cluster.get<KubeObject>('EventTopic', `kafka/${TOPIC}`);
    expect(after?.metadata.uid).toBe(before?.metadata.uid);
    expect(after?.metadata.deletionTimestamp).toBeUndefined();
    expect(await cluster.get('EventCluster', 'default')).toBeDefined();
    expect(await kafka.partitions(TOPIC)).toBe(2);
  });

  it('comes back to them under its name, and brings what is missing', async () => {
    const notes = await install();
    expect(notes).toMatch(/rollout status.*get eventclusters.*get eventtopics/s);
    expect(await cluster.get('CustomResourceDefinition', 'eventschemas.sluice.dev')).toBeDefined();
    expect(await cluster.get<KubeObject>('Deployment', `${NAMESPACE}/sluice-operator`)).toBeDefined();
    expect(await cluster.get<KubeObject>('EventTopic', `kafka/${TOPIC}`)).toBeDefined();
  });

  it('comes back under another name only when it is told to take over', async () => {
    await helmHere(['uninstall', 'sluice']);
    const other = ['install', 'other', CHART];
    const refused = await tryHelm(other);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('invalid ownership metadata');
    await helmHere([...other, '--take-ownership']);
    expect(await cluster.get<KubeObject>('Deployment', `${NAMESPACE}/other-sluice-operator`)).toBeDefined();
  });
});
