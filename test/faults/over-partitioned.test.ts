import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Operator } from '../../dev/world/operator.ts';
import type { Managed } from '../../src/runtime/kind.ts';
import { eventually } from '../helpers/eventually.ts';
import { KafkaChecker } from '../helpers/kafka.ts';
import { verbose, whenLookedAt } from './support/operator-log.ts';
import { conditionOf, Scene, startTimeoutMs, within } from './support/scene.ts';

let scene: Scene;
let kafka: KafkaChecker;
let operator: Operator;

const type = 'OverPartitioned';
/** Looks every second; the busiest time counts as known after `knownAfterMs`. */
const start = (knownAfterMs: number) =>
  scene.startOperator({
    env: { ...verbose, SLUICE_RECHECK_MS: '1000', SLUICE_TRAFFIC_KNOWN_AFTER_MS: String(knownAfterMs) },
  });

beforeAll(async () => {
  scene = await Scene.open();
  kafka = new KafkaChecker(scene.world.kafka.bootstrapServers);
  await scene.createEventCluster(scene.world.kafka.bootstrapServers);
  operator = await start(2_000);
}, startTimeoutMs);
afterEach(({ task }) => scene?.note(task));
afterAll(async () => {
  await kafka?.close();
  await scene?.close();
}, startTimeoutMs);

async function types(key: string): Promise<readonly string[]> {
  const topic = await scene.cluster.get<Managed>('EventTopic', key);
  return topic?.status?.conditions?.map((condition) => condition.type) ?? [];
}

/** As fast as it goes, until `done`. */
async function writeUntil(topic: string, done: () => Promise<boolean>): Promise<void> {
  const producer = kafka.kafka.producer();
  await producer.connect();
  const messages = Array.from({ length: 20_000 }, () => ({ value: 'x' }));
  try {
    while (!(await done())) await producer.send({ topic, messages, acks: 1 });
  } finally {
    await producer.disconnect();
  }
}

it('points out a topic with more partitions than its traffic needs, and one that is busy enough no more', async () => {
  const [few, idle, busy] = [
    await scene.createTopic('few', { partitions: 12 }),
    await scene.createTopic('idle', { partitions: 13 }),
    await scene.createTopic('busy', { partitions: 13 }),
  ];
  const found = await scene.whenCondition('EventTopic', idle, type, 'True', type);
  expect(found.message).toMatch(/has 13 partitions; .* never passed 1000 records\/s, for which 1 would do/);
  await scene.whenAll('EventTopic', [busy], type, 'True');
  await scene.whenAllReady('EventTopic', [few, idle, busy]);

  await writeUntil('busy', async () => !(await types(busy)).includes(type));
  expect(await types(few)).toEqual(['Ready']);
  expect(await types(idle)).toContain(type);
});

it('says so still after a restart, when nobody knows the traffic yet, and writes nothing', async () => {
  const key = await scene.createTopic('lasting', { partitions: 13 });
  await scene.whenAll('EventTopic', [key], type, 'True');
  await operator.stop();
  const versions = await scene.versionsOf('EventTopic', [key]);
  operator = await start(3_600_000);
  await whenLookedAt(operator, [key], { times: 2 });
  expect(await scene.versionsOf('EventTopic', [key])).toEqual(versions);

  // Another number of partitions is another matter, of which nothing is known.
  await scene.cluster.patch('EventTopic', key, { spec: { keyed: false, partitions: 14 } });
  await eventually(
    async () => {
      const topic = await scene.cluster.get<Managed>('EventTopic', key);
      expect(topic?.status).toMatchObject({ observed: { partitions: 14 } });
      expect(topic && conditionOf(topic, type)).toBeUndefined();
    },
    { within },
  );
  scene.expectGoodConduct();
});
