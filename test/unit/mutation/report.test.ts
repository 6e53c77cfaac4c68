import { expect, it } from 'vitest';
import { describeResult, type NumberedMutant, type Result } from '../../../dev/mutation/report.ts';

const mutant = (id: number, file: string, line: number): NumberedMutant => {
  return { id, file, line, before: 'a < b', after: 'a <= b' };
};
const mutants = [mutant(0, 'src/lag/a.ts', 3), mutant(1, 'src/lag/a.ts', 7), mutant(2, 'src/runtime/b.ts', 1)];

const resultOf = (changes: Partial<Result>): Result => {
  return { killed: new Set(), reached: new Set(), imported: new Set(), untried: new Set(), spoilt: [], ...changes };
};

it('names the survivors, and gives the share of those noticed for each folder and in all', () => {
  const result = resultOf({ killed: new Set([0, 2]), reached: new Set([0, 1, 2]) });
  expect(describeResult(mutants, result).split('\n')).toEqual([
    'src/lag/a.ts:7  a < b → a <= b',
    ' 50.0 %  1 of 2  src/lag',
    '100.0 %  1 of 1  src/runtime',
    ' 66.7 %  2 of 3  in all',
    '',
  ]);
});

it('says of a survivor that no test runs it, not even while modules are loaded', () => {
  const lines = describeResult(mutants, resultOf({ reached: new Set([0]), imported: new Set([1]) })).split('\n');
  expect(lines.slice(0, 3).map((line) => line.includes('no test comes by'))).toEqual([false, false, true]);
});

it('says of a survivor that not every slow test was asked', () => {
  const result = resultOf({ reached: new Set([0, 1, 2]), untried: new Set([1]) });
  const lines = describeResult(mutants, result).split('\n');
  expect(lines.slice(0, 3).map((line) => line.includes('slow tests'))).toEqual([false, true, false]);
});

it('names tests that prove nothing', () => {
  const lines = describeResult([], resultOf({ spoilt: ['a.test.ts > counts'] }));
  expect(lines).toContain('cannot be run twice, so that it proves nothing: a.test.ts > counts');
});
