import fc from 'fast-check';
import type { Draft, SchemaJson } from './oracle.ts';

type Part = { readonly [key: string]: unknown };

/** Few names and values, so that what is made by chance meets. */
const names = ['a', 'b', 'c', 'x-d'];
const patterns = ['^a', '^x-', '[bc]'];
const textPatterns = ['^[a-z]+$', '^[a-z]{2,4}$', '^A', '[0-9]', '^[A-Z]{3}-[0-9]+$'];
const values = ['A', 'B', 'C', 1, 2, null, true];

const small = fc.nat(4);
const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });
const seldom = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 7, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

const { tree, object } = fc.letrec<{
  tree: SchemaJson;
  object: Part;
  array: Part;
  tagged: Part;
  leaf: SchemaJson;
  combined: Part;
}>((tie) => ({
  leaf: fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom<Part>(
        { type: 'string' },
        { type: 'integer' },
        { type: 'number' },
        { type: 'boolean' },
      ),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constant('string'),
        minLength: some(small),
        maxLength: seldom(fc.integer({ min: 2, max: 6 })),
        pattern: seldom(fc.constantFrom(...textPatterns)),
        format: seldom(fc.constantFrom('date', 'email')),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constantFrom('integer', 'number'),
        minimum: some(fc.integer({ min: -2, max: 3 })),
        maximum: some(fc.integer({ min: 2, max: 9 })),
        exclusiveMinimum: seldom(small),
        multipleOf: seldom(fc.constantFrom(1, 2, 3, 4)),
      }),
    },
    { weight: 2, arbitrary: fc.record({ enum: fc.subarray(values, { minLength: 1 }) }) },
    { weight: 1, arbitrary: fc.record({ const: fc.constantFrom(...values) }) },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.subarray(['string', 'integer', 'null', 'boolean'], { minLength: 1 }) }),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom<SchemaJson>(
        {},
        true,
        { $ref: '#/definitions/A' },
        { $ref: '#/definitions/B' },
        { $ref: '#' },
      ),
    },
  ),
  object: fc.record({
    type: fc.constant('object'),
    properties: fc.dictionary(fc.constantFrom(...names), tie('tree'), { maxKeys: 3, noNullPrototype: true }),
    required: some(fc.subarray(names, { maxLength: 2 })),
    additionalProperties: some(fc.oneof(fc.constant(false), fc.constant(false), tie('leaf'))),
    patternProperties: seldom(
      fc.dictionary(fc.constantFrom(...patterns), tie('leaf'), { maxKeys: 1, noNullPrototype: true }),
    ),
    propertyNames: seldom(fc.constantFrom<Part>({ pattern: '^[a-c]$' }, { enum: ['a', 'b'] }, { maxLength: 3 })),
    minProperties: seldom(fc.nat(2)),
    maxProperties: seldom(fc.integer({ min: 1, max: 3 })),
    dependencies: seldom(
      fc.dictionary(
        fc.constantFrom(...names),
        fc.oneof(fc.subarray(names, { minLength: 1, maxLength: 1 }), tie('leaf')),
        { maxKeys: 1, noNullPrototype: true },
      ),
    ),
  }),
  array: fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        type: fc.constant('array'),
        items: tie('tree'),
        minItems: some(fc.nat(2)),
        maxItems: some(fc.integer({ min: 1, max: 4 })),
        uniqueItems: seldom(fc.boolean()),
        contains: seldom(tie('leaf')),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        type: fc.constant('array'),
        items: fc.array(tie('leaf'), { minLength: 1, maxLength: 2 }),
        additionalItems: some(fc.oneof(fc.constant(false), tie('leaf'))),
        minItems: some(fc.nat(2)),
      }),
    },
  ),
  tagged: fc.record({
    oneOf: fc.subarray(['A', 'B', 'C'], { minLength: 1 }).chain((tags) =>
      fc.tuple(
        ...tags.map((tag) =>
          tie('leaf').map((leaf) => ({
            type: 'object',
            properties: { a: { const: tag }, b: leaf },
            required: ['a'],
          })),
        ),
      ),
    ),
  }),
  combined: fc.oneof(
    fc.record({ anyOf: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ oneOf: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ allOf: fc.array(tie('tree'), { minLength: 1, maxLength: 2 }) }),
    fc.record({ not: tie('leaf'), type: fc.constantFrom('string', 'integer', 'object') }),
    fc.record({
      type: fc.constant('object'),
      if: fc.constantFrom({ properties: { a: { const: 'A' } }, required: ['a'] }, { required: ['b'] }),
      // biome-ignore lint/suspicious/noThenProperty: it is the keyword.
      then: fc.record({ required: fc.subarray(names, { minLength: 1, maxLength: 1 }) }),
      else: some(fc.record({ properties: fc.record({ c: tie('leaf') }) })),
    }),
  ),
  tree: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 4, arbitrary: tie('leaf') },
    { weight: 5, arbitrary: tie('object') },
    { weight: 2, arbitrary: tie('array') },
    { weight: 1, arbitrary: tie('tagged') },
    { weight: 2, arbitrary: tie('combined') },
  ),
}));

