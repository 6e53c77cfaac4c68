import { describe, expect, it } from 'vitest';
import type { Learned, ObservedConsumer, SeenConsumer } from '../../../../src/controllers/event-consumer/observed.ts';
import { planConsumer, refuseNamed, refuseRead } from '../../../../src/controllers/event-consumer/plan.ts';
import { reportConsumer } from '../../../../src/controllers/event-consumer/report.ts';
import type { EventConsumer, EventConsumerSpec } from '../../../../src/crds/event-consumer.ts';
import { Fault } from '../../../../src/ports/fault.ts';
import type { Assessment, SizeLimit } from '../../../../src/scaling/assessment.ts';
import type { Decision } from '../../../../src/scaling/decide.ts';
import { initialEngineState } from '../../../../src/scaling/state.ts';
import { accessRule, clusterOf, useOf } from '../samples.ts';
import { snapshot, target } from './samples.ts';

const creationTimestamp = '2026-01-01T00:00:00Z';

function consumer(spec: Partial<EventConsumerSpec> = {}): EventConsumer {
  return {
    apiVersion: 'sluice.dev/v1alpha1',
    kind: 'EventConsumer',
    metadata: { name: 'payment', namespace: 'shop', uid: 'u1', resourceVersion: '5', generation: 1, creationTimestamp },
    spec: {
      topics: ['order.created'],
      offsetReset: 'Latest',
      targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'payment' },
      scaling: { mode: 'Auto', minReplicas: 1, maxLagSeconds: 10, policy: 'Cost' },
      paused: false,
      ...spec,
    },
    status: {},
  };
}

const hold: Decision = {
  kind: 'hold',
  from: 1,
  to: 1,
  reason: 'WithinObjective',
  message: 'lag is within the objective of 10 s',
  assessment: undefined,
};
/** Of a group that needs no more than it has. */
const assessment: Assessment = {
  group: snapshot(),
  loads: [],
  arrival: 0,
  backlog: 0,
  lagSeconds: 0,
  progressing: true,
  settled: true,
  stuck: [],
  need: 1,
  enough: 1,
  unmet: undefined,
  sizes: [1],
  memberRate: 100,
  hot: [],
};
const grow: Decision = { ...hold, kind: 'scale', to: 3, reason: 'LagOverObjective', message: 'lag 30 s' };

/** Nothing is known of the group yet, so that it keeps its size. */
const learned: Learned = {
  facts: { replicas: 1, ready: 1, group: undefined },
  state: initialEngineState(1, 0),
  nowMs: 0,
};

function seen(overrides: Partial<SeenConsumer> = {}): SeenConsumer {
  return {
    kind: 'seen',
    use: useOf(),
    target,
    driver: undefined,
    snapshot: snapshot(),
    learned,
    lag: {
      fields: { lag: { records: 0, seconds: 0, known: true }, partitions: { total: 6, lagging: 0 } },
      objective: 'within',
      problem: undefined,
      remarks: [],
    },
    lastDecision: undefined,
    ...overrides,
  };
}

const missing = new Fault('kafka', 'conflict', 'no topic', { code: 'UNKNOWN_TOPIC_OR_PARTITION' });
const away = new Fault('kafka', 'unavailable', 'no answer', { code: 'ECONNREFUSED' });
const driver = { kind: 'HorizontalPodAutoscaler', name: 'web' };
const older = { namespace: 'shop', name: 'older', uid: 'u0', creationTimestamp, recorded: false };

/** One that is to have three replicas, whatever its lag. */
const fixed = consumer({ scaling: { ...consumer().spec.scaling, fixedReplicas: 3 } });

interface Row {
  it: string;
  resource?: EventConsumer;
  observed: ObservedConsumer;
  blocked?: string;
  scales?: boolean;
}

const rows: Row[] = [
  { it: 'holds', observed: seen() },
  { it: 'scales its Deployment', resource: fixed, observed: seen(), scales: true },
  {
    it: 'waits for its Deployment',
    observed: seen({ target: undefined, learned: undefined }),
    blocked: 'TargetNotFound',
  },
  {
    it: 'leaves a driven Deployment alone',
    resource: fixed,
    observed: seen({ driver }),
    blocked: 'TargetOwnedByAutoscaler',
  },
  {
    it: 'tolerates a driver while it is Off',
    resource: consumer({ scaling: { mode: 'Off', minReplicas: 1, maxLagSeconds: 10, policy: 'Cost' } }),
    observed: seen({ driver }),
  },
  {
    it: 'waits for a topic that does not exist',
    observed: seen({ snapshot: snapshot({ known: false, problem: 'no topic', fault: missing }) }),
    blocked: 'TopicNotReady',
  },
  {
    it: 'is not blocked by brokers that are away',
    observed: seen({ snapshot: snapshot({ known: false, problem: 'no answer', fault: away }) }),
  },
  {
    it: 'leaves the group to an older resource',
    observed: { kind: 'notMine', use: useOf(), owner: older, what: 'group' },
    blocked: 'OwnedByOther',
  },
  {
    it: 'does nothing where it is refused',
    observed: { kind: 'refused', use: useOf(), blocked: { kind: 'refuse', reason: 'NotGranted', message: 'no' } },
    blocked: 'NotGranted',
  },
];

