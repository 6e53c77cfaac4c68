import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Admin } from '@platformatic/kafka';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { kubectl } from '../../dev/world/kubectl.ts';
import { startWorld, type World } from '../../dev/world/world.ts';
import { eventually } from '../helpers/eventually.ts';

const WITHIN = { within: 60_000 };

let world: World;
let other: World;
beforeAll(async () => {
  [world, other] = await Promise.all([startWorld(), startWorld()]);
});
afterAll(async () => {
  await Promise.all([world?.stop(), other?.stop()]);
});

async function topicsOf(bootstrapServers: string): Promise<readonly string[]> {
  const options = {
    clientId: 'test',
    bootstrapBrokers: bootstrapServers.split(','),
    retries: 0,
    connectTimeout: 30_000,
  };
  const admin = new Admin(options);
  try {
    return await admin.listTopics();
  } finally {
    await admin.close();
  }
}

async function statusOf(url: string): Promise<number> {
  const { statusCode, body } = await request(url, { headersTimeout: 60_000 });
  await body.dump();
  return statusCode;
}

it('gives two worlds at the same time addresses of their own', () => {
  expect(world.n).not.toBe(other.n);
  expect(world.kafka.bootstrapServers).toBe(`127.100.${world.n}.2:9092`);
  expect(other.kafka.bootstrapServers).toBe(`127.100.${other.n}.2:9092`);
  expect(world.kafka.clusterId).not.toBe(other.kafka.clusterId);
});

it('asks for a token and knows who may do what', async () => {
  expect(await kubectl(world.kubeconfig, ['auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}'])).toBe(
    'admin',
  );
  const asNobody = ['auth', 'can-i', 'list', 'pods', '--as', 'nobody'];
  await expect(kubectl(world.kubeconfig, asNobody)).rejects.toThrow('kubectl auth can-i');
});

it('lets nobody into etcd, whose port all users of the machine reach, without a certificate', async () => {
  const { folder } = world;
  const ask = async (identity: { cert?: string; key?: string }) => {
    const ca = world.controlPlane.authority;
    const dispatcher = new Agent({ connect: { ca, ...identity } });
    const answer = await request(`https://${world.address(1)}:2379/version`, { dispatcher });
    await answer.body.dump();
    return answer.statusCode;
  };
  const read = (name: string) => readFileSync(join(folder, 'kubernetes', name), 'utf8');
  expect(await ask({ cert: read('etcd.crt'), key: read('etcd.key') })).toBe(200);
  await expect(ask({})).rejects.toThrow();
});

it('keeps its files from other users', () => {
  expect(statSync(world.folder).mode & 0o777).toBe(0o700);
  const kubernetes = join(world.folder, 'kubernetes');
  const files = readdirSync(kubernetes, { withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.map(({ name }) => name)).toEqual(expect.arrayContaining(['etcd.key', 'kubeconfig', 'tokens.csv']));
  for (const { name } of files) expect(statSync(join(kubernetes, name)).mode & 0o777, name).toBe(0o600);
});

it('writes each request to the audit log', async () => {
  await kubectl(world.kubeconfig, ['create', 'namespace', 'audited']);
  // The API server answers first and writes then.
  await eventually(() => {
    const lines = readFileSync(world.auditLog, 'utf8').trimEnd().split('\n');
    const events = lines.map((line) => JSON.parse(line));
    expect(
      events.find(({ objectRef }) => objectRef?.resource === 'namespaces' && objectRef.name === 'audited'),
    ).toMatchObject({
      verb: 'create',
      stage: 'ResponseComplete',
      user: { username: 'admin' },
      responseStatus: { code: 201 },
    });
  }, WITHIN);
});

it('keeps objects while the API server is killed and started again', async () => {
  await kubectl(world.kubeconfig, ['create', 'namespace', 'survivor']);
  await world.controlPlane.apiServer.kill();
  await expect(kubectl(world.kubeconfig, ['get', 'namespace', 'survivor'])).rejects.toThrow();
  await world.controlPlane.apiServer.start();
  expect(await kubectl(world.kubeconfig, ['get', 'namespace', 'survivor', '-o', 'name'])).toBe('namespace/survivor\n');
});

it('reaches every part through its proxy until that refuses', async () => {
  const { controlPlane, kafka, registry } = world;
  const readyz = ['get', '--raw', '/readyz'];
  expect(await kubectl(controlPlane.kubeconfigThroughProxy, readyz)).toBe('ok');
  expect(await topicsOf(kafka.bootstrapServersThroughProxies)).toEqual([]);
  expect(await statusOf(`${registry.urlThroughProxy}/subjects`)).toBe(200);

  const proxies = [controlPlane.proxy, registry.proxy, ...kafka.proxies];
  await Promise.all(proxies.map((proxy) => proxy.set({ kind: 'refuse' })));
  await expect(kubectl(controlPlane.kubeconfigThroughProxy, readyz)).rejects.toThrow();
  await expect(topicsOf(kafka.bootstrapServersThroughProxies)).rejects.toThrow();
  await expect(statusOf(`${registry.urlThroughProxy}/subjects`)).rejects.toThrow();
  expect(await topicsOf(kafka.bootstrapServers)).toEqual([]);

  await Promise.all(proxies.map((proxy) => proxy.open()));
  await eventually(() => topicsOf(kafka.bootstrapServersThroughProxies), WITHIN);
});

it('keeps topics while Kafka is killed and started again', async () => {
  const { kafka } = world;
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: [kafka.bootstrapServers] });
  await admin.createTopics({ topics: ['kept'], partitions: 1, replicas: 1 });
  await admin.close();
  await kafka.kill();
  await expect(topicsOf(kafka.bootstrapServers)).rejects.toThrow();
  await kafka.start();
  await eventually(async () => expect(await topicsOf(kafka.bootstrapServers)).toEqual(['kept']), WITHIN);
});

it('says why a part did not come up, with the last lines of its log', async () => {
  const { etcd } = world.controlPlane;
  await etcd.kill();
  const blocker = world.nursery.spawn(process.execPath, ['-e', blockingPort(`127.100.${world.n}.1`, 2379)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => blocker.stdout?.once('data', resolve));
  await expect(etcd.start()).rejects.toThrow(/etcd ended at start(.|\n)*address already in use/);
  blocker.kill();
});

it('leaves no process and no file behind', async () => {
  const marker = other.folder;
  const isOfWorld = (pid: string) => {
    try {
      return readFileSync(join('/proc', pid, 'cmdline'), 'utf8').includes(marker);
    } catch {
      return false;
    }
  };
  const processes = () => readdirSync('/proc').filter((entry) => /^\d+$/.test(entry) && isOfWorld(entry));
  expect(processes().length).toBeGreaterThanOrEqual(4);
  await other.stop();
  expect(processes()).toEqual([]);
  expect(readdirSync(join(marker, '..'))).not.toContain(marker.split('/').at(-1));
  expect(execFileSync('cat', ['/proc/net/unix'], { encoding: 'utf8' })).not.toMatch(
    new RegExp(`@sluice-world-${other.n}\\b`),
  );
});

function blockingPort(host: string, port: number): string {
  return `require('net').createServer().listen(${port}, '${host}', () => console.log('listening'))`;
}
