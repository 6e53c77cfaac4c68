import { describe, expect, it } from 'vitest';
import { checkCompatibility } from '../../../../src/compat/check.ts';
import type { JsonSchemaRule } from '../../../../src/compat/json-schema/rules.ts';

const object = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more });
const closed = (properties: object, more: object = {}) => object(properties, { additionalProperties: false, ...more });
const text = (schema: unknown, references: Readonly<Record<string, unknown>> = {}) => ({
  text: typeof schema === 'string' ? schema : JSON.stringify(schema),
  references: Object.entries(references).map(([name, one]) => ({ name, text: JSON.stringify(one) })),
});
const of2020 = { $schema: 'https://json-schema.org/draft/2020-12/schema' };
const of2019 = { $schema: 'https://json-schema.org/draft/2019-09/schema' };
const of7 = { $schema: 'http://json-schema.org/draft-07/schema#' };
const of4 = { $schema: 'http://json-schema.org/draft-04/schema#' };
const string = { type: 'string' };
const integer = { type: 'integer' };

/** What is required where `a` is there. */
const withA = (required: readonly string[]) => ({
  if: { required: ['a'] },
  // biome-ignore lint/suspicious/noThenProperty: it is the keyword.
  then: { required },
});

interface Row {
  it: string;
  writer: unknown;
  reader: unknown;
  /** Nothing: the reader takes all, and there is nothing to say. */
  rules?: readonly JsonSchemaRule[];
  path?: string;
  says?: string;
}

const shapes: readonly Row[] = [
  { it: 'takes integers for numbers', writer: integer, reader: { type: 'number' } },
  {
    it: 'takes no numbers for integers',
    writer: { type: 'number' },
    reader: integer,
    rules: ['JsonTypeNarrowed'],
    says: 'as in 0.5',
  },
  {
    it: 'takes a property more in a closed schema',
    writer: closed({ a: string }),
    reader: closed({ a: string, b: integer }),
  },
  { it: 'opens a closed schema', writer: closed({ a: string }), reader: object({ a: string }) },
  {
    it: 'opens a closed schema in part',
    writer: closed({ a: string }),
    reader: object({ a: string }, { patternProperties: { '^x-': integer }, additionalProperties: false }),
  },
  {
    it: 'closes a schema that was open in part',
    writer: closed({ a: string }, { patternProperties: { '^x-': integer } }),
    reader: closed({ a: string }),
    ...{ rules: ['JsonContentModelClosed'], says: '{"x-' },
  },
  {
    it: 'drops a property of an open schema',
    writer: object({ a: string, b: integer }),
    reader: object({ a: string }),
  },
  {
    it: 'adds a property that takes anything',
    writer: object({ a: string }),
    reader: object({ a: string, b: { description: 'any' } }),
  },
  {
    it: 'adds a property of what further ones are',
    writer: object({}, { additionalProperties: integer }),
    reader: object({ b: { type: 'number' } }, { additionalProperties: integer }),
  },
  {
    it: 'requires what was required',
    writer: closed({ a: string }, { required: ['a'] }),
    reader: closed({ a: string }, { required: ['a'] }),
  },
  {
    it: 'requires what a dependency brings',
    writer: object({ a: {} }, { required: ['a'], dependencies: { a: ['b'] } }),
    reader: object({ a: {} }, { required: ['b'] }),
  },
  {
    it: 'knows that a name is refused',
    writer: object({}, { propertyNames: { enum: ['a'] } }),
    reader: object({ b: string }),
  },
  {
    it: 'reads names by pattern',
    writer: closed({ ab: integer }),
    reader: object({}, { patternProperties: { '^a': string } }),
    rules: ['JsonTypeNarrowed'],
    says: '$.ab',
  },
  {
    it: 'says what an item is in place',
    writer: { type: 'array', items: object({ p: string }) },
    reader: { type: 'array', items: object({ p: integer }) },
    rules: ['JsonTypeNarrowed'],
    path: '/items/properties/p/type',
    says: '$[*].p may be string',
  },
  {
    it: 'takes a tuple for a list',
    writer: { ...of2020, type: 'array', prefixItems: [string, string], items: false },
    reader: { ...of2020, type: 'array', items: string },
  },
  {
    it: 'takes no list for a tuple',
    writer: { ...of7, type: 'array', items: string },
    reader: { ...of7, type: 'array', items: [string], additionalItems: integer },
    rules: ['JsonTypeNarrowed'],
  },
  {
    it: 'counts what must be contained',
    writer: { ...of2020, type: 'array', contains: integer, minContains: 2 },
    reader: { ...of2020, type: 'array', contains: { type: 'number' } },
  },
  {
    it: 'compares limits with integers in mind',
    writer: { type: 'integer', exclusiveMinimum: 0 },
    reader: { type: 'integer', minimum: 1 },
  },
  {
    it: 'keeps numbers beyond 2^53',
    writer: '{"type":"integer","minimum":9007199254740993}',
    reader: '{"type":"integer","minimum":9007199254740994}',
    rules: ['JsonBoundNarrowed'],
    says: 'as in 9007199254740993',
  },
  { it: 'knows multiples of fractions', writer: '{"multipleOf":0.30}', reader: '{"multipleOf":0.1}' },
  { it: 'measures text by characters', writer: { enum: ['😀😀'] }, reader: { type: 'string', maxLength: 2 } },
  { it: 'tries listed values against a pattern', writer: { enum: ['A1', 'B2'] }, reader: { pattern: '^[A-Z][0-9]$' } },
];