/** As it is written: without what was left out. */
function written<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** Without references that lead back to the same value, with which validators do not end. */
function righted(schema: SchemaJson, isWithin = false): SchemaJson {
  if (typeof schema === 'boolean') return schema;
  if ('$ref' in schema) return isWithin ? { $ref: schema.$ref } : {};
  const entries = Object.entries(schema).map(([key, value]): [string, unknown] => {
    if (key === 'definitions') return [key, mapped(value, (one) => righted(one as SchemaJson))];
    const isInner = isWithin || ['properties', 'patternProperties', 'items', 'additionalProperties'].includes(key);
    if (['properties', 'patternProperties'].includes(key))
      return [key, mapped(value, (one) => righted(one as SchemaJson, true))];
    if (Array.isArray(value) && !['enum', 'type', 'required'].includes(key)) {
      return [key, value.map((one) => righted(one as SchemaJson, isInner))];
    }
    if (key === 'dependencies')
      return [key, mapped(value, (one) => (Array.isArray(one) ? one : righted(one as SchemaJson, isInner)))];
    return [
      key,
      typeof value === 'object' && value !== null && !['enum', 'type', 'required', 'const'].includes(key)
        ? righted(value as SchemaJson, isInner)
        : value,
    ];
  });
  return Object.fromEntries(entries);
}

export const anySchema: fc.Arbitrary<SchemaJson> = fc
  .tuple(fc.oneof({ weight: 3, arbitrary: object }, { weight: 1, arbitrary: tree }), tree, tree)
  .map(([root, a, b]) => righted(written({ ...inObject(root), definitions: { A: a, B: b } })));

/** Definitions stand in an object. */
function inObject(root: SchemaJson): Part {
  return typeof root === 'boolean' ? {} : root;
}

const places = ['properties', 'patternProperties', 'definitions'];
const lists = ['anyOf', 'oneOf', 'allOf'];

/** The schema with its n-th part changed, counted around. */
function edited(schema: SchemaJson, at: number, edit: (part: SchemaJson) => SchemaJson): SchemaJson {
  let parts = 0;
  walked(
    schema,
    (part) => {
      parts += 1;
      return part;
    },
    Number.POSITIVE_INFINITY,
  );
  return walked(schema, edit, at % Math.max(1, parts));
}

/** Calls `edit` for all parts at infinity. */
function walked(schema: SchemaJson, edit: (part: SchemaJson) => SchemaJson, at: number): SchemaJson {
  let left = at;
  const walk = (part: SchemaJson): SchemaJson => {
    if (at === Number.POSITIVE_INFINITY) edit(part);
    else if (left-- === 0) return edit(part);
    if (typeof part === 'boolean') return part;
    return Object.fromEntries(Object.entries(written(part)).map(([key, value]) => [key, within(key, value)]));
  };
  const within = (key: string, value: unknown): unknown => {
    if (places.includes(key))
      return Object.fromEntries(Object.entries(value as Part).map(([name, one]) => [name, walk(one as SchemaJson)]));
    if (lists.includes(key) || (key === 'items' && Array.isArray(value))) return (value as SchemaJson[]).map(walk);
    return ['items', 'additionalProperties', 'not', 'then', 'else'].includes(key) ? walk(value as SchemaJson) : value;
  };
  return walk(schema);
}

type Edit = (part: SchemaJson) => SchemaJson;

const onObject =
  (edit: (part: Part) => SchemaJson): Edit =>
  (part) =>
    typeof part === 'boolean' ? part : edit(part);

