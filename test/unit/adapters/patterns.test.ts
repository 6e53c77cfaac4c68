import { describe, expect, it } from 'vitest';
import { createPatterns } from '../../../src/adapters/patterns.ts';

const compile = createPatterns();

function matches(pattern: string, text: string): boolean {
  const compiled = compile(pattern);
  if (!compiled.ok) throw new Error(compiled.problem);
  return compiled.matches(text);
}

describe('patterns', () => {
  it.each([
    ['^[a-z]+$', 'orders', true],
    ['^[a-z]+$', 'Orders', false],
    ['rder', 'orders', true],
    ['^orders$', 'orders\n', false],
    ['^(a|b){2,3}$', 'abb', true],
  ])('%s against "%s" is %s, as often as it is asked', (pattern, text, expected) => {
    expect([matches(pattern, text), matches(pattern, text)]).toEqual([expected, expected]);
  });

  it.each(['(', '(?=a)', '(a)\\1', '[z-a]', 'a{1001}'])('refuse %s with a reason', (pattern) => {
    expect(compile(pattern)).toEqual({ ok: false, problem: expect.stringMatching(/./) });
  });

  it('are decided quickly when they were made to be slow', () => {
    expect(matches('^(a|a|aa)*(a+)+$', `${'a'.repeat(248)}!`)).toBe(false);
    expect(matches(`^(${'a?'.repeat(100)})*b$`, 'a'.repeat(249))).toBe(false);
  });

  it('stay right when more are in use than are kept', () => {
    for (let n = 0; n < 100; n += 1) expect(matches(`^topic-${n}$`, `topic-${n}`)).toBe(true);
    expect(matches('^topic-1$', 'topic-2')).toBe(false);
  });
});