const alternatives: readonly Row[] = [
  {
    it: 'takes a list of types for alternatives',
    writer: { type: ['string', 'null'] },
    reader: { anyOf: [string, { type: 'null' }] },
  },
  {
    it: 'takes alternatives for a list of types',
    writer: { oneOf: [string, { type: 'null' }] },
    reader: { type: ['null', 'string'] },
  },
  { it: 'adds an alternative with a tag', writer: tagged('A', 'B'), reader: tagged('A', 'B', 'C') },
  {
    it: 'drops an alternative with a tag',
    writer: tagged('A', 'B'),
    reader: tagged('A'),
    rules: ['JsonAlternativeMissing'],
    says: '"B"',
  },
  {
    it: 'says what is wrong in the alternative that is meant',
    writer: tagged('A', 'B'),
    reader: { oneOf: [...tagged('A').oneOf, { ...tagged('B').oneOf[0], required: ['kind', 'more'] }] },
    rules: ['JsonPropertyRequired'],
    path: '/oneOf/1/required',
  },
  {
    it: 'takes allOf apart',
    writer: { allOf: [object({ a: string }), { required: ['a'] }] },
    reader: object({ a: string }, { required: ['a'] }),
  },
  {
    it: 'follows a condition',
    writer: object({}, withA(['b', 'c'])),
    reader: object({}, withA(['b'])),
  },
  {
    it: 'follows a condition that asks for more',
    writer: object({}, withA(['b'])),
    reader: object({}, withA(['b', 'c'])),
    rules: ['JsonPropertyRequired'],
    path: '/then/required',
  },
  {
    it: 'excludes less than before',
    writer: { type: 'string', not: { enum: ['', 'x'] } },
    reader: { type: 'string', not: { enum: [''] } },
  },
  {
    it: 'looks through allOf for what was evaluated',
    writer: { ...of2020, ...closed({ a: string }) },
    reader: { ...of2020, allOf: [object({ a: string })], unevaluatedProperties: false },
  },
];

function tagged(...tags: string[]) {
  return { oneOf: tags.map((tag) => object({ kind: { const: tag }, more: integer }, { required: ['kind'] })) };
}

const money = object({ amount: integer }, { required: ['amount'] });
const references: readonly Row[] = [
  {
    it: 'inlines a definition',
    writer: { ...object({ m: { $ref: '#/definitions/M' } }), definitions: { M: money } },
    reader: object({ m: money }),
  },
  {
    it: 'reads what a definition became',
    writer: { ...object({ m: { $ref: '#/$defs/M' } }), $defs: { M: money } },
    reader: { ...object({ m: { $ref: '#/$defs/M' } }), $defs: { M: object({ amount: string }) } },
    rules: ['JsonTypeNarrowed'],
    path: '/$defs/M/properties/amount/type',
    says: '$.m.amount',
  },
  {
    it: 'finds an anchor',
    writer: object({ m: money }),
    reader: { ...of2020, ...object({ m: { $ref: '#money' } }), $defs: { M: { $anchor: 'money', ...money } } },
  },
  {
    it: 'finds an $id',
    writer: object({ m: money }),
    reader: {
      ...of2019,
      $id: 'https://example.com/order',
      ...object({ m: { $ref: 'money' } }),
      $defs: { M: { $id: 'money', ...money } },
    },
  },
  {
    it: 'finds an id of draft 4',
    writer: object({ m: money }),
    reader: {
      ...of4,
      id: 'http://example.com/a/order',
      ...object({ m: { $ref: 'money' } }),
      definitions: { M: { id: 'money', ...money } },
    },
  },
  {
    it: 'leads anywhere in the text',
    writer: object({ a: string, b: string }),
    reader: object({ a: string, b: { $ref: '#/properties/a' } }),
  },
  {
    it: 'compares trees',
    writer: object({ next: { $ref: '#' }, v: integer }),
    reader: object({ v: { type: 'number' }, next: { $ref: '#' } }),
  },
  {
    it: 'finds the leaf of a tree that changed',
    writer: object({ next: { $ref: '#' }, v: integer }),
    reader: object({ next: { $ref: '#' }, v: string }),
    rules: ['JsonTypeNarrowed', 'JsonTypeNarrowed'],
    path: '/properties/v/type',
  },
  {
    it: 'follows a dynamic reference that leads to one place',
    writer: { ...of2020, ...object({ next: { $ref: '#' } }) },
    reader: { ...of2020, $dynamicAnchor: 'node', ...object({ next: { $dynamicRef: '#node' } }) },
  },
  {
    it: 'reads a limit of draft 4',
    writer: { type: 'number', exclusiveMinimum: 0 },
    reader: { ...of4, type: 'number', minimum: 0, exclusiveMinimum: true },
  },
  {
    it: 'takes nothing of what a draft does not know',
    writer: { ...of4, ...string },
    reader: { ...of4, ...string, const: 'a' },
  },
];