describe('the plan of an EventConsumer', () => {
  it.each(rows)('$it', ({ resource = consumer(), observed, blocked, scales = false }) => {
    const plan = planConsumer(resource, observed);
    expect(plan.blocked.map(({ reason }) => reason)).toEqual(blocked === undefined ? [] : [blocked]);
    const decision = expect.objectContaining({ from: 1, to: 3, reason: 'FixedByUser' });
    expect(plan.actions).toEqual(scales ? [{ kind: 'scale', key: 'shop/payment', target, decision }] : []);
  });
});

describe('what an EventConsumer says of the owner before it', () => {
  it.each([
    { it: 'of its group', what: 'group', owner: older, says: 'group "payment" is scaled by "older"' },
    { it: 'of its Deployment', what: 'target', owner: older, says: 'Deployment "web" is scaled by "older"' },
    {
      it: 'in another namespace',
      what: 'group',
      owner: { ...older, namespace: 'evil' },
      says: 'group "payment" is scaled by a resource in another namespace',
    },
  ] as const)('$it', ({ what, owner, says }) => {
    const targetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } as const;
    const observed = { kind: 'notMine', use: useOf(), owner, what } as const;
    const plan = planConsumer(consumer({ targetRef }), observed);
    expect(plan.blocked[0]?.message).toBe(`${says}; delete one of the two resources`);
    const ownedBy = owner.namespace === 'shop' ? 'older' : undefined;
    expect(reportConsumer(consumer(), observed, plan).fields).toMatchObject({ ownedBy, groupId: 'payment' });
  });
});

describe('the grants of an EventConsumer', () => {
  const use = useOf(
    clusterOf({ access: [accessRule({ namespaces: ['shop'], groups: ['pay*'], topics: ['order.*'] })] }),
  );
  const mine = consumer();
  const refused = refuseRead(mine, use, ['order.created', 'secret'])?.message ?? '';
  const told = (message: string): EventConsumer => ({
    ...mine,
    status: {
      conditions: [
        { ...at, type: 'Ready', status: 'False', reason: 'NotGranted', message: 'is not ready' },
        { ...at, type: 'Stalled', status: 'True', reason: 'NotGranted', message },
      ],
    },
  });
  const at = { lastTransitionTime: creationTimestamp };

  it.each([
    { it: 'hold for the group', spec: { groupId: 'audit' }, says: 'does not grant groups "audit"' },
    {
      it: 'hold for each topic',
      spec: { topics: ['order.created', 'b', 'a'] },
      says: 'does not grant topics "a", "b"',
    },
    { it: 'are met', spec: {}, says: undefined },
  ])('$it', ({ spec, says }) => {
    expect(refuseNamed(consumer(spec), use)?.message ?? 'nothing').toContain(says ?? 'nothing');
  });

  it.each([
    {
      it: 'hold for what the group reads besides',
      reads: ['order.created', 'secret'],
      resource: mine,
      isRefused: true,
    },
    { it: 'are met by all that it reads', reads: ['order.created', 'order.paid'], resource: mine, isRefused: false },
    { it: 'are not in question before it was seen', reads: undefined, resource: mine, isRefused: false },
    { it: 'stay refused until it is seen again', reads: undefined, resource: told(refused), isRefused: true },
    { it: 'are met when it is seen to read less', reads: ['order.created'], resource: told(refused), isRefused: false },
    { it: 'are not in question after another refusal', reads: undefined, resource: told('other'), isRefused: false },
  ])('$it', ({ reads, resource, isRefused }) => {
    expect(refuseRead(resource, use, reads)?.reason).toBe(isRefused ? 'NotGranted' : undefined);
  });

  it('name no topic of somebody else', () => {
    expect(refused).toContain('group "payment" reads topics');
    expect(refused).not.toContain('secret');
  });
});

/** What is reported, and of whom, where that counts. */
interface Told {
  resource?: EventConsumer;
  decision?: Decision;
}

