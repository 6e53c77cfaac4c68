import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { monitorsRecipe } from '../../dev/helm/recipes.ts';
import { ensurePart } from '../../dev/setup/cache.mjs';
import { kubectl } from '../../dev/world/kubectl.ts';
import { NAMESPACE, type Operator, startOperator } from '../../dev/world/operator.ts';
import { startWorld, type World } from '../../dev/world/world.ts';
import type { KubeObject } from '../../src/ports/kube.ts';
import { manifest, TestCluster } from '../helpers/cluster.ts';
import { KafkaChecker } from '../helpers/kafka.ts';
import { attempt, CHART, helm, render } from './helm.ts';

/** Namespaces that the values of `ci/` name. */
const NAMESPACES = [NAMESPACE, 'kafka', 'kafka-test', 'monitoring'];
const RESTRICTED = ['enforce', 'warn'].map((mode) => `pod-security.kubernetes.io/${mode}=restricted`);
const TOPIC = 'through-the-chart';

let world: World;
let cluster: TestCluster;
let kafka: KafkaChecker;
let operator: Operator | undefined;

const install = (...values: readonly string[]) => helmHere(['upgrade', '--install', 'sluice', CHART, ...values]);

async function helmHere(args: readonly string[], input = ''): Promise<void> {
  const outcome = await helm([...args, '--namespace', NAMESPACE], { kubeconfig: world.kubeconfig, input });
  expect(outcome.code, outcome.stderr).toBe(0);
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

describe('the API server', () => {
  const dryRun = ['apply', '--server-side', '--force-conflicts', '--dry-run=server', '--validate=strict', '-f', '-'];

  it.each(readdirSync(join(CHART, 'ci')))(
    'takes all that the chart makes of %s, as strictly as it can, and warns of nothing',
    async (file) => {
      const { stdout: input } = await render(['--values', join(CHART, 'ci', file)]);
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

  it('comes back to them under its name', async () => {
    await install();
    expect(await cluster.get<KubeObject>('Deployment', `${NAMESPACE}/sluice-operator`)).toBeDefined();
    expect(await cluster.get<KubeObject>('EventTopic', `kafka/${TOPIC}`)).toBeDefined();
  });
});
