import { expect, it } from 'vitest';
import { refuse, refuseInWords, wait } from '../../../src/controllers/blocked.ts';

it('says what is wrong and what to do next', () => {
  const said = { what: 'topic "orders" is owned by "older"', next: 'delete one of the two resources' };
  const message = 'topic "orders" is owned by "older"; delete one of the two resources';
  expect(refuse('OwnedByOther', said)).toEqual({ kind: 'refuse', reason: 'OwnedByOther', message });
  expect(wait('Deleting', said, 5)).toEqual({ kind: 'wait', reason: 'Deleting', message, lookAgainMs: 5 });
});

it('says only what is awaited where there is nothing to do', () => {
  expect(wait('Deleting', { what: 'it goes' }, 5).message).toBe('it goes');
});

it('takes a reason only in the row of the status contract that it has', () => {
  const said = { what: 'what', next: 'next' };
  // @ts-expect-error: what waits is no refusal
  expect(refuse('ClusterNotReady', said).kind).toBe('refuse');
  // @ts-expect-error: the same, in the words of others
  expect(refuseInWords('KafkaUnavailable', 'away').kind).toBe('refuse');
  // @ts-expect-error: what is refused does not wait
  expect(wait('NotGranted', said, 5).kind).toBe('wait');
  // @ts-expect-error: a finding holds nothing back
  expect(wait('Learning', said, 5).kind).toBe('wait');
});
