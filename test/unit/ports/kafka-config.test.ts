import { describe, expect, it } from 'vitest';
import { sameValue } from '../../../src/ports/kafka-config.ts';
import { cpuMs } from '../../helpers/cpu.ts';

it.each([
  ['0060000', '60000'],
  ['+5', '5'],
  ['-0', '0'],
  ['-0', '-0.0'],
  ['1', '1.0'],
  ['-007', '-7'],
  ['9223372036854775807', '09223372036854775807'],
  ['TRUE', 'true'],
  [' False ', 'false'],
  ['.50', '0.5'],
  ['5e-1', '0.5'],
  ['0.5d', '0.5'],
  ['1.0E-4', '0.0001'],
  ['compact, delete', 'compact,delete'],
  ['delete,delete', 'delete'],
  ['compact , delete, compact', 'compact,delete'],
  ['0:1, 0:2', '0:1,0:2'],
  ['  ', ''],
  ['gzip\n', 'gzip'],
  ['lz4', 'lz4'],
])('reads %j and %j as one value', (one, other) => {
  expect(sameValue(one, other)).toBe(true);
  expect(sameValue(other, one)).toBe(true);
});

it.each([
  ['60000', '60001'],
  ['9223372036854775807', '9223372036854775806'],
  ['-7', '7'],
  ['true', 'false'],
  ['0.5', '0.51'],
  ['compact,delete', 'delete,compact'],
  ['delete,', 'delete'],
  ['0:1,0:1', '0:1'],
  ['{"racks":[{"a":1},{"a":1}]}', '{"racks":[{"a":1}]}'],
  ['lz4', 'LZ4'],
  ['', '0'],
])('tells %j from %j', (one, other) => {
  expect(sameValue(one, other)).toBe(false);
});

/** Runs of everything that a pattern could try in more ways than one. */
const pieces = ['0', '1', ' ', '.', ',', '+', '-', 'a', 'a,', '1.', '1e', '0 ', ' ,', 'true', '\t', 'd', '"'];
const tails = ['', 'x', '!', ' y', '.', 'e', 'e1x', ',', '1'];

describe('the work of a comparison', () => {
  const textOf = (piece: string, tail: string, length: number) => piece.repeat(Math.ceil(length / piece.length)) + tail;
  const workMs = (text: string) => Math.min(...[1, 2].map(() => cpuMs(() => sameValue(text, `${text} `))));

  it('grows with the length of a value and not with its square', () => {
    // Sixteen times as long takes 256 times as long where each character looks at all the others.
    const isSquare = ([piece, tail]: readonly [string, string]) => {
      const most = Math.max(workMs(textOf(piece, tail, 4_096)), 5) * 64;
      return workMs(textOf(piece, tail, 16 * 4_096)) > most;
    };
    expect(pieces.flatMap((piece) => tails.map((tail) => [piece, tail] as const)).find(isSquare)).toBeUndefined();
  });
});
