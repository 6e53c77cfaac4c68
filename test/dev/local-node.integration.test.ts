import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalNode, startLocalNode } from '../../dev/local-node/main.ts';
import type { Pod } from '../../dev/local-node/pod.ts';
import { kubectl } from '../../dev/world/kubectl.ts';
import { startWorld, type World } from '../../dev/world/world.ts';
import { createLog } from '../../src/adapters/log.ts';
import { eventually } from '../helpers/eventually.ts';

const WITHIN = { within: 110_000 };
const IMAGE = fileURLToPath(new URL('./local-node-image', import.meta.url));

let world: World;
let node: LocalNode;

function startNode(): Promise<LocalNode> {
  return startLocalNode({
    kubeconfig: world.kubeconfig,
    nodeName: 'local-node',
    podNetwork: world.address(0).replace(/\.0$/, ''),
    folder: world.folder,
    imagesFile: join(world.folder, 'images.json'),
    spawnChild: world.nursery.spawn,
    log: createLog('error'),
    settings: { restartBackoffMs: 500, configRetryMs: 200, leaseRenewMs: 1_000 },
  });
}

beforeAll(async () => {
  world = await startWorld();
  writeFileSync(join(world.folder, 'images.json'), JSON.stringify({ 'server:1': IMAGE }));
  node = await startNode();
});

afterAll(async () => {
  await node?.stop();
  await world?.stop();
});

const run = (...args: string[]) => kubectl(world.kubeconfig, args);
const apply = (...items: object[]) =>
  kubectl(world.kubeconfig, ['apply', '-f', '-'], { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) });

const readiness = { httpGet: { path: '/', port: 8080 } };
const server = { name: 'server', image: 'server:1', command: ['node', 'server.mjs'], readinessProbe: readiness };

function deployment(name: string, container: object = {}, spec: object = {}): object {
  const template = {
    metadata: { labels: { app: name } },
    spec: { terminationGracePeriodSeconds: 1, containers: [{ ...server, ...container }], ...spec },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: { replicas: 1, selector: { matchLabels: { app: name } }, template },
  };
}

async function podsOf(name: string): Promise<readonly Pod[]> {
  const list: { items: Pod[] } = JSON.parse(await run('get', 'pods', '-l', `app=${name}`, '-o', 'json'));
  return list.items;
}

/** The addresses of the pods, once there are `count` and all are Ready. */
function whenReady(name: string, count: number): Promise<readonly string[]> {
  return eventually(async () => {
    const pods = await podsOf(name);
    const ready = pods.map(({ status }) => status?.conditions?.find(({ type }) => type === 'Ready')?.status);
    expect(ready).toEqual(Array.from({ length: count }, () => 'True'));
    return pods.map(({ status }) => status?.podIP ?? '');
  }, WITHIN);
}

/** The first container of the only pod, once it looks as wanted. */
async function whenContainer(name: string, wanted: object): Promise<void> {
  await eventually(async () => {
    const [pod] = await podsOf(name);
    expect(pod?.status?.containerStatuses?.[0]).toMatchObject(wanted);
  }, WITHIN);
}

async function read(address: string, path: string): Promise<string> {
  const { body } = await request(`http://${address}:8080${path}`);
  return body.text();
}

const isServed = (address: string) =>
  read(address, '/').then(
    () => true,
    () => false,
  );

it('is a Ready node with a fresh Lease', async () => {
  await run('wait', '--for=condition=Ready', 'node/local-node', '--timeout=110s');
  const renewed = () => run('get', 'lease', 'local-node', '-n', 'kube-node-lease', '-o', 'jsonpath={.spec.renewTime}');
  const first = await eventually(renewed, WITHIN);
  await eventually(async () => expect(Date.parse(await renewed())).toBeGreaterThan(Date.parse(first)), WITHIN);
});

it('runs a Deployment at addresses of its own and scales it up and down', async () => {
  await apply(deployment('scaled'));
  await whenReady('scaled', 1);
  await run('scale', 'deployment/scaled', '--replicas=3');
  const three = await whenReady('scaled', 3);
  expect(new Set(three).size).toBe(3);
  for (const address of three) expect(await isServed(address)).toBe(true);
  await run('scale', 'deployment/scaled', '--replicas=1');
  const [left] = await whenReady('scaled', 1);
  const served = await Promise.all(three.map(async (address) => [address, await isServed(address)]));
  expect(served).toEqual(three.map((address) => [address, address === left]));
});

it('gives a process its variables and files, and replaces it in a rolling update', async () => {
  const env = [
    { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'login', key: 'password' } } },
    { name: 'CONFIG_FILE', value: '/etc/server/greeting' },
  ];
  const container = {
    env,
    envFrom: [{ configMapRef: { name: 'greeting' } }],
    volumeMounts: [{ name: 'files', mountPath: '/etc/server' }],
  };
  const volumes = [{ name: 'files', configMap: { name: 'greeting' } }];
  await apply(
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'greeting' }, data: { greeting: 'hello' } },
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'login' }, stringData: { password: 's3cret' } },
    deployment('configured', container, { volumes }),
  );
  const [first = ''] = await whenReady('configured', 1);
  expect(JSON.parse(await read(first, '/env'))).toMatchObject({
    POD_IP: first,
    NAME: expect.stringMatching(/^configured-/),
    PASSWORD: 's3cret',
    greeting: 'hello',
  });
  expect(await read(first, '/file')).toBe('hello');
  await run('set', 'env', 'deployment/configured', 'VERSION=2');
  await run('rollout', 'status', 'deployment/configured', '--timeout=110s');
  const [second = ''] = await whenReady('configured', 1);
  expect(second).not.toBe(first);
  expect(JSON.parse(await read(second, '/env'))).toMatchObject({ VERSION: '2' });
});

