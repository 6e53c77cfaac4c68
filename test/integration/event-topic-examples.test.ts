import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { parse } from 'yaml';
import type { EventTopicSpec } from '../../src/crds/event-topic.ts';
import { manifest, TestCluster } from '../helpers/cluster.ts';
import { KafkaChecker } from '../helpers/kafka.ts';

const world = inject('world');
const cluster = new TestCluster(world.kubeconfig);
const kafka = new KafkaChecker(world.kafka.bootstrapServers);
const folder = fileURLToPath(new URL('../../examples', import.meta.url));
const files = readdirSync(folder).filter((name) => name.startsWith('event-topic') && name.endsWith('.yaml'));
let namespace: string;

beforeAll(async () => {
  namespace = await cluster.createNamespace('examples');
  await cluster.create(
    manifest('EventCluster', namespace, {
      kafka: { bootstrapServers: world.kafka.bootstrapServers.split(',') },
      access: [
        {
          namespaces: [namespace],
          topics: [`${namespace}.*`],
          deletionPolicies: ['Retain', 'DeleteIfEmpty', 'Delete'],
          adoptionPolicies: ['MatchOnly', 'Take'],
        },
      ],
    }),
  );
});
afterAll(async () => {
  await cluster.delete('EventCluster', namespace);
  await kafka.close();
  await cluster.close();
});

interface Example {
  metadata: { name: string };
  spec: Partial<EventTopicSpec> & { topicName: string };
}

/** What each example ends as, on brokers that have no such topic yet; absent: Ready. */
const endings: Readonly<Record<string, readonly [type: string, status: string, reason?: string]>> = {
  'event-topic-plan.yaml': ['Stalled', 'True', 'PlanOnly'],
  'event-topic-paused.yaml': ['Paused', 'True'],
  // The world of these tests has one broker.
  'event-topic-replication.yaml': ['Stalled', 'True', 'NotEnoughBrokers'],
};

describe('the operator makes of', () => {
  it.each(files)('examples/%s what its comment says', async (file) => {
    const { metadata, spec }: Example = parse(readFileSync(join(folder, file), 'utf8'));
    // Names of a run of its own, so that examples meet no topics of other tests.
    const topicName = `${namespace}.${spec.topicName}`;
    const key = `${namespace}/${metadata.name}`;
    const wanted = { ...spec, topicName, clusterRef: { name: namespace } };
    await cluster.create(manifest('EventTopic', metadata.name, wanted, namespace));
    const [type, status, reason] = endings[file] ?? ['Ready', 'True'];
    await cluster.whenCondition('EventTopic', key, type, status, reason);
    if (type !== 'Ready') return expect(await kafka.exists(topicName)).toBe(false);
    await kafka.whenShown(topicName);
    if (spec.partitions !== undefined) expect(await kafka.partitions(topicName)).toBe(spec.partitions);
  });
});
