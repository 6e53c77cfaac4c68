import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { describeAgain } from '../../../dev/testing/failures.ts';

const plain = (lines: readonly string[]) => lines.map((line) => stripVTControlCharacters(line));

it('names each failure again at the end of a run, with what it said', () => {
  const failures = [
    { test: 'test/unit/lag.test.ts > a lag > grows', problems: ['expected 3 to be 4\nat lag.test.ts:7'] },
    { test: 'types', problems: ['exit code 2'] },
  ];
  expect(plain(describeAgain(failures))).toEqual([
    '  ✗ test/unit/lag.test.ts > a lag > grows',
    '      expected 3 to be 4',
    '      at lag.test.ts:7',
    '  ✗ types',
    '      exit code 2',
  ]);
});

it('keeps that short, and says what it leaves out', () => {
  const long = Array.from({ length: 40 }, (_, index) => `line ${index}`);
  const failures = Array.from({ length: 12 }, (_, index) => ({ test: `test ${index}`, problems: long }));
  const lines = plain(describeAgain(failures));
  expect(lines).toHaveLength(10 * (1 + 12 + 1) + 1);
  expect(lines.slice(12, 15)).toEqual(['      line 11', '      …', '  ✗ test 1']);
  expect(lines.at(-1)).toBe('  and 2 more, above');
});
