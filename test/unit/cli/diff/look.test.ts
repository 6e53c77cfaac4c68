import { describe, expect, it } from 'vitest';
import { createLook } from '../../../../src/cli/diff/look.ts';
import type { EventTopic } from '../../../../src/crds/event-topic.ts';
import { connectionsTo, FakeKafka } from '../../../fakes/fake-kafka.ts';
import { clusterOf, topicResource } from '../../controllers/samples.ts';

const { signal } = new AbortController();

function lookAt(resource: EventTopic, kafka: FakeKafka, others: readonly EventTopic[] = [], mode = 'ReadWrite') {
  const cluster = clusterOf(mode === 'ReadOnly' ? { mode } : {});
  const clusters = [{ ...cluster, status: { ...cluster.status, clusterId: kafka.clusterId } }];
  const surroundings = { topics: [...others, resource], clusters, namespaces: new Map(), kafka: connectionsTo(kafka) };
  return createLook(surroundings, signal)(resource);
}

const clusterRef = { name: 'default' };

describe('a look before applying', () => {
  it('says what would be done and writes nothing', async () => {
    const kafka = new FakeKafka();
    const finding = await lookAt(topicResource({ clusterRef, partitions: 3 }), kafka);
    expect(finding).toEqual({
      namespace: 'shop',
      name: 'orders',
      topic: 'orders',
      blocked: [],
      changes: [expect.objectContaining({ op: 'CreateTopic', validated: true })],
    });
    expect(kafka.topics.size).toBe(0);
  });

  it('lets the brokers judge a creation', async () => {
    const finding = await lookAt(topicResource({ clusterRef, config: { 'retention.ms': 'soon' } }), new FakeKafka());
    expect(finding.changes).toEqual([]);
    expect(finding.blocked).toEqual([expect.objectContaining({ kind: 'refuse', reason: 'ConfigRejected' })]);
  });

  it('says of a return to the default that the brokers refuse it, and not that it would be made', async () => {
    const kafka = new FakeKafka();
    const { id: topicId } = kafka.putTopic('orders', {
      config: new Map([
        ['max.compaction.lag.ms', '10'],
        ['segment.ms', '7'],
      ]),
    });
    kafka.refuseReset = (key) => (key === 'max.compaction.lag.ms' ? 'less than the minimum' : undefined);
    const appliedConfig = { 'max.compaction.lag.ms': '10', 'segment.ms': '7' };
    const { clusterId } = kafka;
    const { changes, blocked } = await lookAt(
      topicResource({ clusterRef }, { topicId, clusterId, appliedConfig }),
      kafka,
    );
    expect(changes).toEqual([{ op: 'ResetConfig', key: 'segment.ms', from: '7', validated: true }]);
    expect(blocked).toEqual([
      expect.objectContaining({ reason: 'ConfigRejected', message: expect.stringContaining('less than the minimum') }),
    ]);
  });

  it('judges the name as the operator does, and says one that would do', async () => {
    const kafka = new FakeKafka();
    const naming = { mode: 'Deny' as const, pattern: '^[a-z]+[.][a-z]+$' };
    const clusters = [clusterOf({ naming }, { status: { clusterId: kafka.clusterId } })];
    const resource = topicResource({ clusterRef });
    const surroundings = { topics: [resource], clusters, namespaces: new Map(), kafka: connectionsTo(kafka) };
    const { changes, blocked } = await createLook(surroundings, signal)(resource);
    expect(changes).toEqual([]);
    expect(blocked).toEqual([
      expect.objectContaining({ reason: 'NameRefused', message: expect.stringContaining('"shop.orders" would') }),
    ]);
  });

  it.each([
    { it: 'paused', spec: { paused: true }, mode: 'ReadWrite', held: 'spec.paused is true' },
    { it: 'only planned', spec: { mode: 'Plan' as const }, mode: 'ReadWrite', held: 'spec.mode is Plan' },
    { it: 'of a ReadOnly cluster', spec: {}, mode: 'ReadOnly', held: 'EventCluster "default" is ReadOnly' },
  ])('says that nothing is done while a resource is $it', async ({ spec, mode, held }) => {
    const finding = await lookAt(topicResource({ clusterRef, ...spec }), new FakeKafka(), [], mode);
    expect(finding).toMatchObject({ held, changes: [{ op: 'CreateTopic' }] });
  });

  it('leaves a topic to the resource that has it', async () => {
    const owner = topicResource({ clusterRef }, { topicId: 'x' }, { name: 'owner', uid: 'owner' });
    const mine = topicResource({ clusterRef, topicName: 'owner' });
    const finding = await lookAt(mine, new FakeKafka(), [owner]);
    expect(finding.blocked).toEqual([expect.objectContaining({ reason: 'OwnedByOther' })]);
  });

  it('refuses the younger of two topics that Kafka cannot tell apart in metrics', async () => {
    const older = topicResource({ clusterRef }, {}, { name: 'order.paid', uid: 'a' });
    const younger = topicResource({ clusterRef }, {}, { name: 'order_paid', uid: 'b' });
    expect(await lookAt(older, new FakeKafka(), [younger])).toMatchObject({ changes: [{ op: 'CreateTopic' }] });
    expect((await lookAt(younger, new FakeKafka(), [older])).blocked).toEqual([
      expect.objectContaining({ reason: 'NameRefused', message: expect.not.stringContaining('order.paid') }),
    ]);
  });

  it('plans nothing for what is being deleted', async () => {
    const leaving = topicResource({ clusterRef }, {}, { deletionTimestamp: '2026-01-02T00:00:00Z' });
    const finding = await lookAt(leaving, new FakeKafka());
    expect(finding).toMatchObject({ changes: [], blocked: [{ kind: 'wait', reason: 'Deleting' }] });
  });

  it('says that nobody can say while the brokers are away', async () => {
    const kafka = new FakeKafka();
    kafka.goDown();
    expect(await lookAt(topicResource({ clusterRef }), kafka)).toMatchObject({
      changes: [],
      problem: expect.stringContaining('ECONNREFUSED'),
    });
  });
});
