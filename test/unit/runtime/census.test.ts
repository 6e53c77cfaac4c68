import { expect, test } from 'vitest';
import { Census } from '../../../src/runtime/census.ts';
import type { Condition, Managed } from '../../../src/runtime/kind.ts';
import { RecordedMetrics } from '../../fakes/recorders.ts';
import { newNote } from './sample.ts';

const note = (name: string, conditions: readonly Condition[] = []): Managed => {
  const { metadata, ...rest } = newNote(`a/${name}`);
  const stored = { uid: name, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
  return { ...rest, metadata: { ...stored, ...metadata }, status: { conditions } };
};
const ready = (status: 'True' | 'False', reason: string): Condition[] => [
  { type: 'Ready', status, reason, message: 'x', lastTransitionTime: '2026-01-01T00:00:00Z' },
];

test('resources are counted by what Ready says, and a reason that nobody has any more leaves no series', () => {
  const metrics = new RecordedMetrics();
  const census = new Census(metrics, 'note');
  census.take([note('1', ready('True', 'InSync')), note('2', ready('True', 'InSync')), note('3')]);
  expect(Object.fromEntries(metrics.values)).toEqual({
    'sluice_resources{kind="note",ready="True",reason="InSync"}': 2,
    'sluice_resources{kind="note",ready="",reason=""}': 1,
  });
  census.take([note('1', ready('False', 'Lost'))]);
  expect(Object.fromEntries(metrics.values)).toEqual({
    'sluice_resources{kind="note",ready="False",reason="Lost"}': 1,
  });
  census.take([]);
  expect(metrics.values.size).toBe(0);
});
