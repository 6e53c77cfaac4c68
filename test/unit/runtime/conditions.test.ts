import { expect, test } from 'vitest';
import { mergeConditions, type Verdict } from '../../../src/runtime/conditions.ts';
import type { Blocked, Condition } from '../../../src/runtime/kind.ts';
import { statusProblems } from '../../helpers/expect-valid-status.ts';

const earlier = '2026-01-01T00:00:00Z';
const now = new Date('2026-01-01T00:01:00.999Z');
const nowSeconds = '2026-01-01T00:01:00Z';

const condition = (type: string, status: Condition['status'], reason: string, observedGeneration = 1): Condition => ({
  type,
  status,
  reason,
  message: `${reason} it is`,
  lastTransitionTime: earlier,
  observedGeneration,
});

const ready = condition('Ready', 'True', 'InSync');
const stalled = [condition('Ready', 'False', 'Refused'), condition('Stalled', 'True', 'Refused')];
const reconciling = [ready, condition('Reconciling', 'True', 'KafkaUnavailable')];
const finding = { type: 'Limited', status: 'True', reason: 'AtMax', message: 'at the maximum' } as const;

const refuse = (reason: string, message: string): Blocked => ({ kind: 'refuse', reason, message });
const wait = (reason: string, message: string) => ({ kind: 'wait', reason, message, lookAgainMs: 1 }) as const;
const done: Verdict = { kind: 'done', reason: 'InSync', message: 'as wanted', findings: [] };
const working: Verdict = { kind: 'working', reason: 'Progressing', message: 'under way', findings: [] };
const blocked = (first: Blocked, ...others: readonly Blocked[]): Verdict => ({
  kind: 'blocked',
  blocked: [first, ...others],
  findings: [],
});

const short = (conditions: readonly Condition[]) =>
  conditions.map(
    ({ type, status, reason, observedGeneration }) => `${type}=${status} ${reason} @${observedGeneration}`,
  );

const rows: readonly { it: string; previous: readonly Condition[]; verdict: Verdict; merged: readonly string[] }[] = [
  { it: 'is ready when done', previous: [], verdict: done, merged: ['Ready=True InSync @2'] },
  {
    it: 'is not reconciling any more when done',
    previous: reconciling,
    verdict: done,
    merged: ['Ready=True InSync @2'],
  },
  { it: 'is not stalled any more when done', previous: stalled, verdict: done, merged: ['Ready=True InSync @2'] },
  {
    it: 'stays ready for the generation it was ready for while work is under way',
    previous: [ready],
    verdict: working,
    merged: ['Ready=True InSync @1', 'Reconciling=True Progressing @2'],
  },
  {
    it: 'is not ready while the first work is under way',
    previous: [],
    verdict: working,
    merged: ['Ready=False Progressing @2', 'Reconciling=True Progressing @2'],
  },
  {
    it: 'drops the reason of a refusal that was lifted while work is under way',
    previous: stalled,
    verdict: working,
    merged: ['Ready=False Progressing @2', 'Reconciling=True Progressing @2'],
  },
  {
    it: 'stays ready while it waits for somebody else',
    previous: [ready],
    verdict: blocked(wait('ClusterNotReady', 'cluster default is not ready')),
    merged: ['Ready=True InSync @1', 'Reconciling=True ClusterNotReady @2'],
  },
  {
    it: 'is not ready while it waits for the first time',
    previous: [],
    verdict: blocked(wait('ClusterNotFound', 'there is no cluster default')),
    merged: ['Ready=False ClusterNotFound @2', 'Reconciling=True ClusterNotFound @2'],
  },
  {
    it: 'is not ready while it waits for what it cannot be ready without',
    previous: [ready],
    verdict: blocked({ ...wait('KafkaUnavailable', 'no broker answered'), notReady: true }),
    merged: ['Ready=False KafkaUnavailable @2', 'Reconciling=True KafkaUnavailable @2'],
  },
  {
    it: 'is neither ready nor reconciling when refused',
    previous: reconciling,
    verdict: blocked(refuse('PartitionDecreaseRefused', 'live 6, wanted 3')),
    merged: ['Ready=False PartitionDecreaseRefused @2', 'Stalled=True PartitionDecreaseRefused @2'],
  },
  {
    it: 'lets a refusal win over a wait that comes first',
    previous: [],
    verdict: blocked(wait('ClusterNotReady', 'not ready'), refuse('NameRefused', 'begins with __')),
    merged: ['Ready=False NameRefused @2', 'Stalled=True NameRefused @2'],
  },
  {
    it: 'is paused with the readiness of before, and says neither reconciling nor stalled',
    previous: reconciling,
    verdict: { kind: 'paused' },
    merged: ['Ready=True Paused @1', 'Paused=True Paused @2'],
  },
  {
    it: 'is paused as not ready where it was not',
    previous: stalled,
    verdict: { kind: 'paused' },
    merged: ['Ready=False Paused @1', 'Paused=True Paused @2'],
  },
  {
    it: 'is paused with unknown readiness when it was never seen',
    previous: [],
    verdict: { kind: 'paused' },
    merged: ['Ready=Unknown Paused @2', 'Paused=True Paused @2'],
  },
  {
    it: 'is not paused any more with the next verdict',
    previous: [condition('Ready', 'True', 'Paused'), condition('Paused', 'True', 'Paused', 2)],
    verdict: done,
    merged: ['Ready=True InSync @2'],
  },
  {
    it: 'stays ready when work begins after a pause, and does not say that it is paused',
    previous: [condition('Ready', 'True', 'Paused'), condition('Paused', 'True', 'Paused')],
    verdict: working,
    merged: ['Ready=True Progressing @1', 'Reconciling=True Progressing @2'],
  },
  {
    it: 'stays ready when it waits for somebody else after a pause, and does not say that it is paused',
    previous: [condition('Ready', 'True', 'Paused'), condition('Paused', 'True', 'Paused')],
    verdict: blocked(wait('ClusterNotReady', 'cluster default is not ready')),
    merged: ['Ready=True Progressing @1', 'Reconciling=True ClusterNotReady @2'],
  },
  {
    it: 'loses unknown readiness when work begins after a pause',
    previous: [condition('Ready', 'Unknown', 'Paused'), condition('Paused', 'True', 'Paused')],
    verdict: working,
    merged: ['Ready=False Progressing @2', 'Reconciling=True Progressing @2'],
  },
  {
    it: 'says what was found and removes what was not',
    previous: [ready, condition('Hot', 'True', 'OneKey')],
    verdict: { ...done, findings: [finding] },
    merged: ['Ready=True InSync @2', 'Limited=True AtMax @2'],
  },
  {
    it: 'keeps findings that were not looked at',
    previous: [ready, condition('Hot', 'True', 'OneKey')],
    verdict: { ...working, findings: undefined },
    merged: ['Ready=True InSync @1', 'Reconciling=True Progressing @2', 'Hot=True OneKey @1'],
  },
  {
    it: 'keeps findings through a pause',
    previous: [ready, condition('Hot', 'True', 'OneKey')],
    verdict: { kind: 'paused' },
    merged: ['Ready=True Paused @1', 'Paused=True Paused @2', 'Hot=True OneKey @1'],
  },
];

