import { expect, test } from 'vitest';
import { entryKey, entryValue, readEntry } from '../../../../src/adapters/kube/journal-entries.ts';

const key = entryKey('kafka-1/orders');

test('a claim keeps its holder when its time was damaged, and counts as made long ago', () => {
  const value = entryValue('kafka-1/orders', { uid: 'u1', at: 'yesterday', creates: true });
  expect(readEntry(key, value)).toEqual({
    thing: 'kafka-1/orders',
    claim: { uid: 'u1', at: '1970-01-01T00:00:00.000Z', creates: true },
  });
});
