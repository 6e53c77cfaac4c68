import { expect, it } from 'vitest';
import { eventTypeOf } from '../../../src/crds/reasons.ts';

it.each([
  { it: 'a change that was made is told of', reason: 'Created', type: 'Normal' },
  { it: 'trouble is told of as such', reason: 'KafkaUnavailable', type: 'Warning' },
  { it: 'what is as it should be is not told of', reason: 'InSync', type: undefined },
  { it: 'what is no reason is not told of', reason: 'constructor', type: undefined },
])('$it', ({ reason, type }) => {
  expect(eventTypeOf(reason)).toBe(type);
});
