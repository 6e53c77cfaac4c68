import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Operator } from '../../dev/world/operator.ts';
import type { KubeObject } from '../../src/ports/kube.ts';
import type { Managed } from '../../src/runtime/kind.ts';
import { eventually } from '../helpers/eventually.ts';
import { figure, stopwatch } from './support/figure.ts';
import { claimsIn, entriesIn } from './support/journal.ts';
import { Api, type KafkaRequest, KafkaTap, type Listener } from './support/kafka-tap.ts';
import { liveTopics } from './support/live-topics.ts';
import { conditionOf, keyOf, Scene, startTimeoutMs, within } from './support/scene.ts';
import { TopicBook } from './support/topic-book.ts';

const waveSize = 40;
/** A restarted operator is somebody else and waits until the lease of its predecessor has run out. */
const shortLease = {
  SLUICE_LEASE_DURATION_MS: '2000',
  SLUICE_LEASE_RENEW_DEADLINE_MS: '1500',
  SLUICE_LEASE_RETRY_MS: '400',
};

let scene: Scene;
let operator: Operator;
let tap: KafkaTap;
let book: TopicBook;

beforeAll(async () => {
  scene = await Scene.open();
  book = new TopicBook(scene);
  const { proxies, bootstrapServersThroughProxies } = scene.world.kafka;
  const [proxy] = proxies;
  if (!proxy) throw new Error('the world has no broker');
  await proxy.close();
  tap = new KafkaTap(proxy.to);
  await tap.open(proxy.from);
  await scene.createEventCluster(bootstrapServersThroughProxies);
  operator = await scene.startOperator({ env: { ...shortLease, SLUICE_KAFKA_TIMEOUT_MS: '2000' } });
}, startTimeoutMs);
afterEach(({ task }) => scene?.note(task));
afterAll(async () => {
  await scene?.close();
  await tap?.close();
}, startTimeoutMs);

const effects = ['create', 'grow', 'configure', 'delete'] as const;
const apiOf = {
  create: Api.CreateTopics,
  grow: Api.CreatePartitions,
  configure: Api.IncrementalAlterConfigs,
  delete: Api.DeleteTopics,
} as const;

/** Where in the course of a request the process dies. */
const positions = ['before it arrives', 'before its answer arrives', 'after its answer was read'] as const;
type Position = (typeof positions)[number];

/** Kills the operator at its next request of that kind. Resolves when it is dead. */
function killedAt(api: number, position: Position): Promise<void> {
  return new Promise((resolve) => {
    const isIt = (request: KafkaRequest) => request.changes && request.api === api;
    const kill = () => {
      tap.listener = {};
      void operator.part.kill().then(resolve);
    };
    const listeners: Record<Position, Listener> = {
      'before it arrives': {
        request(request) {
          if (!isIt(request)) return 'pass';
          kill();
          return 'loseRequest';
        },
      },
      'before its answer arrives': {
        request: (request) => (isIt(request) ? 'loseAnswer' : 'pass'),
        answered: (request) => isIt(request) && kill(),
      },
      'after its answer was read': { answered: (request) => isIt(request) && onNextRequest(kill) },
    };
    tap.listener = listeners[position];
  });
}

/** The request that follows an answer shows that the answer was read. */
function onNextRequest(act: () => void): void {
  tap.listener = {
    request() {
      act();
      return 'pass';
    },
  };
}

/** Kills the operator as soon as that many of the topics are Ready. */
async function killedWhenReady(keys: readonly string[], count: number): Promise<void> {
  await eventually(
    async () => {
      const topics = await scene.cluster.list<Managed>('EventTopic');
      const ready = topics.filter(
        (topic) => keys.includes(keyOf(topic)) && conditionOf(topic, 'Ready')?.status === 'True',
      );
      expect(ready.length).toBeGreaterThanOrEqual(count);
    },
    { within, everyMs: 5 },
  );
  await operator.part.kill();
}

const waves: readonly { it: string; prefix: string; killed: (keys: readonly string[]) => Promise<void> }[] = [
  ...positions.map((position, index) => ({
    it: `at a creation, ${position}`,
    prefix: `wave-${index + 1}`,
    killed: () => killedAt(Api.CreateTopics, position),
  })),
  { it: 'once the first topic is Ready', prefix: 'wave-4', killed: (keys) => killedWhenReady(keys, 1) },
  { it: 'once half of them are Ready', prefix: 'wave-5', killed: (keys) => killedWhenReady(keys, waveSize / 2) },
];

it.each(waves)('knows its own topics after it was killed $it', async ({ prefix, killed }) => {
  const names = Array.from({ length: waveSize }, (_, index) => `${prefix}-${index + 1}`);
  const keys = names.map((name) => book.keyOf(name));
  const dead = killed(keys);
  const before = book.size;
  await book.createMany(prefix, waveSize);
  await dead;
  // What was created so far is no longer what the spec says: a stranger's topic would now be refused.
  await Promise.all(names.map((name) => book.change(name, { partitions: 2, retentionMs: 2_000_000 })));
  const shown = (await liveTopics(scene.world.kafka.bootstrapServers)).size - before;

  const sinceStart = stopwatch();
  await operator.part.start();
  await scene.whenAllReady('EventTopic', keys);
  figure(`${waveSize} topics, of which the brokers showed ${shown}, were Ready ${sinceStart()} after the restart`);
});

