import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesAny, matchesGlob } from '../../../src/controllers/globs.ts';
import { cpuMs } from '../../helpers/cpu.ts';

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
    ['aba', 'ab*ba', false],
    ['abba', 'ab*ba', true],
    ['ab', '*ab*ab*', false],
    ['abab', '**ab**ab**', true],
    ['', '', true],
  ])('"%s" against "%s" is %s', (name, pattern, expected) => {
    expect(matchesGlob(name, pattern)).toBe(expected);
  });

  it('means what the expression with .* for each star means', () => {
    const text = (letters: string) => fc.string({ unit: fc.constantFrom(...letters), maxLength: 12 });
    fc.assert(
      fc.property(text('ab'), text('ab*'), (name, pattern) => {
        const expression = new RegExp(`^${pattern.replaceAll('*', '.*')}$`);
        expect(matchesGlob(name, pattern)).toBe(expression.test(name));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is decided quickly for as many names and patterns as a spec may have, made to be slow', () => {
    const names = Array.from({ length: 128 }, (_, index) => `${'a'.repeat(246)}${index}`);
    const patterns = Array.from({ length: 64 }, (_, index) => `*${'a'.repeat(124)}b${index}`);
    let matching: readonly string[] = names;
    const tookMs = cpuMs(() => {
      matching = names.filter((name) => matchesAny(name, patterns));
    });
    expect(matching).toEqual([]);
    expect(tookMs).toBeLessThan(1_000);
  });

  it('is decided quickly for a pattern made to be slow', () => {
    expect(matchesGlob('a'.repeat(249), '*a'.repeat(120))).toBe(true);
    expect(matchesGlob('a'.repeat(249), `${'*a'.repeat(120)}b`)).toBe(false);
  });
});
