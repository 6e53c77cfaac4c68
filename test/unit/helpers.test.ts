import { expect, test } from 'vitest';
import type { Condition, Managed } from '../../src/runtime/kind.ts';
import { eventually } from '../helpers/eventually.ts';
import { expectIdle } from '../helpers/expect-idle.ts';
import { statusProblems } from '../helpers/expect-valid-status.ts';

const condition = (type: string, status: Condition['status'] = 'True', more: Partial<Condition> = {}): Condition => ({
  type,
  status,
  reason: 'Because',
  message: 'it is so',
  lastTransitionTime: '2026-01-01T00:00:00Z',
  observedGeneration: 2,
  ...more,
});

const ready = condition('Ready');
const notReady = condition('Ready', 'False');

const statuses: readonly {
  it: string;
  observed?: number;
  conditions: readonly Condition[];
  problems: readonly string[];
}[] = [
  { it: 'accepts what is ready', conditions: [ready], problems: [] },
  { it: 'accepts what was never looked at', observed: -1, conditions: [], problems: [] },
  { it: 'accepts what is stalled', conditions: [notReady, condition('Stalled')], problems: [] },
  { it: 'accepts what is reconciling and still ready', conditions: [ready, condition('Reconciling')], problems: [] },
  {
    it: 'accepts what waits before it was evaluated',
    observed: -1,
    conditions: [notReady, condition('Reconciling')],
    problems: [],
  },
  {
    it: 'accepts what is paused',
    observed: 1,
    conditions: [{ ...ready, observedGeneration: 1 }, condition('Paused')],
    problems: [],
  },
  {
    it: 'misses Ready',
    conditions: [condition('Reconciling')],
    problems: ['where there are conditions, Ready is one of them'],
  },
  { it: 'misses conditions', conditions: [], problems: ['a resource that was evaluated has conditions'] },
  {
    it: 'refuses a generation that is ahead',
    observed: 3,
    conditions: [{ ...ready, observedGeneration: 3 }],
    problems: ['observedGeneration is not ahead of the generation', 'Ready: it speaks of a generation that exists'],
  },
  {
    it: 'refuses to wait and to be stalled at once',
    conditions: [notReady, condition('Reconciling'), condition('Stalled')],
    problems: ['Reconciling and Stalled never stand together'],
  },
  {
    it: 'refuses to be ready and stalled',
    conditions: [ready, condition('Stalled')],
    problems: ['what is Stalled is not Ready, for the same reason'],
  },
  {
    it: 'refuses a Stalled that is False',
    conditions: [notReady, condition('Stalled', 'False')],
    problems: ['Reconciling, Stalled and Paused are True or absent'],
  },
  {
    it: 'refuses not to be ready without a cause',
    conditions: [notReady],
    problems: ['what is not Ready says whether to wait or to act'],
  },
  {
    it: 'refuses a readiness of an earlier generation',
    conditions: [{ ...ready, observedGeneration: 1 }],
    problems: ['what is Ready and has nothing pending is so for the generation evaluated'],
  },
  {
    it: 'refuses a type that occurs twice, an empty reason, a message with a time, and fractions of a second',
    conditions: [
      ready,
      condition('Hot', 'True', { reason: '' }),
      condition('Hot', 'True', {
        message: 'since 2026-01-01T00:00:00Z',
        lastTransitionTime: '2026-01-01T00:00:00.123Z',
      }),
    ],
    problems: [
      'each condition type occurs once',
      'Hot: its reason is one word',
      'Hot: its message names no time, which would change while the problem stays',
      'Hot: its time is in whole seconds',
    ],
  },
];

test.each(statuses)('expectValidStatus $it', ({ observed = 2, conditions, problems }) => {
  const metadata = { name: 'x', uid: 'u', resourceVersion: '1', creationTimestamp: '', generation: 2 };
  const resource: Managed = {
    apiVersion: 'v1',
    kind: 'X',
    metadata,
    spec: {},
    status: { observedGeneration: observed, conditions },
  };
  expect(statusProblems(resource)).toEqual(problems);
});

test('expectIdle accepts a round that writes nothing', async () => {
  await expectIdle(async () => {}, { writes: [1] }, { writes: 3 });
});

test('expectIdle refuses a round that adds a write to a list', async () => {
  const store = { writes: ['a'] };
  await expect(expectIdle(async () => void store.writes.push('b'), store)).rejects.toThrow(
    'an idle round writes nothing',
  );
});

test('expectIdle refuses a round that counts a write', async () => {
  const kafka = { writes: 0 };
  const round = async () => {
    kafka.writes += 1;
  };
  await expect(expectIdle(round, kafka)).rejects.toThrow('an idle round writes nothing');
});

test('eventually returns what the check returns once it does not throw', async () => {
  let tries = 0;
  const check = () => {
    tries += 1;
    if (tries < 3) throw new Error('not yet');
    return tries;
  };
  expect(await eventually(check, { within: 60_000, everyMs: 1 })).toBe(3);
});

test('eventually throws what was wrong last', async () => {
  let tries = 0;
  const check = () => {
    tries += 1;
    throw new Error(`try ${tries}`);
  };
  await expect(eventually(check, { within: 0 })).rejects.toThrow('try 1');
});