describe('the report of an EventConsumer', () => {
  const report = (observed: SeenConsumer, { resource = consumer(), decision = hold }: Told = {}) =>
    reportConsumer(resource, observed, { ...planConsumer(resource, observed), decision });
  const finding = (observed: SeenConsumer, type: string, told: Told = {}) =>
    report(observed, told).findings?.find((candidate) => candidate.type === type);
  const { scaling } = consumer().spec;
  const assessed = (sizes: readonly number[], unmet?: SizeLimit): Decision => ({
    ...hold,
    assessment: { ...assessment, sizes, unmet },
  });

  it('shows current, desired and largest useful size', () => {
    expect(report(seen(), { decision: { ...grow, kind: 'hold' } }).fields).toMatchObject({
      replicas: { current: 1, desired: 3, summary: '1/3/1' },
    });
  });

  it.each([
    { it: 'is the largest that is useful', decision: assessed([1, 2, 6]), max: 6 },
    { it: 'is the most that is allowed while rates are unknown', maxReplicas: 12, before: 5, max: 12 },
    { it: 'stays what it was while nothing is known', before: 5, max: 5 },
    { it: 'is the present one until something is known', max: 1 },
  ])('shows the largest size: it $it', ({ decision = hold, maxReplicas, before, max }) => {
    const replicas = before === undefined ? undefined : { current: 1, desired: 1, max: before, summary: '' };
    const resource = {
      ...consumer({ scaling: { ...scaling, maxReplicas } }),
      status: { replicas },
    };
    expect(report(seen(), { resource, decision }).fields).toMatchObject({ replicas: { max, summary: `1/1/${max}` } });
  });

  it.each([
    { it: 'is true while lag decides', reason: 'WithinObjective', status: 'True' },
    { it: 'is unknown while lag is', reason: 'LagUnknown', status: 'Unknown' },
    { it: 'is unknown while rates are', reason: 'Learning', status: 'Unknown' },
    { it: 'is false when it only recommends', change: { mode: 'Recommend' }, reason: 'Learning', status: 'False' },
    { it: 'is false when a person set the size', change: { fixedReplicas: 3 }, reason: 'LagUnknown', status: 'False' },
  ] as const)('ScalingActive $it', ({ reason, status, ...row }) => {
    const resource = consumer({ scaling: { ...scaling, ...('change' in row && row.change) } });
    expect(finding(seen(), 'ScalingActive', { resource, decision: { ...hold, reason } })).toMatchObject({
      status,
      reason,
    });
  });

  it.each([
    { it: 'may', unmet: 'AtMaxReplicas', says: 'more than scaling.maxReplicas of 2' },
    { it: 'can', unmet: 'AtPartitionLimit', says: 'more replicas than partitions' },
  ] as const)('says when more replicas are needed than there $it be', ({ unmet, says }) => {
    const resource = consumer({ scaling: { ...scaling, maxReplicas: 2 } });
    const limited = finding(seen(), 'ScalingLimited', { resource, decision: assessed([1, 2], unmet) });
    expect(limited).toMatchObject({ status: 'True', reason: unmet });
    expect(limited?.message).toContain(says);
    expect(finding(seen(), 'ScalingLimited', { resource, decision: assessed([1, 2]) })).toBeUndefined();
  });

  it('never takes unknown lag for a lag within the objective', () => {
    const lag = {
      fields: {},
      objective: 'unknown',
      problem: 'partition 3 did not answer',
      remarks: ['other'],
    } as const;
    expect(finding(seen({ lag }), 'WithinObjective')).toMatchObject({
      status: 'Unknown',
      reason: 'LagUnknown',
      message: 'partition 3 did not answer',
    });
  });

  it('says when lag is over the objective', () => {
    const lag = { fields: {}, objective: 'over', problem: undefined, remarks: [] } as const;
    expect(finding(seen({ lag }), 'WithinObjective')).toMatchObject({ status: 'False', reason: 'LagOverObjective' });
  });

  it.each([
    { objective: 'within', says: 'lag is within the objective of 10 s; records cannot be looked at' },
    { objective: 'over', says: 'lag is over the objective of 10 s; records cannot be looked at' },
    {
      objective: 'unknown',
      says: 'the age of the oldest waiting record is not known yet; records cannot be looked at',
    },
  ] as const)('says what else is to be known of a lag that is $objective', ({ objective, says }) => {
    const lag = { fields: {}, objective, problem: undefined, remarks: ['records cannot be looked at'] };
    expect(finding(seen({ lag }), 'WithinObjective')?.message).toBe(says);
  });

  it('names the topics of the spec that no member reads', () => {
    const unread = seen({ snapshot: snapshot({ unreadTopics: ['order.paid', 'order.sent'] }) });
    expect(report(unread).fields).toMatchObject({ unreadTopics: ['order.paid', 'order.sent'] });
    expect(report(unread).done.message).toBe(
      'Deployment "payment" and group "payment" are watched; no member of it reads "order.paid", "order.sent" of ' +
        'spec.topics, so what waits there does not count',
    );
    expect(report(seen()).fields).toMatchObject({ unreadTopics: undefined });
  });

  it('has no lag for a target that does not exist', () => {
    const observed = seen({ target: undefined, learned: undefined, lag: undefined });
    const { fields } = reportConsumer(consumer(), observed, planConsumer(consumer(), observed));
    expect(fields).toMatchObject({ lag: undefined, partitions: undefined });
  });

  it('keeps the last change of an earlier process on record', () => {
    expect(report(seen()).fields).not.toHaveProperty('lastDecision');
  });

  it('claims no scaling while something blocks it', () => {
    expect(report(seen({ driver })).findings).toEqual([]);
  });
});