describe.each([
  { what: 'shapes', rows: shapes },
  { what: 'alternatives', rows: alternatives },
  { what: 'references', rows: references },
])('a reader of $what', ({ rows }) => {
  it.each(rows)('$it', ({ writer, reader, rules = [], path, says = '' }) => {
    const asked = { level: 'Backward', candidate: text(reader), versions: [text(writer)] } as const;
    const { verdict, problems } = checkCompatibility({ format: 'JSONSchema', ...asked });
    expect({ verdict, rules: problems.map(({ rule }) => rule) }).toEqual({
      verdict: rules.length > 0 ? 'incompatible' : 'compatible',
      rules,
    });
    if (path !== undefined) expect(problems[0]?.path).toBe(path);
    expect(problems[0]?.message ?? '').toContain(says);
  });
});

describe('references to other texts', () => {
  const order = object({ price: { $ref: 'money.json' } });
  const check = (reader: object, writer: object, schema: object = order) =>
    checkCompatibility({
      ...{ format: 'JSONSchema', level: 'Backward' },
      candidate: text(schema, reader as Record<string, unknown>),
      versions: [text(schema, writer as Record<string, unknown>)],
    });

  it('of each version are its own: one that moves can break', () => {
    const grown = { 'money.json': { ...money, required: ['amount', 'currency'] } };
    expect(check(grown, { 'money.json': money })).toMatchObject({
      verdict: 'incompatible',
      problems: [{ rule: 'JsonPropertyRequired', path: 'money.json#/required', version: 1 }],
    });
    expect(check({ 'money.json': { ...money, title: 'Money' } }, { 'money.json': money }).verdict).toBe('compatible');
  });

  it('are found by what they call themselves', () => {
    const named = { any: { $id: 'https://example.com/money.json', ...money } };
    const schema = { $id: 'https://example.com/order.json', ...order };
    expect(check(named, { any: { ...named.any, title: 'Money' } }, schema).verdict).toBe('compatible');
  });

  it('that are not given leave it open, and a name that cannot be right does not', () => {
    expect(check({}, {}, { $ref: 'https://example.com/a' })).toMatchObject({ verdict: 'unproven' });
    expect(check({}, {}, { $ref: 'money.json' })).toMatchObject({ verdict: 'incompatible' });
  });
});

describe('what stands beside a "$ref"', () => {
  const beside = (more: object, draft: object) => ({
    ...draft,
    ...object({ a: { $ref: '#/definitions/A', ...more } }),
    definitions: { A: string },
  });
  const verdict = (more: object, draft: object) => {
    const asked = {
      level: 'Backward',
      candidate: text(beside(more, draft)),
      versions: [text(beside({}, draft))],
    } as const;
    return checkCompatibility({ format: 'JSONSchema', ...asked }).verdict;
  };

  it.each([
    { it: 'counts since 2019-09', more: { maxLength: 3 }, draft: of2019, said: 'incompatible' },
    { it: 'counts for some before, which is unproven', more: { maxLength: 3 }, draft: of7, said: 'unproven' },
    { it: 'is nothing where it asks for nothing', more: { description: 'a text' }, draft: of7, said: 'compatible' },
    { it: 'is nothing where it changes nothing', more: { type: 'string' }, draft: of7, said: 'compatible' },
  ])('$it', ({ more, draft, said }) => expect(verdict(more, draft)).toBe(said));
});
