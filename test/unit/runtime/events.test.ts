import { expect, test } from 'vitest';
import { notesOf } from '../../../src/runtime/events.ts';

const condition = (type: string, reason: string) =>
  ({ type, status: 'True', reason, message: `${reason}!`, lastTransitionTime: '' }) as const;
const warnings = (reason: string) => (reason === 'InSync' ? undefined : 'Warning');

const rows: readonly { it: string; before: readonly string[]; after: readonly string[]; notes: readonly string[] }[] = [
  { it: 'tells of a reason that is new', before: ['Ready InSync'], after: ['Ready Refused'], notes: ['Refused'] },
  {
    it: 'tells of a reason once, whatever number of conditions give it',
    before: [],
    after: ['Ready Refused', 'Stalled Refused'],
    notes: ['Refused'],
  },
  { it: 'says nothing where the table has no event', before: ['Ready Refused'], after: ['Ready InSync'], notes: [] },
  { it: 'says nothing while the reason stays', before: ['Stalled Refused'], after: ['Stalled Refused'], notes: [] },
  {
    it: 'says nothing when a reason moves to another condition',
    before: ['Reconciling Away'],
    after: ['Ready Away'],
    notes: [],
  },
];

test.each(rows)('$it', ({ before, after, notes }) => {
  const parse = (texts: readonly string[]) =>
    texts.map((text) => {
      const [type = '', reason = ''] = text.split(' ');
      return condition(type, reason);
    });
  expect(notesOf(parse(before), parse(after), warnings)).toEqual(
    notes.map((reason) => ({ type: 'Warning', reason, message: `${reason}!` })),
  );
});
