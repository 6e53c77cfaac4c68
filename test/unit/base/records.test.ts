import { expect, test } from 'vitest';
import { isRecord, lookUp } from '../../../src/base/records.ts';

test.each([
  { it: 'has what somebody put there', key: 'a', value: 1 },
  { it: 'has nothing under another key', key: 'b', value: undefined },
  { it: 'has nothing under what every object inherits', key: 'constructor', value: undefined },
])('a map $it', ({ key, value }) => {
  expect(lookUp({ a: 1 }, key)).toBe(value);
});

test('a map that is not there has nothing', () => {
  expect(lookUp(undefined, 'a')).toBeUndefined();
});

test.each([
  { value: {}, is: true },
  { value: Object.create(null), is: true },
  { value: [], is: false },
  { value: null, is: false },
  { value: undefined, is: false },
  { value: 'text', is: false },
])('$value is a record: $is', ({ value, is }) => {
  expect(isRecord(value)).toBe(is);
});
