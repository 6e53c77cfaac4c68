import { describe, expect, it } from 'vitest';
import type { EventTopicSpec } from '../../../../src/crds/event-topic.ts';
import { topicResource } from '../samples.ts';
import { topicWorld } from './world.ts';

const heir = 'shop/heir';

/** "orders" owns the topic and "heir" names it too; "orders" is deleted once `before` has happened. */
async function inherited(before: (all: ReturnType<typeof topicWorld>) => Promise<void> = async () => {}) {
  const wish: Partial<EventTopicSpec> = { adoptionPolicy: 'Never', config: { 'retention.ms': 1 } };
  const next = topicResource({ topicName: 'orders', ...wish }, {}, { name: 'heir', uid: 'u2' });
  const all = topicWorld([topicResource(), next]);
  await all.settle();
  await all.settle(heir);
  await before(all);
  await all.settle();
  all.topics.delete('shop/orders');
  await all.settle();
  await all.settle(heir);
  expect(all.topics.get('shop/orders')).toBeUndefined();
  const retention = all.kafka.topics.get('orders')?.config.get('retention.ms');
  return { retention, reason: all.ready(heir)?.reason };
}

/** Somebody deletes the topic and creates another one. */
async function recreate({ kafka }: ReturnType<typeof topicWorld>): Promise<void> {
  kafka.topics.delete('orders');
  kafka.putTopic('orders', { config: new Map([['retention.ms', '60000']]) });
}

describe('whoever inherits a topic', () => {
  it('need not adopt it', async () => {
    expect(await inherited()).toEqual({ retention: '1', reason: 'InSync' });
  });

  it('does not inherit the topic of somebody else that has its name by now', async () => {
    expect(await inherited(recreate)).toEqual({ retention: '60000', reason: 'AdoptionRefused' });
  });
});