test.each(rows)('$it', ({ previous, verdict, merged }) => {
  const conditions = mergeConditions(previous, verdict, { generation: 2, now });
  expect(short(conditions)).toEqual(merged);
  const metadata = { name: 'x', uid: 'u', resourceVersion: '1', creationTimestamp: earlier, generation: 2 };
  const status = { observedGeneration: 2, conditions };
  expect(statusProblems({ apiVersion: 'v1', kind: 'X', metadata, spec: {}, status })).toEqual([]);
});

test('the transition time is in whole seconds', () => {
  const [condition] = mergeConditions([], done, { generation: 1, now });
  expect(condition?.lastTransitionTime).toBe(nowSeconds);
});

test('the transition time stays while the status does, whatever the reason', () => {
  const verdict = { ...done, reason: 'Adopted' };
  const [condition] = mergeConditions([ready], verdict, { generation: 1, now });
  expect(condition).toMatchObject({ reason: 'Adopted', lastTransitionTime: earlier });
});

test('the transition time moves when the status does', () => {
  const verdict = blocked(refuse('Refused', 'no'));
  const [condition] = mergeConditions([ready], verdict, { generation: 1, now });
  expect(condition).toMatchObject({ status: 'False', lastTransitionTime: nowSeconds });
});

test('the first of several refusals gives the reason, and the messages are sorted and told once', () => {
  const verdict = blocked(refuse('Second', 'b'), refuse('First', 'a'), refuse('Second', 'b'), wait('Third', 'c'));
  expect(mergeConditions([], verdict, { generation: 1, now })).toMatchObject([
    { type: 'Ready', reason: 'Second', message: 'a; b' },
    { type: 'Stalled', reason: 'Second', message: 'a; b' },
  ]);
});

test('of several waits the first gives the reason, all are told, and one that nothing can be ready without is enough', () => {
  const verdict = blocked(wait('First', 'b'), { ...wait('Second', 'a'), notReady: true });
  const ready = { type: 'Ready', status: 'True', reason: 'InSync', message: '', lastTransitionTime: 'x' } as const;
  expect(mergeConditions([ready], verdict, { generation: 1, now })).toMatchObject([
    { type: 'Ready', status: 'False', reason: 'First', message: 'a; b' },
    { type: 'Reconciling', reason: 'First', message: 'a; b' },
  ]);
});

test('what is paused says that changes wait, and what was seen before, as long as the pause lasts', () => {
  const once = mergeConditions(stalled, { kind: 'paused' }, { generation: 2, now });
  expect(once[0]?.message).toBe(
    'spec.paused is set: nothing is looked at or done until it is unset, and changes of the spec wait; seen before, Refused: Refused it is',
  );
  expect(mergeConditions(once, { kind: 'paused' }, { generation: 3, now })[0]).toEqual(once[0]);
});

test('the same verdict again changes nothing', () => {
  for (const { verdict } of rows) {
    const once = mergeConditions([], verdict, { generation: 2, now });
    const later = new Date(now.getTime() + 3_600_000);
    expect(mergeConditions(once, verdict, { generation: 2, now: later })).toEqual(once);
  }
});
