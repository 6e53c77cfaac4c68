import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Operator } from '../../dev/world/operator.ts';
import type { KubeObject } from '../../src/ports/kube.ts';
import { eventually } from '../helpers/eventually.ts';
import { installWebhook } from '../helpers/webhook.ts';
import { changesIn, receivedMs, requestsOf } from './support/audit.ts';
import { figure, stopwatch } from './support/figure.ts';
import { Api, KafkaTap } from './support/kafka-tap.ts';
import { logOf } from './support/operator-log.ts';
import { Scene, startTimeoutMs, within } from './support/scene.ts';
import { changeSteadily } from './support/steady-changes.ts';
import { TopicBook } from './support/topic-book.ts';

interface Lease extends KubeObject {
  spec: { holderIdentity: string; renewTime: string };
}

const leaseKey = 'sluice-system/sluice-leader';
const names = ['first', 'second'] as const;
type Name = (typeof names)[number];

let scene: Scene;
let tap: KafkaTap;
let book: TopicBook;
const operators = new Map<Name, Operator>();

beforeAll(async () => {
  scene = await Scene.open();
  book = new TopicBook(scene);
  const { controlPlane, kafka } = scene.world;
  const [proxy] = kafka.proxies;
  if (!proxy) throw new Error('the world has no broker');
  await proxy.close();
  tap = new KafkaTap(proxy.to);
  await tap.open(proxy.from);
  await scene.createEventCluster(kafka.bootstrapServersThroughProxies);
  // Lease times are those of the product, so that what is measured is what users get.
  for (const [index, name] of names.entries()) {
    const { host, port } = controlPlane.proxy.from;
    const apiServer = name === 'first' ? `https://${host}:${port}` : controlPlane.url;
    // So short that certificates are changed around each change of leader.
    const env = { SLUICE_IDENTITY: name, SLUICE_WEBHOOK_CERTIFICATE_MS: '60000' };
    const ports = { port: 8080 + index, webhookPort: 9443 + index };
    operators.set(name, await scene.startOperator({ name, ...ports, env, apiServer }));
    if (name === 'first') await whenLeads(name);
  }
}, startTimeoutMs);
afterEach(({ task }) => scene?.note(task));
afterAll(async () => {
  await scene?.close();
  await tap?.close();
}, startTimeoutMs);

const partOf = (name: Name) => operatorOf(name).part;

function operatorOf(name: Name): Operator {
  const operator = operators.get(name);
  if (!operator) throw new Error(`operator ${name} was never started`);
  return operator;
}

/** The one that holds the lease, and the one that waits. */
async function roles(): Promise<{ leader: Name; follower: Name }> {
  return eventually(
    async () => {
      const holder = (await scene.cluster.get<Lease>('Lease', leaseKey))?.spec.holderIdentity;
      if (holder?.startsWith('first-')) return { leader: 'first', follower: 'second' };
      if (holder?.startsWith('second-')) return { leader: 'second', follower: 'first' };
      throw new Error(`the lease is held by "${holder}"`);
    },
    { within },
  );
}

function whenLeads(name: Name): Promise<void> {
  return eventually(async () => expect((await roles()).leader).toBe(name), { within });
}

/** When the operator began or ceased to lead, by its own log. */
function timesOf(name: Name, message: 'leading' | 'not leading any more'): readonly number[] {
  const lines = logOf(operatorOf(name)).filter((line) => line.message === message);
  return lines.map(({ time }) => Date.parse(time));
}

/** Waits until it has looked at the lease a few times, which it does when it is awake and would like to lead. */
function whenFollows(name: Name, sinceMs: number): Promise<void> {
  return eventually(
    () => {
      const looks = requestsOf(scene.world, name).filter(
        (entry) => entry.objectRef?.resource === 'leases' && entry.verb === 'get' && receivedMs(entry) > sinceMs,
      );
      expect(looks.length).toBeGreaterThanOrEqual(3);
    },
    { within, everyMs: 500 },
  );
}

