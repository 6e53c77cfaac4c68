import { describe, expect, it } from 'vitest';
import { createPatterns } from '../../../../src/adapters/patterns.ts';
import { eventTopicGate } from '../../../../src/controllers/event-topic/gate.ts';
import type { EventCluster, EventClusterSpec } from '../../../../src/crds/event-cluster.ts';
import type { EventTopic, EventTopicSpec, EventTopicStatus } from '../../../../src/crds/event-topic.ts';
import { connectionsTo } from '../../../fakes/fake-kafka.ts';
import { accessRule, clusterOf, topicResource } from '../samples.ts';
import { topicWorld } from './world.ts';

const signal = new AbortController().signal;
const nothing = { refused: [], open: [], unchecked: [], mode: 'Deny' };
const live: Partial<EventTopicStatus> = {
  clusterId: 'kafka-1',
  topicId: 'id-1',
  observed: { partitions: 3, replicationFactor: 1, configOverrides: 0 },
};
const other = (metadata: Partial<EventTopic['metadata']>, spec: Partial<EventTopicSpec> = {}) =>
  topicResource(spec, {}, { name: 'older', uid: 'older-uid', creationTimestamp: '2025-01-01T00:00:00Z', ...metadata });
const rule = { namespaces: ['shop'], deletionPolicies: ['Retain' as const], adoptionPolicies: ['MatchOnly' as const] };

interface Case {
  cluster?: Partial<EventClusterSpec>;
  spec?: Partial<EventTopicSpec>;
  /** Whether the topic is there: somebody else's, or this resource's own. */
  exists?: 'foreign' | 'ours';
  others?: readonly EventTopic[];
}

/** The gate and the rounds of one and the same operator. */
function world({ cluster = {}, spec = {}, exists, others = [] }: Case) {
  const resource = topicResource({ clusterRef: { name: 'used' }, ...spec }, exists === 'ours' ? live : {});
  const used: EventCluster = clusterOf(cluster, {
    metadata: { ...clusterOf().metadata, name: 'used', uid: 'used-uid' },
  });
  const around = topicWorld([resource, ...others], [used]);
  const { kafka, topics, clusters, consumers, namespaces, claims, clock } = around;
  if (exists) kafka.putTopic('orders', { id: 'id-1', partitions: 3 });
  let asked = 0;
  const connections = connectionsTo(kafka);
  const counted: typeof connections = {
    ...connections,
    to: (target) => {
      asked += 1;
      return connections.to(target);
    },
  };
  const compile = createPatterns();
  const gate = eventTopicGate({ topics, clusters, consumers, namespaces, claims, clock, compile, kafka: counted });
  return { ...around, resource, gate, asked: () => asked };
}

const refused: readonly (Case & { it: string; reason: string })[] = [
  {
    it: 'a name that is not granted',
    cluster: { access: [accessRule({ ...rule, topics: ['x'] })] },
    reason: 'NotGranted',
  },
  { it: 'a policy of deletion that is not granted', spec: { deletionPolicy: 'DeleteIfEmpty' }, reason: 'NotGranted' },
  {
    it: 'a name that the naming rule forbids',
    cluster: { naming: { pattern: '^[a-z]+[.][a-z]+$', mode: 'Deny' } },
    reason: 'NameRefused',
  },
  {
    it: 'more partitions than are granted',
    cluster: { access: [accessRule({ ...rule, maxPartitionsPerTopic: 2 })] },
    spec: { partitions: 3 },
    reason: 'QuotaExceeded',
  },
  {
    it: 'more topics than are granted',
    cluster: { access: [accessRule({ ...rule, maxTopicsPerNamespace: 1 })] },
    others: [other({}, { clusterRef: { name: 'used' }, topicName: 'payments' })],
    reason: 'QuotaExceeded',
  },
  {
    it: 'a setting that is not allowed',
    cluster: { allowedConfigKeys: ['retention.ms'] },
    spec: { config: { 'cleanup.policy': 'compact' } },
    reason: 'ConfigNotAllowed',
  },
  {
    it: 'a setting of a live topic that is not allowed',
    cluster: { allowedConfigKeys: ['retention.ms'] },
    spec: { config: { 'cleanup.policy': 'compact' } },
    exists: 'ours',
    reason: 'ConfigNotAllowed',
  },
  {
    it: 'fewer partitions than the topic has',
    spec: { partitions: 2 },
    exists: 'ours',
    reason: 'PartitionDecreaseRefused',
  },
  { it: 'growth that moves keys', spec: { partitions: 6 }, exists: 'ours', reason: 'KeyMoveNotAcknowledged' },
];

describe('at admission and in a round', () => {
  it.each(refused)('$it is refused in the same words', async ({ reason, ...given }) => {
    const { gate, resource, settle, condition } = world(given);
    const judged = await gate(resource, signal);
    await settle();
    expect(condition('Stalled')).toMatchObject({ status: 'True', reason });
    expect(judged).toEqual({
      ...nothing,
      refused: [expect.objectContaining({ reason, message: condition('Stalled')?.message })],
    });
  });

  it('a second owner is told of the first, which may go', async () => {
    const { gate, resource, settle, condition } = world({
      others: [other({}, { clusterRef: { name: 'used' }, topicName: 'orders' })],
    });
    const judged = await gate(resource, signal);
    await settle();
    const message = condition('Stalled')?.message;
    expect(judged).toEqual({ ...nothing, open: [expect.objectContaining({ reason: 'OwnedByOther', message })] });
  });
});

describe('the gate of EventTopics', () => {
  const naming = { pattern: '^[a-z]+[.][a-z]+$', mode: 'Deny' as const };

  it.each<Case & { it: string }>([
    { it: 'a new topic' },
    { it: 'a change of a topic that is there', spec: { partitions: 6, keyed: false }, exists: 'ours' },
    { it: 'a topic that is there under a name that none could be created with', cluster: { naming }, exists: 'ours' },
  ])('lets $it pass without asking a broker', async (given) => {
    const { gate, resource, asked } = world(given);
    expect(await gate(resource, signal)).toEqual(nothing);
    expect(asked()).toBe(0);
  });

  it('lets a topic be adopted under a name that none could be created with', async () => {
    const { gate, resource, asked, settle, ready } = world({ cluster: { naming }, exists: 'foreign' });
    expect(await gate(resource, signal)).toEqual(nothing);
    expect(asked()).toBe(1);
    await settle();
    expect(ready()).toMatchObject({ status: 'True' });
  });

  it('warns while the brokers do not say whether there is a topic to adopt', async () => {
    const { gate, resource, kafka } = world({ cluster: { naming } });
    kafka.goDown();
    expect(await gate(resource, signal)).toEqual({
      ...nothing,
      open: [expect.objectContaining({ reason: 'NameRefused' })],
      unchecked: [expect.stringMatching(/^topic "orders": the brokers did not say whether it exists \(/)],
    });
  });

  it('refuses what is not granted whether or not the brokers answer', async () => {
    const { gate, resource, kafka } = world({ cluster: { access: [accessRule({ ...rule, topics: ['x'] })] } });
    kafka.goDown();
    expect(await gate(resource, signal)).toMatchObject({ refused: [{ reason: 'NotGranted' }] });
  });

  it('has nothing against a topic whose EventCluster is not there yet', async () => {
    const { gate, resource } = world({ spec: { clusterRef: { name: 'later' } } });
    expect(await gate(resource, signal)).toEqual(nothing);
  });
});