/** What people do to schemas. */
const anyEdit: fc.Arbitrary<Edit> = fc.oneof(
  tree.map(
    (other): Edit =>
      (part) =>
        typeof part === 'object' && 'definitions' in part
          ? { ...inObject(other), definitions: part.definitions }
          : other,
  ),
  fc
    .constantFrom(...names)
    .chain((name) =>
      tree.map(
        (other): Edit =>
          onObject((part) =>
            'properties' in part ? { ...part, properties: { ...(part.properties as Part), [name]: other } } : part,
          ),
      ),
    ),
  fc.constantFrom(...names).map(
    (name): Edit =>
      onObject(({ ...part }) =>
        'properties' in part
          ? {
              ...part,
              properties: Object.fromEntries(Object.entries(part.properties as Part).filter(([key]) => key !== name)),
            }
          : part,
      ),
  ),
  fc
    .subarray(names)
    .map((required): Edit => onObject((part) => (part.type === 'object' ? { ...part, required } : part))),
  fc
    .constantFrom<Part>(
      { additionalProperties: false },
      { additionalProperties: true },
      { title: 'Other' },
      { description: 'x' },
    )
    .map((more): Edit => onObject((part) => ('$ref' in part ? part : { ...part, ...more }))),
  fc
    .subarray(values, { minLength: 1 })
    .map((list): Edit => onObject((part) => ('enum' in part ? { ...part, enum: list } : part))),
  fc
    .constantFrom('minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems')
    .chain((key) =>
      fc.nat(6).map((limit): Edit => onObject((part) => (key in part ? { ...part, [key]: limit } : part))),
    ),
  fc
    .constantFrom(
      'minimum',
      'maximum',
      'minLength',
      'maxLength',
      'minItems',
      'maxItems',
      'required',
      'pattern',
      'uniqueItems',
      'contains',
      'dependencies',
      'propertyNames',
      'additionalProperties',
    )
    .map((key): Edit => onObject(({ [key]: _gone, ...rest }) => rest)),
  fc.constant<Edit>(
    onObject((part) =>
      part.type === 'integer'
        ? { ...part, type: 'number' }
        : typeof part.type === 'string'
          ? { ...part, type: [part.type, 'null'] }
          : part,
    ),
  ),
  tree.map(
    (other): Edit =>
      onObject((part) => {
        const list = lists.find((key) => key in part && Array.isArray(part[key]));
        return list
          ? { ...part, [list]: [...(part[list] as SchemaJson[]), other] }
          : '$ref' in part || 'definitions' in part
            ? part
            : { anyOf: [part, other] };
      }),
  ),
  fc.constant<Edit>(onObject((part) => ('definitions' in part ? part : { allOf: [part] }))),
);

export interface Pair {
  reader: SchemaJson;
  writer: SchemaJson;
  draft: Draft;
}

/** Two schemas that differ in a part or two. */
export const anyPair: fc.Arbitrary<Pair> = fc
  .tuple(
    anySchema,
    fc.array(fc.tuple(fc.nat(1_000), anyEdit), { minLength: 1, maxLength: 3 }),
    fc.boolean(),
    fc.constantFrom<Draft>('draft-07', '2019-09', '2020-12', 'draft-04'),
  )
  .map(([base, edits, turned, draft]) => {
    const next = righted(written(edits.reduce((schema, [at, edit]) => edited(schema, at, edit), base)));
    const [reader, writer] = turned ? [base, next] : [next, base];
    return { reader: translated(reader, draft), writer: translated(writer, draft), draft };
  });

/** From draft 7. */
function translated(schema: SchemaJson, draft: Draft): SchemaJson {
  if (typeof schema === 'boolean') return draft === 'draft-04' ? (schema ? {} : { not: {} }) : schema;
  const inner = (one: unknown) => translated(one as SchemaJson, draft);
  const entries = Object.entries(schema).flatMap(([key, value]): [string, unknown][] => {
    if (key === 'additionalProperties' || key === 'additionalItems') {
      const kept = typeof value === 'boolean' ? value : inner(value);
      return [[key === 'additionalItems' && draft === '2020-12' ? 'items' : key, kept]];
    }
    if (key === 'items' && Array.isArray(value))
      return [[draft === '2020-12' ? 'prefixItems' : 'items', value.map(inner)]];
    if (lists.includes(key)) return [[key, (value as unknown[]).map(inner)]];
    if (key === 'dependencies') return [[key, mapped(value, (one) => (Array.isArray(one) ? one : inner(one)))]];
    if (places.includes(key)) return [[key, mapped(value, inner)]];
    if (['items', 'contains', 'not', 'if', 'then', 'else', 'propertyNames'].includes(key)) {
      const isLater = draft === 'draft-04' && ['contains', 'if', 'then', 'else', 'propertyNames'].includes(key);
      return isLater ? [] : [[key, inner(value)]];
    }
    if (draft !== 'draft-04') return [[key, value]];
    if (key === 'const') return [['enum', [value]]];
    if (key === 'exclusiveMinimum')
      return [
        ['minimum', value],
        ['exclusiveMinimum', true],
      ];
    return key === 'required' && (value as unknown[]).length === 0 ? [] : [[key, value]];
  });
  return Object.fromEntries(entries);
}

function mapped(value: unknown, change: (one: unknown) => unknown): Part {
  return Object.fromEntries(Object.entries(value as Part).map(([name, one]) => [name, change(one)]));
}