it('restarts a process that crashes, ever more slowly', async () => {
  await apply(deployment('crashing', { command: ['node', '-e', 'process.exit(4)'] }));
  // On a busy machine nobody may look before the third end, or the fourth.
  await eventually(async () => {
    const [pod] = await podsOf('crashing');
    const container = pod?.status?.containerStatuses?.[0];
    expect(container).toMatchObject({
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { exitCode: 4, reason: 'Error' } },
    });
    expect(container?.restartCount).toBeGreaterThanOrEqual(2);
  }, WITHIN);
});

it('restarts a process that its liveness probe finds sick', async () => {
  // Slow is not sick: whatever the process takes to listen and to answer, only its answer counts.
  const patient = { ...readiness, periodSeconds: 1, timeoutSeconds: 60 };
  const startupProbe = { ...patient, failureThreshold: 600 };
  const livenessProbe = { ...patient, failureThreshold: 2 };
  await apply(deployment('sick', { startupProbe, livenessProbe }));
  const [address = ''] = await whenReady('sick', 1);
  await read(address, '/sicken');
  await whenContainer('sick', { restartCount: 1, ready: true });
  expect(await isServed(address)).toBe(true);
});

it('waits with a reason for an image that is not listed', async () => {
  await apply(deployment('unlisted', { image: 'nobody/knows:1' }));
  const message = expect.stringMatching(/"nobody\/knows:1".*images\.json/);
  await whenContainer('unlisted', { state: { waiting: { reason: 'ImagePullBackOff', message } } });
});

it('waits with a reason for a ConfigMap, and starts when it comes', async () => {
  await apply(deployment('early', { envFrom: [{ configMapRef: { name: 'late' } }] }));
  const waiting = { reason: 'CreateContainerConfigError', message: 'ConfigMap "late" is not there' };
  await whenContainer('early', { state: { waiting } });
  await run('create', 'configmap', 'late', '--from-literal=A=b');
  await whenReady('early', 1);
});

it('fails a pod that asks for what a process cannot have', async () => {
  await apply(deployment('foreign', {}, { volumes: [{ name: 'host', hostPath: { path: '/' } }] }));
  await eventually(async () => {
    const failed = (await podsOf('foreign')).filter(({ status }) => status?.phase === 'Failed');
    expect(failed[0]?.status?.message).toContain('spec.volumes[].hostPath');
  }, WITHIN);
});

it('kills a process that does not end within its grace, and only then removes the pod', async () => {
  await apply(deployment('deaf', { env: [{ name: 'DEAF', value: 'yes' }] }));
  const [address = ''] = await whenReady('deaf', 1);
  await run('delete', 'deployment', 'deaf');
  await eventually(async () => expect(await podsOf('deaf')).toEqual([]), WITHIN);
  expect(await isServed(address)).toBe(false);
});

it('runs a Job to its end', async () => {
  const container = { name: 'work', image: 'server:1', command: ['node', '-e', 'console.log("done")'] };
  const template = { spec: { restartPolicy: 'Never', containers: [container] } };
  await apply({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'work' }, spec: { completions: 2, template } });
  await run('wait', '--for=condition=Complete', 'job/work', '--timeout=110s');
  const pods: string = await run('get', 'pods', '-l', 'job-name=work', '-o', 'jsonpath={.items[0].metadata.name}');
  expect(readFileSync(join(world.folder, 'pods', `default_${pods}`, 'work.log'), 'utf8')).toBe('done\n');
});

it('shows logs, and follows them until the pod ends', async () => {
  const command = ['sh', '-c', 'echo one; echo two; exec node server.mjs'];
  await apply(deployment('talking', { command }));
  await whenReady('talking', 1);
  expect(await run('logs', 'deployment/talking')).toBe('one\ntwo\n');
  expect(await run('logs', 'deployment/talking', '--tail=1')).toBe('two\n');
  const env = { ...process.env, KUBECONFIG: world.kubeconfig };
  const following = spawn('kubectl', ['logs', 'deployment/talking', '--follow'], { env });
  const ended = once(following, 'exit');
  let seen = '';
  following.stdout.on('data', (chunk) => {
    seen += chunk;
  });
  await eventually(() => expect(seen).toBe('one\ntwo\n'), WITHIN);
  await run('delete', 'deployment', 'talking');
  expect(await ended).toEqual([0, null]);
});

it('tells what happened while the API server was away', async () => {
  await apply(deployment('witness'));
  const [address = ''] = await whenReady('witness', 1);
  await world.controlPlane.apiServer.kill();
  await read(address, '/crash').catch(() => {});
  await eventually(async () => expect(await isServed(address)).toBe(true), WITHIN);
  await world.controlPlane.apiServer.start();
  await whenContainer('witness', { restartCount: 1, lastState: { terminated: { exitCode: 3 } } });
  await whenReady('witness', 1);
});

it('takes its pods up again after a restart, at their addresses', async () => {
  await apply(deployment('lasting'));
  const before = await whenReady('lasting', 1);
  await node.stop();
  expect(await isServed(before[0] ?? '')).toBe(false);
  node = await startNode();
  await whenContainer('lasting', { restartCount: 1, ready: true });
  expect(await whenReady('lasting', 1)).toEqual(before);
});