/** Whatever the operator changed after that moment, in Kubernetes or in Kafka. */
function changesAfter(name: Name, momentMs: number): readonly unknown[] {
  const inKubernetes = changesIn(requestsOf(scene.world, name)).filter((entry) => receivedMs(entry) > momentMs);
  const inKafka = tap.changes.filter(({ clientId, atMs }) => clientId === `sluice-${name}` && atMs > momentMs);
  return [...inKubernetes, ...inKafka];
}

/** Does it in the moment in which the next creation of topics passes. */
function atNextCreation(act: () => void): Promise<void> {
  return new Promise((resolve) => {
    tap.listener = {
      request({ api }) {
        if (api !== Api.CreateTopics) return 'pass';
        tap.listener = {};
        act();
        resolve();
        return 'pass';
      },
    };
  });
}

it('has one leader, which does all the work', async () => {
  await book.createMany('calm', 10);
  await book.whenDone();
  expect(await roles()).toEqual({ leader: 'first', follower: 'second' });
  expect(changesAfter('second', 0)).toEqual([]);
  expect(changesAfter('first', 0).length).toBeGreaterThan(10);
});

it('has a leader that stops before another begins when it cannot reach the API server', async () => {
  const { proxy } = scene.world.controlPlane;
  const cutOff = atNextCreation(() => void proxy.set({ kind: 'hang' }));
  await book.createMany('cut-off', 50);
  await cutOff;
  const sinceCutOff = stopwatch();
  await whenLeads('second');
  figure(`another led ${sinceCutOff()} after the leader lost the API server`);
  await book.whenDone();
  // What the former leader knows is out of date from here on: it would set these back.
  await Promise.all([1, 2, 3, 4, 5].map((n) => book.change(`cut-off-${n}`, { retentionMs: 2_000_000 })));
  await book.whenDone();
  const [beganMs = 0] = timesOf('second', 'leading');
  await eventually(() => expect(timesOf('first', 'not leading any more')).toHaveLength(1), { within });

  // What hangs in the proxy is dropped there: it left before, and would only arrive late.
  await proxy.set({ kind: 'refuse' });
  const backMs = Date.now();
  await proxy.set({ kind: 'pass' });
  await whenFollows('first', backMs);
  expect(changesAfter('first', beganMs)).toEqual([]);
  expect((await roles()).leader).toBe('second');
});

it('has a leader that starts nothing when it thaws after its lease ended', async () => {
  const { leader, follower } = await roles();
  const { pid } = partOf(leader);
  const endedBefore = timesOf(leader, 'not leading any more').length;
  const frozen = atNextCreation(() => partOf(leader).pause());
  await book.createMany('frozen', 100);
  await frozen;
  const sinceFrozen = stopwatch();
  await whenLeads(follower);
  figure(`another led ${sinceFrozen()} after the leader was frozen`);
  await book.whenDone();
  await Promise.all([1, 2, 3, 4, 5].map((n) => book.change(`frozen-${n}`, { partitions: 3, retentionMs: 2_000_000 })));
  await book.whenDone();

  const thawedMs = Date.now();
  partOf(leader).resume();
  await whenFollows(leader, thawedMs);
  expect(changesAfter(leader, thawedMs)).toEqual([]);
  expect(timesOf(leader, 'not leading any more')).toHaveLength(endedBefore + 1);
  expect(partOf(leader).pid).toBe(pid);
  expect(await roles()).toEqual({ leader: follower, follower: leader });
  await book.whenDone();
});

it('goes on after its lease was deleted', async () => {
  await scene.cluster.delete('Lease', leaseKey);
  const sinceDeleted = stopwatch();
  await book.create('lease-deleted');
  await book.whenDone();
  await roles();
  figure(`a lease was held again, and a new topic Ready, ${sinceDeleted()} after the lease was deleted`);
});

