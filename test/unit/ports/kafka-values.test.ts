import { expect, it } from 'vitest';
import { sameValue } from '../../../src/ports/kafka-values.ts';

it.each([
  ['0060000', '60000'],
  ['+5', '5'],
  ['-0', '0'],
  ['9223372036854775807', '09223372036854775807'],
  ['TRUE', 'true'],
  [' False ', 'false'],
  ['.50', '0.5'],
  ['5e-1', '0.5'],
  ['0.5d', '0.5'],
  ['1.0E-4', '0.0001'],
  ['compact, delete', 'compact,delete'],
  ['lz4', 'lz4'],
])('reads %j and %j as one value', (one, other) => {
  expect(sameValue(one, other)).toBe(true);
  expect(sameValue(other, one)).toBe(true);
});

it.each([
  ['60000', '60001'],
  ['9223372036854775807', '9223372036854775806'],
  ['true', 'false'],
  ['0.5', '0.51'],
  ['compact,delete', 'delete,compact'],
  ['lz4', 'LZ4'],
  ['', '0'],
])('tells %j from %j', (one, other) => {
  expect(sameValue(one, other)).toBe(false);
});
