import { stripTypeScriptTypes } from 'node:module';
import { expect, it, test } from 'vitest';
import { mutate } from '../../../dev/mutation/mutants.ts';

const changesOf = (text: string) =>
  mutate('sample.ts', text).mutants.map(({ before, after }) => `${before} → ${after}`);

test.each<{ it: string; text: string; changes: readonly string[] }>([
  { it: 'equality', text: 'a === b;', changes: ['a === b → a !== b'] },
  { it: 'a bound', text: 'a <= b;', changes: ['a <= b → a < b'] },
  {
    it: 'both parts of a condition',
    text: 'f(a && !b);',
    changes: ['f(a && !b); → (removed)', 'a && !b → a || !b', '!b → b'],
  },
  { it: 'arithmetic in brackets', text: '(a + b) * c;', changes: ['(a + b) * c → (a + b) / c', 'a + b → a - b'] },
  {
    it: 'numbers',
    text: 'x = [0, 1, 60_000, 2n];',
    changes: ['x = [0, 1, 60_000, 2n]; → (removed)', '0 → 1', '1 → 0', '60_000 → 60001', '2n → 3n'],
  },
  { it: 'what is true', text: 'const x = true;', changes: ['true → false'] },
  { it: 'what is taken when nothing is there', text: 'const x = a ?? b;', changes: ['a ?? b → a'] },
  { it: 'the larger one', text: 'const x = Math.max(a, b);', changes: ['max(…) → min(…)'] },
  { it: 'one or all', text: 'const x = a?.some(f);', changes: ['some(…) → every(…)'] },
  { it: 'what is filtered', text: 'const x = as.filter(f);', changes: ['.filter(f) → no filter'] },
  { it: 'an early end', text: '() => { if (a) return; };', changes: ['if (a) → if (true)', 'if (a) → if (false)'] },
  { it: 'a choice', text: 'const x = a ? b : c;', changes: ['? (a) → ? (true)', '? (a) → ? (false)'] },
  { it: 'whether a loop begins', text: 'while (a) f;', changes: ['while (a) → while (false)'] },
  { it: 'what is done for its effect', text: 'async () => { await f(); };', changes: ['await f(); → (removed)'] },
])('it changes $it', ({ text, changes }) => {
  expect(changesOf(text)).toEqual(changes);
});

test.each([
  { it: 'texts', text: "const x = 'a' + b;" },
  { it: 'types', text: 'type X = 1 | true; const x = a as 0; function f(this: 1, b?: 2): 3;' },
  { it: 'keys', text: 'const x = { 1: a };' },
  { it: 'parts of a chain, which ends as a whole', text: 'const x = a?.filter(f).map(g);' },
  { it: 'a loop without an end', text: 'while (true) f;' },
])('it leaves alone $it', ({ text }) => {
  expect(changesOf(text).filter((change) => !change.startsWith('true'))).toEqual([]);
});

it('shows the line, and a long text cut', () => {
  const { mutants } = mutate('sample.ts', `\n\nconst x = ${'a'.repeat(80)}\n  === b;`);
  expect(mutants).toEqual([{ line: 3, before: `${'a'.repeat(59)}…`, after: `${'a'.repeat(59)}…` }]);
});

const SAMPLE = `#!/usr/bin/env node
const limits = { least: 2, [1]: 'x' } as const;
class Sum {
  #sum: number = 0;
  of(values?: readonly number[]): number {
    if (values?.some((value) => value > 5)) this.#start();
    for (const value of (values ?? []).filter((value) => value >= 0)) this.#sum += value;
    return Math.max(this.#sum, limits.least);
  }
  #start() { this.#sum = 10; }
}
answer = [new Sum().of([1, -1, 3]), new Sum().of(), new Sum().of([6, 0])].join();
`;

/** What the sample answers while that mutant is to be. */
function answerWith(active: number | undefined): string {
  const { text } = mutate('sample.ts', SAMPLE, 100);
  const code = stripTypeScriptTypes(text.replace(/^#!.*/, ''));
  const run = new Function('globalThis', `let answer;${code}return answer;`);
  try {
    return run({ __mutant: (id: number) => id === active });
  } catch (error) {
    return String(error).replace(/:.*/, '');
  }
}

it('answers as before while no mutant is to be', () => {
  expect(answerWith(undefined)).toBe('4,2,16');
});

it('has every mutant at its number', () => {
  const { mutants } = mutate('sample.ts', SAMPLE);
  const answers = mutants.map(({ before, after }, id) => [`${before} → ${after}`, answerWith(100 + id)] as const);
  expect(Object.fromEntries(answers)).toMatchObject({
    '2 → 3': '4,3,16',
    'if (values?.some((value) => value > 5)) → if (true)': '14,10,16',
    'some(…) → every(…)': '4,2,6',
    'this.#start(); → (removed)': '4,2,6',
    'values ?? [] → values': 'TypeError',
    '.filter((value) => value >= 0) → no filter': '3,2,16',
    'this.#sum += value; → (removed)': '2,2,10',
    'max(…) → min(…)': '2,0,2',
  });
});
