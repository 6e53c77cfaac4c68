import { describe, expect, it } from 'vitest';
import { matchesGlob } from '../../../src/controllers/globs.ts';

describe('a pattern', () => {
  it.each([
    ['order.created', 'order.*', true],
    ['order', 'order.*', false],
    ['anything', '*', true],
    ['a.b.c', 'a*c', true],
    ['a.b.d', 'a*c', false],
    ['', '*', true],
    ['order.created', 'order.created', true],
    ['order.created.dlq', 'order.created', false],
    ['orderXcreated', 'order.created', false],
  ])('"%s" against "%s" is %s', (name, pattern, expected) => {
    expect(matchesGlob(name, pattern)).toBe(expected);
  });

  it('is decided quickly for a pattern made to be slow', () => {
    expect(matchesGlob('a'.repeat(249), '*a'.repeat(120))).toBe(true);
    expect(matchesGlob('a'.repeat(249), `${'*a'.repeat(120)}b`)).toBe(false);
  });
});
