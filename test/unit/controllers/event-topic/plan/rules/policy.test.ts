import { describe, expect, it } from 'vitest';
import type { SeenTopic } from '../../../../../../src/controllers/event-topic/observed.ts';
import { planTopic } from '../../../../../../src/controllers/event-topic/plan/plan.ts';
import type { AccessRule } from '../../../../../../src/crds/access-rule.ts';
import type { EventClusterSpec } from '../../../../../../src/crds/event-cluster.ts';
import type { EventTopicSpec } from '../../../../../../src/crds/event-topic.ts';
import { accessRule, clusterOf, liveTopic, seenTopic, topicResource, useOf } from '../../../samples.ts';

interface Row {
  it: string;
  /** What the rule for the namespace says. */
  rule?: Partial<AccessRule>;
  cluster?: Partial<EventClusterSpec>;
  spec?: Partial<EventTopicSpec>;
  /** Whether the topic is this resource's own already. */
  ours?: boolean;
  seen?: Partial<SeenTopic>;
  actions?: readonly string[];
  blocked?: readonly { reason: string; message: string }[];
}

const ours = { topicId: 'id-1' };
const created = ['create'];

const refused = (reason: string, ...parts: readonly string[]) => {
  return {
    reason,
    message: expect.stringMatching(parts.map((part) => part.replaceAll(/[.*^$()[\]]/g, '\\$&')).join('.*')),
  };
};

function check({
  rule = {},
  cluster = {},
  spec = {},
  ours: owned = false,
  seen = {},
  actions = [],
  blocked = [],
}: Row) {
  const access = [accessRule({ namespaces: ['shop'], ...rule })];
  const use = useOf(clusterOf({ access, ...cluster }));
  const plan = planTopic(
    topicResource(spec, owned ? ours : {}),
    seenTopic({ use, ...seen }),
    new Date('2026-01-01T00:00:00Z'),
  );
  expect(plan.actions.map(({ kind }) => kind)).toEqual(actions);
  expect(plan.blocked.map(({ reason, message }) => ({ reason, message }))).toEqual(blocked);
}

const absent = { topic: undefined };

describe('the number of topics of a namespace', () => {
  const rule = { maxTopicsPerNamespace: 2 };
  const full = refused('QuotaExceeded', 'grants 2 topics to this namespace', 'delete one');
  it.each<Row>([
    { it: 'leaves room for one more', rule, seen: { ...absent, placesTaken: 1 }, actions: created },
    { it: 'refuses a creation beyond', rule, seen: { ...absent, placesTaken: 2 }, blocked: [full] },
    { it: 'refuses an adoption beyond', rule, seen: { placesTaken: 2 }, blocked: [full] },
    {
      it: 'leaves an owned topic managed when it is lowered',
      rule,
      ours: true,
      seen: { placesTaken: 9 },
      spec: { partitions: 4, keyed: false },
      actions: ['grow'],
    },
    {
      it: 'lets a lost topic keep its place',
      rule,
      ours: true,
      seen: { ...absent, placesTaken: 9 },
      spec: { recreateLostTopicId: 'id-1' },
      actions: created,
    },
    {
      it: 'may be none',
      rule: { maxTopicsPerNamespace: 0 },
      seen: absent,
      blocked: [refused('QuotaExceeded', 'grants 0')],
    },
  ])('$it', check);
});

