import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Answer,
  readLevel,
  readRegistered,
  readVerdict,
  readVersions,
} from '../../../../src/adapters/registry/answers.ts';
import { readProblems } from '../../../../src/adapters/registry/problems.ts';

function answer(json: unknown): Answer {
  return { status: 409, json, came: 'JSON', retryAfterMs: undefined };
}

test.each([
  { it: 'no reason', json: { error_code: 409 }, problems: [] },
  { it: 'a plain sentence', json: { message: 'Incompatible' }, problems: ['Incompatible'] },
  { it: 'repeated reasons', json: { messages: ['b', 'a', 'b'] }, problems: ['a', 'b'] },
  {
    it: 'reasons with paths, by numbers as numbers',
    json: { messages: ['a at /fields/10', "b at path '/fields/2'", 'c', 'z at /fields/2/type', 'a at /fields/2'] },
    problems: ['c', 'a at /fields/2', "b at path '/fields/2'", 'z at /fields/2/type', 'a at /fields/10'],
  },
  {
    it: 'a reason besides the verdict',
    json: { is_compatible: false, reason: 'no default' },
    problems: ['no default'],
  },
  { it: 'reasons that are no text', json: { messages: [1, null, {}], message: 7 }, problems: [] },
  {
    it: 'double quotes',
    json: {
      message: `details: [{errorType:"TYPE_CHANGED", description:"A type at path '#/a' is different"}, {oldSchemaVersion: 1}]`,
    },
    problems: ["TYPE_CHANGED: A type at path '#/a' is different"],
  },
  {
    it: 'an entry that breaks off',
    json: { message: "details: [{errorType:'TYPE_MISMATCH', descr" },
    problems: ["TYPE_MISMATCH', descr"],
  },
  {
    it: 'a path at the root',
    json: { message: 'list of diff types: [expected: E at /]' },
    problems: ['expected: E at /'],
  },
  { it: 'no JSON', json: undefined, problems: [] },
])('reads $it', ({ json, problems }) => {
  expect(readProblems(answer(json))).toEqual(problems);
});

const punctuation = fc.constantFrom(
  '{errorType:',
  "'",
  '"',
  '}',
  ', ',
  'list of diff types: [',
  ' at /',
  'Incompatibilities: ',
  '{oldSchema',
  'x',
  '\n',
);
const soup = fc.array(punctuation, { maxLength: 400 }).map((parts) => parts.join(''));

test('keeps reasons short, few and on one line, whatever comes', () => {
  const anything = fc.oneof(fc.jsonValue(), fc.record({ message: soup, messages: fc.array(soup, { maxLength: 50 }) }));
  fc.assert(
    fc.property(anything, (json) => {
      const problems = readProblems(answer(json));
      expect(problems.length).toBeLessThanOrEqual(21);
      for (const problem of problems) expect(problem).toMatch(/^.{1,300}$/u);
    }),
  );
});

test('takes no other JSON for a level, a version, an id or a verdict', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (json) => {
      expect(readLevel(json)).toBeUndefined();
      expect(readRegistered(json)).toBeUndefined();
      expect(readVerdict(json)).toBeUndefined();
      for (const version of readVersions(json) ?? []) expect(version).toBeGreaterThanOrEqual(1);
    }),
  );
});