it('steps down when somebody else holds its lease, and comes back when that lease ends', async () => {
  const { leader } = await roles();
  const endedBefore = timesOf(leader, 'not leading any more').length;
  await scene.cluster.patch('Lease', leaseKey, { spec: { holderIdentity: 'stranger', leaseDurationSeconds: 5 } });
  const sinceStolen = stopwatch();
  await eventually(() => expect(timesOf(leader, 'not leading any more')).toHaveLength(endedBefore + 1), { within });
  const [steppedDownMs = 0] = timesOf(leader, 'not leading any more').slice(-1);
  await book.create('lease-stolen');
  await book.whenDone();
  figure(`a new topic was Ready ${sinceStolen()} after a stranger took the lease for 5 s`);
  const again = names.flatMap((name) => timesOf(name, 'leading')).filter((time) => time > steppedDownMs);
  const [againMs = 0] = again.sort();
  const between = tap.changes.filter(({ atMs }) => atMs > steppedDownMs && atMs < againMs);
  expect(between).toEqual([]);
});

it('hands over at once when the leader is asked to end', async () => {
  const { leader, follower } = await roles();
  const stopped = Promise.withResolvers<void>();
  const asked = atNextCreation(() => stopped.resolve(partOf(leader).stop()));
  await book.createMany('handover', 50);
  await asked;
  const sinceTerm = stopwatch();
  await stopped.promise;
  figure(`the leader ended ${sinceTerm()} after SIGTERM`);
  expect(await lastWords(leader)).toContain('(exit code 0)');
  await whenLeads(follower);
  figure(`another led ${sinceTerm()} after SIGTERM`);
  await book.whenDone();
  await partOf(leader).start();
});

it('takes over when the leader is killed, and lets no change fail that it is asked about meanwhile', async () => {
  const { leader, follower } = await roles();
  await askAtAdmission(operatorOf(follower));
  const steady = await changeSteadily(scene, 'steady');
  const killed = atNextCreation(() => void partOf(leader).kill());
  await book.createMany('killed', 50);
  await killed;
  const sinceKill = stopwatch();
  await whenLeads(follower);
  figure(`another led ${sinceKill()} after the leader was killed`);
  await book.whenDone();
  figure(`all topics were Ready ${sinceKill()} after the leader was killed`);
  // It goes on with what the other one began.
  await eventually(() => expect(stepsOf(follower)).toContain('serves the next ones'), { within });
  expect(await steady.stop()).toEqual([]);
  expect(await reviewsOf(operatorOf(follower))).toBeGreaterThanOrEqual(steady.taken);
  expect(steady.taken).toBeGreaterThan(100);
  figure(`${steady.taken} changes were asked about, and none failed`);
});

it('had valid statuses all the time, and met no bug', () => scene.expectGoodConduct());

/** The API server refuses from now on what it cannot ask this operator about. Resolves once it trusts it. */
async function askAtAdmission({ webhookUrl: url = '' }: Operator): Promise<void> {
  const { kubeconfig } = scene.world;
  await installWebhook({ kubeconfig, url, namespaces: [scene.namespace], failurePolicy: 'Fail' });
  await eventually(() => book.change('calm-1', { retentionMs: 3_000_000 }), { within });
}

/** Of EventTopics, that ended well. */
async function reviewsOf({ url }: Operator): Promise<number> {
  const page = await (await fetch(`${url}/metrics`)).text();
  const [, count = '0'] =
    /^sluice_admission_seconds_count\{kind="EventTopic",outcome="allowed"\} (\d+)/m.exec(page) ?? [];
  return Number(count);
}

/** What it did to the certificates of the webhook. */
function stepsOf(name: Name): readonly unknown[] {
  const lines = logOf(operatorOf(name)).filter(({ message }) => message === 'changed the certificates of the webhook');
  return lines.map(({ step }) => step);
}

/** How a process that is not running any more ended. */
function lastWords(name: Name): Promise<string> {
  return partOf(name)
    .whenReady()
    .then(
      () => 'it runs',
      (error: Error) => error.message,
    );
}
