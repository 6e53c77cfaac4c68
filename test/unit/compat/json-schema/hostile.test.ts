import { describe, expect, it } from 'vitest';
import { checkCompatibility } from '../../../../src/compat/check.ts';
import { maxLevels } from '../../../../src/compat/json.ts';

const text = (schema: unknown) => ({
  text: typeof schema === 'string' ? schema : JSON.stringify(schema),
  references: [],
});

const list = (length: number) => Array.from({ length }, (_, index) => index);
const object = (entries: readonly (readonly [string, unknown])[], more: object = {}) => ({
  type: 'object',
  properties: Object.fromEntries(entries),
  ...more,
});
const wide = (length: number, type: unknown, more: object = {}) =>
  object(
    list(length).map((index) => [`f${index}`, type] as const),
    more,
  );
const nested = (levels: number) => `${'{"items":'.repeat(levels)}{"type":"string"}${'}'.repeat(levels)}`;
const chain = (length: number, last: unknown) => ({
  $ref: '#/definitions/D0',
  definitions: Object.fromEntries(
    list(length).map((index) => [
      `D${index}`,
      index === length - 1 ? last : { type: 'object', properties: { next: { $ref: `#/definitions/D${index + 1}` } } },
    ]),
  ),
});
/** Each alternative has as many alternatives in turn. */
const branching = (levels: number, leaf: unknown): unknown =>
  levels === 0
    ? leaf
    : {
        anyOf: list(6).map((index) =>
          object([[`p${index}`, branching(levels - 1, leaf)]], { required: [`p${index}`] }),
        ),
      };

/** Nobody waits for an answer that long; what is exponential would take for ever. */
const within = { timeout: 60_000 };

describe('a JSON Schema that is made to hurt', () => {
  it.each([
    {
      it: 'three thousand levels',
      old: '{}',
      next: nested(3_000),
      verdict: 'unproven',
      says: `more than ${maxLevels} levels`,
    },
    {
      it: 'lists that do not end',
      old: '{}',
      next: '['.repeat(500_000),
      verdict: 'unproven',
      says: `more than ${maxLevels} levels`,
    },
    {
      it: 'more than a megabyte',
      old: '{}',
      next: `{"title":"${'x'.repeat(1_048_576)}"}`,
      verdict: 'unproven',
      says: 'more than 1048576 characters',
    },
    { it: 'a megabyte of nothing', old: '{}', next: `{"title":"${'x'.repeat(1_000_000)}"}`, verdict: 'compatible' },
    { it: 'a megabyte of values', old: { enum: list(120_000) }, next: { enum: list(120_001) }, verdict: 'compatible' },
    {
      it: 'three thousand properties',
      old: wide(3_000, { type: 'string' }),
      next: wide(3_000, { type: ['string', 'null'] }),
      verdict: 'compatible',
    },
    {
      it: 'three thousand changes',
      old: wide(3_000, { type: 'string' }),
      next: wide(3_000, { type: 'integer' }),
      verdict: 'incompatible',
      says: 'may be string',
    },
    { it: 'a reference to itself', old: { $ref: '#' }, next: { $ref: '#', title: 'again' }, verdict: 'compatible' },
    { it: 'references in a circle', old: {}, next: circle(), verdict: 'unproven', says: 'leads back to itself' },
    {
      it: 'three thousand references, one behind the other',
      old: chain(3_000, { type: 'string' }),
      next: chain(3_000, { type: 'integer' }),
      verdict: 'unproven',
    },
    {
      it: 'a pattern that explodes',
      old: { type: 'string', pattern: '^(a+)+$' },
      next: { type: 'string', pattern: '^(a+)+b?$' },
      verdict: 'unproven',
      says: 'cannot be told',
    },
    {
      it: 'a pattern with a look ahead',
      old: { type: 'string' },
      next: { type: 'string', pattern: '^(?=(a+)+b)' },
      verdict: 'unproven',
    },
    {
      it: 'alternatives of alternatives',
      old: branching(4, { type: 'string' }),
      next: branching(4, { type: ['string', 'null'], maxLength: 1e6 }),
      verdict: 'unproven',
    },
    {
      it: 'numbers that are too far out',
      old: { maximum: 1 },
      next: '{"maximum":1e999999999}',
      verdict: 'unproven',
      says: 'too far out',
    },
    {
      it: 'an array that nobody can write',
      old: { type: 'array', minItems: 1e9 },
      next: { type: 'array', minItems: 2e9 },
      verdict: 'unproven',
    },
  ] as const)('is judged within bounds: $it', within, ({ old, next, verdict, ...row }) => {
    const asked = { level: 'Backward', candidate: text(next), versions: [text(old)] } as const;
    const answer = checkCompatibility({ format: 'JSONSchema', ...asked });
    expect(answer.verdict).toBe(verdict);
    if ('says' in row) expect(answer.problems[0]?.message).toContain(row.says);
  });

  it('leaves a break that was found standing', () => {
    const versions = [text(nested(3_000)), text({ type: 'string' })];
    const asked = { level: 'BackwardTransitive', candidate: text({ type: 'integer' }), versions } as const;
    expect(checkCompatibility({ format: 'JSONSchema', ...asked }).verdict).toBe('incompatible');
  });
});

function circle() {
  return { $ref: '#/definitions/A', definitions: { A: { $ref: '#/definitions/B' }, B: { $ref: '#/definitions/A' } } };
}