const kills = effects.slice(1).flatMap((effect) => positions.map((position) => ({ effect, position })));

it.each(kills)('does it once after it was killed at "$effect", $position', async ({ effect, position }) => {
  const name = `${effect}-${positions.indexOf(position) + 1}`;
  const key = await book.create(name, { deletionPolicy: 'Delete' });
  await scene.whenAllReady('EventTopic', [key]);
  const dead = killedAt(apiOf[effect], position);
  if (effect === 'delete') await book.delete(name);
  else await book.change(name, effect === 'grow' ? { partitions: 3 } : { retentionMs: 3_000_000 });
  await dead;

  const sinceStart = stopwatch();
  await operator.part.start();
  if (effect === 'delete') await scene.cluster.whenGone('EventTopic', key);
  else await scene.whenAllReady('EventTopic', [key]);
  figure(`"${effect}" was done ${sinceStart()} after the restart`);
});

it('takes a topic for its own although the answer to its creation was lost', async () => {
  const lost = Promise.withResolvers<void>();
  tap.listener = {
    request: ({ api }) => (api === Api.CreateTopics ? 'loseAnswer' : 'pass'),
    answered: ({ api }) => {
      if (api !== Api.CreateTopics) return;
      tap.listener = {};
      lost.resolve();
    },
  };
  const key = await book.create('unanswered');
  await lost.promise;
  const sinceLost = stopwatch();
  await book.change('unanswered', { retentionMs: 2_000_000 });
  await scene.whenAllReady('EventTopic', [key]);
  figure(`a topic was Ready ${sinceLost()} after the answer to its creation was lost`);
});

it('has exactly the topics that are wanted, and each resource has the id of its own', () => book.whenDone());

it('adopted none of its own topics as if it were a stranger’s, and keeps no claim', async () => {
  interface Event extends KubeObject {
    reason: string;
  }
  const reasons = new Set((await scene.cluster.list<Event>('Event', scene.namespace)).map(({ reason }) => reason));
  expect(reasons).toContain('Created');
  expect(reasons).not.toContain('Adopted');
  await eventually(async () => expect(await claimsIn(scene.cluster)).toEqual([]), { within });
});

it('knows the topic of a resource that went before it was killed and is created again', async () => {
  const create = (config: Record<string, number>) => scene.createTopic('replaced', { adoptionPolicy: 'Never', config });
  const topicId = async (key: string) => {
    await scene.whenAllReady('EventTopic', [key]);
    return (await scene.cluster.get<Managed & { status: { topicId?: string } }>('EventTopic', key))?.status.topicId;
  };
  const key = await create({ 'retention.ms': 1_000_000 });
  const before = await topicId(key);
  await scene.cluster.delete('EventTopic', key);
  await eventually(
    async () => expect((await entriesIn(scene.cluster)).filter((entry) => entry.includes(`${before}`))).toHaveLength(1),
    { within },
  );
  await operator.part.kill();
  await create({ 'retention.ms': 2_000_000 });
  await operator.part.start();
  expect(await topicId(key)).toBe(before);
});

it('gives each of 100 contested topics one owner, and leaves it the owner after it was killed', async () => {
  const names = Array.from({ length: 100 }, (_, index) => `pair-${index + 1}`);
  const claimants = names.flatMap((name) =>
    ['one', 'other'].map((suffix) => ({ name: `${name}-${suffix}`, of: name })),
  );
  const dead = killedAt(Api.CreateTopics, 'before its answer arrives');
  await Promise.all(claimants.map(({ name, of }) => scene.createTopic(name, { topicName: of })));
  await dead;
  await operator.part.start();
  const ownersOf = async () => {
    const topics = await scene.cluster.list<Managed>('EventTopic');
    const says = (name: string) => {
      const topic = topics.find(({ metadata }) => metadata.name === name);
      return topic && conditionOf(topic, 'Ready')?.reason;
    };
    const pairs = names.map((of) => claimants.filter((claimant) => claimant.of === of).map(({ name }) => says(name)));
    expect(pairs.map((pair) => pair.toSorted())).toEqual(names.map(() => ['InSync', 'OwnedByOther']));
    return pairs;
  };
  const owners = await eventually(ownersOf, { within });
  await operator.part.kill();
  await operator.part.start();
  const at = new Date().toISOString();
  const annotations = { 'sluice.dev/reconcile-requested-at': at };
  await Promise.all(
    claimants.map(({ name }) => scene.cluster.patch('EventTopic', book.keyOf(name), { metadata: { annotations } })),
  );
  await eventually(
    async () => {
      const topics = await scene.cluster.list<Managed>('EventTopic');
      const looked = topics.filter(({ status }) => status?.lastHandledReconcileAt === at);
      expect(looked).toHaveLength(claimants.length);
    },
    { within },
  );
  expect(await ownersOf()).toEqual(owners);
});

it('had valid statuses all the time, and met no bug', () => scene.expectGoodConduct());
