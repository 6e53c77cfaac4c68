import { describe, expect, it } from 'vitest';
import { createPatterns } from '../../../../../src/adapters/patterns.ts';
import { candidates, judgeName, type NameVerdict } from '../../../../../src/controllers/event-topic/look/naming.ts';
import type { SeenTopic } from '../../../../../src/controllers/event-topic/observed.ts';
import { planTopic } from '../../../../../src/controllers/event-topic/plan/plan.ts';
import { reportTopic } from '../../../../../src/controllers/event-topic/report.ts';
import type { EventTopic } from '../../../../../src/crds/event-topic.ts';
import { seenTopic, topicResource } from '../../samples.ts';

const compile = createPatterns();
const planned = (resource: EventTopic, seen: SeenTopic) => planTopic(resource, seen, new Date(0));
const dotted = '^[a-z][a-z0-9-]*([.][a-z][a-z0-9-]*){1,3}$';
const anything = () => true;

function judge(name: string, pattern: string, granted: (name: string) => boolean = anything): NameVerdict {
  return judgeName({ name, namespace: 'shop', naming: { mode: 'Deny', pattern }, granted }, compile);
}

describe('a name', () => {
  it.each([
    { it: 'fits without a rule', naming: undefined },
    { it: 'fits while the rule is off', naming: { mode: 'Off' as const, pattern: '^x$' } },
    { it: 'fits when it matches', naming: { mode: 'Deny' as const, pattern: '^Order' } },
  ])('$it', ({ naming }) => {
    expect(judgeName({ name: 'Order', namespace: 'shop', naming, granted: anything }, compile)).toEqual({
      kind: 'fits',
    });
  });

  it('is not judged by a pattern that cannot be read', () => {
    expect(judge('orders', '(')).toEqual({ kind: 'unknown', mode: 'Deny' });
  });

  it.each([
    { it: 'in lower case', name: 'Order.Created', pattern: dotted, suggestion: 'order.created' },
    {
      it: 'with dashes for underscores',
      name: 'order.created_late',
      pattern: dotted,
      suggestion: 'order.created-late',
    },
    {
      it: 'as it is but for its case, where that will do',
      name: 'shop.OrderCreated',
      pattern: '^[a-z]+([.-][a-z]+)+$',
      suggestion: 'shop.ordercreated',
    },
    { it: 'with words as segments', name: 'order_created', pattern: dotted, suggestion: 'order.created' },
    { it: 'with segments of words', name: 'orderCreated', pattern: dotted, suggestion: 'order.created' },
    { it: 'with fewer segments', name: 'a.b.c.d.e.f', pattern: dotted, suggestion: 'a.b.c.d-e-f' },
    { it: 'with underscores only', name: 'order.created', pattern: '^[a-z_]+$', suggestion: 'order_created' },
    { it: 'as a single word', name: 'order-created', pattern: '^[a-z]+$', suggestion: 'ordercreated' },
    { it: 'below its namespace', name: 'orders', pattern: dotted, suggestion: 'shop.orders' },
    { it: 'without a number in front', name: '2024.orders', pattern: '^[a-z]+$', suggestion: 'orders' },
  ])('is suggested $it', ({ name, pattern, suggestion }) => {
    expect(judge(name, pattern)).toMatchObject({ kind: 'violates', suggestion });
  });

  it('is suggested that the namespace may have, before any other', () => {
    const mine = (name: string) => name.startsWith('shop.');
    expect(judge('Order_Created', '^[a-z.-]+$', mine)).toMatchObject({ suggestion: 'shop.order-created' });
    expect(judge('Order_Created', '^[a-z.-]+$', () => false)).toMatchObject({ suggestion: 'order-created' });
  });

  it('is not suggested when none of ours matches', () => {
    expect(judge('orders', '^team-[0-9]{4}$')).toMatchObject({ kind: 'violates', suggestion: undefined });
  });

  it.each(['...', '__A', '_', '-', 'Ä', 'x'.repeat(249), 'AbC'.repeat(83), '1.2.3'])(
    'like "%s" leads to names that Kafka takes only',
    (name) => {
      for (const candidate of candidates(name, 'shop')) {
        expect(candidate).toMatch(/^(?!__)(?![.]{1,2}$)[a-zA-Z0-9._-]{1,249}$/);
      }
    },
  );
});

describe('a name that does not match', () => {
  const naming = (mode: 'Warn' | 'Deny'): NameVerdict => ({
    kind: 'violates',
    mode,
    pattern: dotted,
    suggestion: 'shop.orders',
  });
  const says = `topic name "orders" does not match ${dotted}, the naming rule of EventCluster "default"; "shop.orders" would`;
  const step =
    'the name of a topic cannot change, so delete this resource and create one with spec.topicName "shop.orders"';
  const absent = { topic: undefined };
  const create = [expect.objectContaining({ kind: 'create' })];

  it('keeps a topic from being created under Deny', () => {
    expect(planned(topicResource(), seenTopic({ ...absent, naming: naming('Deny') }))).toMatchObject({
      actions: [],
      blocked: [{ kind: 'refuse', reason: 'NameRefused', message: `${says}; ${step}` }],
    });
  });

  it('waits for a pattern that can be read under Deny, and does not under Warn', () => {
    const plan = (mode: 'Warn' | 'Deny') =>
      planned(topicResource(), seenTopic({ ...absent, naming: { kind: 'unknown', mode } }));
    expect(plan('Deny')).toMatchObject({ actions: [], blocked: [{ kind: 'wait', reason: 'ClusterNotReady' }] });
    expect(plan('Warn')).toMatchObject({ actions: create, blocked: [] });
  });

  it('keeps no topic from being created under Warn', () => {
    const seen = seenTopic({ ...absent, naming: naming('Warn') });
    expect(planned(topicResource(), seen)).toMatchObject({ actions: create, blocked: [] });
  });

  it.each(['Warn', 'Deny'] as const)('is told of a topic that exists, which goes on, under %s', (mode) => {
    const resource = topicResource({ partitions: 6, keyed: false }, { topicId: 'id-1' });
    const seen = seenTopic({ naming: naming(mode) });
    const plan = planned(resource, seen);
    expect(plan).toMatchObject({ actions: [expect.objectContaining({ kind: 'grow', to: 6 })], blocked: [] });
    expect(reportTopic(resource, seen, plan).findings).toEqual([
      { type: 'NamingViolation', status: 'True', reason: 'NamingViolation', message: says },
    ]);
  });

  it('does not keep a topic that exists from being adopted', () => {
    const plan = planned(topicResource(), seenTopic({ naming: naming('Deny') }));
    expect(plan).toMatchObject({ actions: [expect.objectContaining({ kind: 'adopt' })], blocked: [] });
  });

  it('is not told of a topic that somebody else owns', () => {
    const otherOwner = { namespace: 'other', name: 'x', uid: 'u2', recorded: true, creationTimestamp: '2025' };
    const seen = seenTopic({ otherOwner, naming: naming('Warn') });
    expect(reportTopic(topicResource(), seen, planned(topicResource(), seen)).findings).toEqual([]);
  });
});
