import { expect, it } from 'vitest';
import { consultBrokers } from '../../../../../src/controllers/event-topic/look/consult.ts';
import { planTopic } from '../../../../../src/controllers/event-topic/plan/plan.ts';
import type { EventTopicSpec } from '../../../../../src/crds/event-topic.ts';
import { Fault } from '../../../../../src/ports/fault.ts';
import { connectionsTo, FakeKafka } from '../../../../fakes/fake-kafka.ts';
import { seenTopic, topicResource } from '../../samples.ts';

const ours = { topicId: 'id-1' };
const creation = { reason: 'NotEnoughBrokers', message: expect.stringContaining('needs 9 brokers') };

/** What the brokers leave of the plan for a topic that is absent, or is ours with 3 partitions. */
async function consult(spec: Partial<EventTopicSpec>, { onlyShown = false, absent = false, away = false } = {}) {
  const kafka = new FakeKafka();
  kafka.putTopic('orders', { partitions: 3 });
  if (absent) kafka.topics.clear();
  if (away) kafka.goDown();
  const seen = seenTopic(absent ? { topic: undefined } : {});
  const plan = planTopic(topicResource(spec, absent ? {} : ours), seen, new Date(0));
  const { signal } = new AbortController();
  const left = await consultBrokers(plan, { kafka: connectionsTo(kafka), signal, namespace: 'shop', onlyShown });
  return { plan, left, kafka };
}

it('asks nobody about a plan with nothing to do', async () => {
  const { plan, left } = await consult({}, { away: true });
  expect(left).toBe(plan);
});

it('asks about a creation that is only shown, and strikes it out', async () => {
  const { left, kafka } = await consult({ replicationFactor: 9 }, { absent: true, onlyShown: true });
  expect(left.actions).toEqual([]);
  expect(left.blocked).toMatchObject([creation]);
  expect(kafka.topics.size).toBe(0);
});

it('leaves a creation that is carried out to be judged when it is made', async () => {
  const { plan, left } = await consult({ replicationFactor: 9 }, { absent: true, away: true });
  expect(left.actions).toEqual(plan.actions);
});

it('names no other topic that stands in the way of a name', async () => {
  const kafka = new FakeKafka();
  kafka.putTopic('shop.orders');
  const resource = topicResource({ topicName: 'shop_orders' });
  const plan = planTopic(resource, seenTopic({ topic: undefined }), new Date(0));
  const { signal } = new AbortController();
  const asked = { kafka: connectionsTo(kafka), signal, namespace: 'shop', onlyShown: true };
  const { blocked } = await consultBrokers(plan, asked);
  expect(blocked).toMatchObject([{ reason: 'NameRefused', message: expect.stringContaining('differs only in') }]);
  expect(JSON.stringify(blocked)).not.toContain('shop.orders');
});

it('keeps the parts that the brokers take, and tells of each that they refuse', async () => {
  const { left } = await consult({ partitions: 6, keyed: false, config: { 'retention.ms': 'soon', 'segment.ms': 9 } });
  expect(left.actions).toMatchObject([
    { kind: 'configure', changes: new Map([['segment.ms', '9']]) },
    { kind: 'grow' },
  ]);
  expect(left.blocked).toMatchObject([{ reason: 'ConfigRejected', message: expect.stringContaining('retention.ms') }]);
  expect(left.config?.unmet).toMatchObject([{ key: 'retention.ms', cause: { kind: 'refused' } }]);
});

it('does nothing of a plan while the brokers that are to judge it are away', async () => {
  await expect(consult({ config: { 'segment.ms': 9 } }, { away: true })).rejects.toThrow(Fault);
});