describe('the number of partitions of a topic', () => {
  const rule = { maxPartitionsPerTopic: 4 };
  const tooMany = (wanted: number, next = 4) =>
    refused('QuotaExceeded', 'grants 4 partitions', `wanted ${wanted}`, `set spec.partitions to ${next},`);
  it.each<Row>([
    { it: 'may be reached by a creation', rule, spec: { partitions: 4 }, seen: absent, actions: created },
    { it: 'refuses a creation beyond', rule, spec: { partitions: 5 }, seen: absent, blocked: [tooMany(5)] },
    {
      it: 'refuses a creation with a default beyond',
      rule,
      seen: absent,
      blocked: [tooMany(6)],
      cluster: { access: [accessRule({ namespaces: ['shop'], ...rule })], topicDefaults: { partitions: 6 } },
    },
    { it: 'asks nothing of a topic whose partitions nobody names', rule, seen: absent, actions: created },
    { it: 'may be reached by growth', rule, ours: true, spec: { partitions: 4, keyed: false }, actions: ['grow'] },
    {
      it: 'refuses growth beyond, and holds back nothing else',
      rule,
      ours: true,
      spec: { partitions: 5, keyed: false, config: { 'retention.ms': 5 } },
      actions: ['configure'],
      blocked: [tooMany(5)],
    },
    {
      it: 'leaves a larger topic managed',
      rule,
      ours: true,
      spec: { partitions: 9, config: { 'retention.ms': 5 } },
      seen: { topic: liveTopic({ partitions: 9 }) },
      actions: ['configure'],
    },
    {
      it: 'refuses to grow a larger topic, which cannot shrink either',
      rule,
      ours: true,
      spec: { partitions: 12, keyed: false },
      seen: { topic: liveTopic({ partitions: 9 }) },
      blocked: [tooMany(12, 9)],
    },
    {
      it: 'adopts a larger topic',
      rule,
      spec: { partitions: 9 },
      seen: { topic: liveTopic({ partitions: 9 }) },
      actions: ['adopt'],
    },
  ])('$it', check);
});

describe('deletion policies', () => {
  const rule = { deletionPolicies: ['Retain' as const, 'DeleteIfEmpty' as const] };
  const spec = { deletionPolicy: 'Delete' as const };
  const blocked = [refused('NotGranted', 'does not grant deletionPolicy Delete', 'use Retain or DeleteIfEmpty')];
  it.each<Row>([
    { it: 'are used where granted', rule, spec: { deletionPolicy: 'DeleteIfEmpty' }, seen: absent, actions: created },
    { it: 'refuse a creation where not granted', rule, spec, seen: absent, blocked },
    { it: 'refuse an adoption where not granted', rule, spec, blocked },
    {
      it: 'hold back neither growth nor settings of a topic that is ours',
      rule,
      ours: true,
      blocked,
      actions: ['configure', 'grow'],
      spec: { ...spec, partitions: 4, keyed: false, config: { 'retention.ms': 5 } },
    },
    {
      it: 'hold back nothing of a topic that was created and not reported yet',
      rule,
      blocked,
      actions: ['grow'],
      spec: { ...spec, partitions: 4, keyed: false },
      seen: { claim: { uid: 'topic-uid', at: '2026-01-01T00:00:00Z', creates: true } },
    },
    {
      it: 'hold back no topic that comes in place of one that was lost',
      rule,
      ours: true,
      seen: absent,
      blocked,
      actions: created,
      spec: { ...spec, recreateLostTopicId: 'id-1' },
    },
  ])('$it', check);
});

describe('adoption policies', () => {
  const rule = { adoptionPolicies: ['MatchOnly' as const] };
  const take = { adoptionPolicy: 'Take' as const };
  const notGranted = refused(
    'NotGranted',
    'existed before',
    'does not grant adoptionPolicy Take',
    'use MatchOnly or Never',
  );
  it.each<Row>([
    { it: 'are used where granted', rule, actions: ['adopt'] },
    { it: 'refuse an adoption where not granted', rule, spec: take, blocked: [notGranted] },
    { it: 'do not matter for a topic that is absent', rule, spec: take, seen: absent, actions: created },
    { it: 'do not matter for a topic that is ours', rule, spec: take, ours: true },
    {
      it: 'always allow Never, which adopts nothing',
      rule,
      spec: { adoptionPolicy: 'Never' },
      blocked: [refused('AdoptionRefused', 'adoptionPolicy is Never')],
    },
    {
      it: 'may grant no adoption at all',
      rule: { adoptionPolicies: ['Never'] },
      blocked: [refused('NotGranted', 'does not grant adoptionPolicy MatchOnly', 'use Never')],
    },
  ])('$it', check);
});
