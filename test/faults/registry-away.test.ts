import { afterAll, afterEach, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { Operator } from '../../dev/world/operator.ts';
import type { ProxyMode } from '../../dev/world/parts/proxy.ts';
import { eventually } from '../helpers/eventually.ts';
import { figure, stopwatch } from './support/figure.ts';
import { type Impostor, type Lie, startImpostor } from './support/impostor.ts';
import { liveTopics } from './support/live-topics.ts';
import { verbose, whenLookedAt } from './support/operator-log.ts';
import { eventClusterName, Scene, startTimeoutMs, within } from './support/scene.ts';

/** An EventCluster with the same Kafka that reaches the same registry through the proxy. */
const proxied = 'proxied';
const mebibyte = 'x'.repeat(2 ** 20);

let scene: Scene;
let operator: Operator;
let pid: number | undefined;
/** Listens, and is asked by nobody: where a redirect would lead. */
let elsewhere: Impostor;

beforeAll(async () => {
  scene = await Scene.open();
  const { registry, kafka, address } = scene.world;
  elsewhere = await startImpostor(registry.url, address(8));
  elsewhere.tell((response) => response.writeHead(200, { 'content-type': 'application/json' }).end('[1]'));
  await registry.part.kill();
  await scene.createEventCluster(kafka.bootstrapServers, { registry: { url: registry.url } });
  await scene.createEventCluster(kafka.bootstrapServers, { registry: { url: registry.urlThroughProxy } }, proxied);
  // What is in sync is looked at every few seconds, so that it meets the outage.
  operator = await scene.startOperator({ env: { ...verbose, SLUICE_RECHECK_MS: '4000' } });
  pid = operator.part.pid;
}, startTimeoutMs);
afterEach(({ task }) => scene?.note(task));
afterAll(async () => {
  await elsewhere?.close();
  await scene?.close();
}, startTimeoutMs);

const whenClusterReady = (name = eventClusterName) => scene.whenAllReady('EventCluster', [name]);

/** What the registry itself knows of a subject; nothing that the operator says counts here. */
async function versionsOf(subject: string): Promise<unknown> {
  const response = await fetch(`${scene.world.registry.url}/subjects/${subject}/versions`);
  return response.status === 404 ? undefined : response.json();
}

it('waits for a registry that is away when the operator starts, and creates topics meanwhile', async () => {
  const { registry, kafka } = scene.world;
  const schema = await scene.createSchema('early');
  const waiting = await scene.whenCondition('EventSchema', schema, 'Reconciling', 'True', 'RegistryUnavailable');
  expect(waiting.message).toContain(new URL(registry.url).host);
  const ready = await scene.whenCondition('EventCluster', eventClusterName, 'Ready', 'False', 'RegistryUnavailable');
  expect(ready.message).toContain(new URL(registry.url).host);
  await scene.whenAllReady('EventTopic', [await scene.createTopic('early')]);
  await eventually(async () => expect([...(await liveTopics(kafka.bootstrapServers)).keys()]).toEqual(['early']), {
    within,
  });

  await registry.part.start();
  const sinceBack = stopwatch();
  await scene.whenAllReady('EventSchema', [schema]);
  figure(`a new schema was Ready ${sinceBack()} after the registry answered for the first time`);
  await whenClusterReady();
  expect(await versionsOf('early')).toEqual([1]);
});

it('leaves what is in sync as it is while the registry is away, and asks before it fills one that comes back empty', async () => {
  const { registry } = scene.world;
  const settled = await scene.createSchema('settled');
  await scene.whenAllReady('EventSchema', [settled]);
  const versions = await scene.versionsOf('EventSchema', [settled]);

  await registry.part.kill();
  const started = await scene.createSchema('started');
  await scene.whenAll('EventSchema', [started], 'Reconciling', 'True', 'RegistryUnavailable');
  await scene.whenAll('EventCluster', [eventClusterName], 'Ready', 'False', 'RegistryUnavailable');
  await scene.whenAllReady('EventTopic', [await scene.createTopic('meanwhile')]);
  await whenLookedAt(operator, [settled], { fault: 'registry/unavailable' });
  expect(await scene.versionsOf('EventSchema', [settled])).toEqual(versions);

  // Directly the address refuses; the proxy accepts and breaks off. Neither is news a second time.
  await scene.whenAll('EventCluster', [proxied], 'Ready', 'False', 'RegistryUnavailable');
  const clusters = await scene.versionsOf('EventCluster', [eventClusterName, proxied]);
  await whenLookedAt(operator, [eventClusterName, proxied], { times: 6 });
  expect(await scene.versionsOf('EventCluster', [eventClusterName, proxied])).toEqual(clusters);

  await registry.part.start();
  const sinceBack = stopwatch();
  await scene.whenAllReady('EventSchema', [started]);
  figure(`a waiting schema was Ready ${sinceBack()} after a killed registry answered again`);
  await whenClusterReady();
  // It keeps its content in memory, so that it has forgotten everything.
  await scene.whenAll('EventSchema', [settled], 'Stalled', 'True', 'SubjectDeletedOutOfBand');
  expect(await versionsOf('settled')).toBeUndefined();
  const annotations = { 'sluice.dev/register-deleted-version': '1' };
  await scene.cluster.patch('EventSchema', settled, { metadata: { annotations } });
  await eventually(async () => expect(await versionsOf('settled')).toEqual([1]), { within });
  await scene.whenAllReady('EventSchema', [settled]);
});

const modes: readonly { it: string; mode: ProxyMode }[] = [
  { it: 'refuses connections', mode: { kind: 'refuse' } },
  { it: 'resets connections', mode: { kind: 'reset' } },
  { it: 'says nothing any more', mode: { kind: 'hang' } },
];

it.each(modes)('survives a registry that $it, and serves other clusters meanwhile', async ({ mode }) => {
  const { registry } = scene.world;
  await whenClusterReady(proxied);
  const settled = await scene.createSchema(`settled-${mode.kind}`, { clusterRef: { name: proxied } });
  await scene.whenAllReady('EventSchema', [settled]);
  const versions = await scene.versionsOf('EventSchema', [settled]);

  await registry.proxy.set(mode);
  const started = await scene.createSchema(`started-${mode.kind}`, { clusterRef: { name: proxied } });
  const waiting = await scene.whenCondition('EventSchema', started, 'Reconciling', 'True', 'RegistryUnavailable');
  expect(waiting.message).toContain(new URL(registry.urlThroughProxy).host);
  await scene.whenAll('EventCluster', [proxied], 'Ready', 'False', 'RegistryUnavailable');
  await scene.whenAllReady('EventSchema', [await scene.createSchema(`elsewhere-${mode.kind}`)]);
  await scene.whenAllReady('EventTopic', [
    await scene.createTopic(`elsewhere-${mode.kind}`, { clusterRef: { name: proxied } }),
  ]);
  await whenLookedAt(operator, [settled], { fault: 'registry/unavailable' });

  await registry.proxy.set({ kind: 'pass' });
  const sinceBack = stopwatch();
  await scene.whenAllReady('EventSchema', [started]);
  figure(`a waiting schema was Ready ${sinceBack()} after the registry passed again (${mode.kind})`);
  await whenClusterReady(proxied);
  expect(await scene.versionsOf('EventSchema', [settled])).toEqual(versions);
});

const json = { 'content-type': 'application/json' };
const lies: readonly { it: string; name: string; lie: Lie; says: RegExp }[] = [
  {
    it: 'a web page',
    name: 'web-page',
    lie: (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Welcome</html>'),
    says: /answered 200 with text\/html instead of JSON/,
  },
  {
    it: 'cut JSON',
    name: 'cut-json',
    lie: (response) => response.writeHead(200, json).end('{"id":1,"vers'),
    says: /answered 200 with broken JSON/,
  },
  {
    it: 'a body without an end',
    name: 'endless',
    lie: (response) => {
      const pour = () => {
        while (!response.destroyed && response.write(mebibyte));
      };
      response.writeHead(200, json).on('drain', pour);
      pour();
    },
    says: /sent an answer that is too large/,
  },
  {
    it: 'an error of its own',
    name: 'error',
    lie: (response) => response.writeHead(500, json).end('{"error_code":50001,"message":"at 12:03"}'),
    says: /answered 500 with error 50001/,
  },
  { it: 'nothing', name: 'silence', lie: () => undefined, says: /gave no answer within 5000 ms/ },
  {
    it: 'a way to another server',
    name: 'redirect',
    lie: (response) => response.writeHead(307, { location: `${elsewhere.url}/subjects/redirect/versions` }).end(),
    says: /answered 307, and redirects are not followed/,
  },
];

it.concurrent.each(lies)('takes $it for no answer, and goes on once the registry answers truly', async (row) => {
  const { name, lie, says } = row;
  const { kafka, registry, address } = scene.world;
  const impostor = await startImpostor(registry.url, address(8));
  onTestFinished(() => impostor.close());
  await scene.createEventCluster(kafka.bootstrapServers, { registry: { url: impostor.url } }, name);
  await whenClusterReady(name);

  impostor.tell(lie);
  const schema = await scene.createSchema(name, { clusterRef: { name }, compatibility: 'Full' });
  // Where a machine is slow, the first answer may not have come in time.
  const saysSo = (kind: string, key: string, type: string, status: string) =>
    eventually(
      async () => {
        const { message } = await scene.whenCondition(kind, key, type, status, 'RegistryUnavailable');
        expect(message).toMatch(says);
        expect(message).toContain(impostor.host);
      },
      { within },
    );
  await saysSo('EventSchema', schema, 'Reconciling', 'True');
  await saysSo('EventCluster', name, 'Ready', 'False');
  await scene.whenAllReady('EventTopic', [await scene.createTopic(name, { clusterRef: { name } })]);
  await scene.whenAll('EventSchema', [schema], 'Ready', 'False', 'RegistryUnavailable');
  expect(await versionsOf(name)).toBeUndefined();

  impostor.tell('the truth');
  const sinceBack = stopwatch();
  await scene.whenAllReady('EventSchema', [schema]);
  figure(`a waiting schema was Ready ${sinceBack()} after the registry answered truly (${name})`);
  await whenClusterReady(name);
  expect(await versionsOf(name)).toEqual([1]);
  await scene.cluster.delete('EventSchema', schema);
  await scene.cluster.delete('EventCluster', name);
});

it('asked nobody but the registry that it was told of', () => {
  expect(elsewhere.lies).toBe(0);
});

it('was one process all the time, with valid statuses and without a bug', () => {
  expect(operator.part.pid).toBe(pid);
  scene.expectGoodConduct();
});
