import type { Json, JsonObject } from '../../json.ts';
import { type Atom, atoms, canonical, entriesOf } from '../data.ts';
import { compareDecimals, type Decimal, decimal, decimalOf } from '../decimal.ts';
import { isPattern } from '../patterns.ts';
import type { Bound, Schema } from '../schema.ts';
import { child, type Draft, type Reading, type Spot } from './reading.ts';

/** Where a keyword stands: `spot` is that of its value. */
interface Use {
  reading: Reading;
  spot: Spot;
  schema: Schema;
  object: JsonObject;
}

interface Keyword {
  /** Draft 4 has all that says nothing else. */
  from?: Draft;
  /** The last draft that has it. */
  until?: Draft;
  read(use: Use): void;
}

function invalid({ reading, spot }: Pick<Use, 'reading' | 'spot'>, expected: string): undefined {
  const key = spot.path.slice(spot.path.lastIndexOf('/') + 1);
  reading.find('JsonKeywordInvalid', spot, `"${key}" is not ${expected}`, `Write ${expected}, or remove the keyword.`);
}

/** `invalid` for a list whose items are wrong, and so on: a keyword is read as a whole or not at all. */
function schemaOf(use: Use): Schema | undefined {
  const { reading, spot } = use;
  const { kind } = spot.value;
  const isSchema =
    kind === 'object' || (kind === 'boolean' && (spot.source.draft > 4 || allowsBoolean.test(spot.path)));
  return isSchema ? reading.schemaAt(spot) : invalid(use, 'a schema');
}

/** Draft 4 has `true` and `false` in these places only. */
const allowsBoolean = /\/additional(Properties|Items)$/;

function schemasOf(use: Use): readonly Schema[] | undefined {
  const { spot } = use;
  if (spot.value.kind !== 'array' || spot.value.items.length === 0) return invalid(use, 'a list of schemas');
  const all = spot.value.items.map((item, index) => schemaOf({ ...use, spot: child(spot, index, item) }));
  return all.every((one) => one !== undefined) ? all : undefined;
}

function namedSpots(use: Use, expected: string): readonly (readonly [string, Spot])[] | undefined {
  const { spot } = use;
  if (spot.value.kind !== 'object') return invalid(use, expected);
  return [...entriesOf(spot.value)].map(([name, value]) => [name, child(spot, name, value)] as const);
}

function namedSchemas(use: Use): ReadonlyMap<string, Schema> | undefined {
  const spots = namedSpots(use, 'an object of schemas');
  return (
    spots &&
    new Map(
      spots.flatMap(([name, spot]) => {
        const schema = schemaOf({ ...use, spot });
        return schema ? [[name, schema] as const] : [];
      }),
    )
  );
}

function textsOf(use: Use): readonly string[] | undefined {
  const { value } = use.spot;
  const items = value.kind === 'array' ? value.items : [];
  const texts = items.flatMap((item) => (item.kind === 'string' ? [item.value] : []));
  return value.kind === 'array' && texts.length === items.length
    ? [...new Set(texts)]
    : invalid(use, 'a list of texts');
}

function countOf(use: Use): number | undefined {
  const { value } = use.spot;
  const number = value.kind === 'number' ? decimalOf(value.text) : undefined;
  if (number === undefined || number.exponent < 0 || number.digits < 0n) return invalid(use, 'a number from 0');
  return Number(number.digits) * 10 ** number.exponent;
}

function numberOf(use: Use): Decimal | undefined {
  const { value } = use.spot;
  if (value.kind !== 'number') return invalid(use, 'a number');
  const number = decimalOf(value.text);
  if (number === undefined) use.schema.opaque = `the number at ${use.spot.path} is too far out`;
  return number;
}

function limit(side: 'lower' | 'upper', exclusive: boolean): Keyword['read'] {
  return (use) => {
    const value = numberOf(use);
    if (value) narrow(use.schema, side, { value, exclusive: exclusive || isExclusive(use, side) });
  };
}

/** Draft 4: `exclusiveMinimum: true` beside `minimum`. */
function isExclusive({ object, spot }: Use, side: 'lower' | 'upper'): boolean {
  if (spot.source.draft !== 4) return false;
  const word = entriesOf(object).get(side === 'lower' ? 'exclusiveMinimum' : 'exclusiveMaximum');
  return word?.kind === 'boolean' && word.value;
}

function narrow(schema: Schema, side: 'lower' | 'upper', bound: Bound): void {
  const known = schema[side];
  const order = known ? compareDecimals(bound.value, known.value) : 0;
  const isTighter = side === 'lower' ? order > 0 : order < 0;
  if (known === undefined || isTighter || (order === 0 && bound.exclusive)) schema[side] = bound;
}

function flagOf(use: Use): boolean | undefined {
  const { value } = use.spot;
  return value.kind === 'boolean' ? value.value : invalid(use, 'true or false');
}

function checkedPattern(use: Use, pattern: string): string | undefined {
  if (isPattern(pattern)) return pattern;
  const message = `"${pattern}" is no regular expression`;
  use.reading.find('JsonPatternInvalid', use.spot, message, 'Correct it: it is one of JavaScript.');
  return undefined;
}

const typeNames: Readonly<Record<string, readonly Atom[]>> = {
  ...Object.fromEntries(atoms.filter((atom) => atom !== 'fraction').map((atom) => [atom, [atom]])),
  number: ['integer', 'fraction'],
};

function readTypes(use: Use): void {
  const { value } = use.spot;
  const items = value.kind === 'array' ? value.items : [value];
  const types = items.map((item) =>
    item.kind === 'string' && Object.hasOwn(typeNames, item.value) ? typeNames[item.value] : undefined,
  );
  const known = types.filter((type) => type !== undefined);
  const expected = `one of ${Object.keys(typeNames).sort().join(', ')}, or a list of them`;
  if (known.length < items.length || items.length === 0) invalid(use, expected);
  else use.schema.types = new Set(known.flat());
}

/** `enum` and `const` may stand side by side. */
function restrict(schema: Schema, values: readonly Json[]): void {
  const allowed = schema.values && new Set(schema.values.map(canonical));
  schema.values = allowed ? values.filter((value) => allowed.has(canonical(value))) : values;
}

function readItems(use: Use): void {
  const { spot, schema, object } = use;
  if (spot.value.kind !== 'array') {
    const rest = schemaOf(use);
    if (rest) schema.rest = rest;
  } else if (spot.source.draft === 2020) invalid(use, 'a schema; a list is "prefixItems" in this draft');
  else if (spot.value.items.length > 0) {
    const prefix = schemasOf(use);
    if (prefix) schema.prefix = prefix;
  }
  const further = entriesOf(object).get('additionalItems');
  const isTuple = spot.value.kind === 'array' && spot.source.draft !== 2020;
  if (further === undefined || !isTuple) return;
  const parent = { ...spot, path: spot.path.slice(0, spot.path.lastIndexOf('/')) };
  const rest = schemaOf({ ...use, spot: child(parent, 'additionalItems', further) });
  if (rest) schema.rest = rest;
}

function readContains(use: Use): void {
  const inner = schemaOf(use);
  const entries = entriesOf(use.object);
  const count = (key: string) => {
    const value = use.spot.source.draft >= 2019 ? entries.get(key) : undefined;
    return value?.kind === 'number' ? Number(value.text) : undefined;
  };
  if (inner) use.schema.contains = { schema: inner, min: count('minContains') ?? 1, max: count('maxContains') };
}

function readPatterns(use: Use): void {
  const schemas = namedSchemas(use);
  if (!schemas) return;
  const checked = [...schemas].filter(([pattern]) => checkedPattern(use, pattern) !== undefined);
  use.schema.patterns = checked.map(([pattern, schema]) => ({ pattern, schema }));
}

/** Of `dependencies`, which 2019-09 took apart: names or a schema. Validators of later drafts go on to know it. */
function readDependencies(use: Use): void {
  const spots = namedSpots(use, 'an object') ?? [];
  const required = new Map(use.schema.dependentRequired);
  const schemas = new Map(use.schema.dependentSchemas);
  for (const [name, spot] of spots) {
    const texts = spot.value.kind === 'array' ? textsOf({ ...use, spot }) : undefined;
    const schema = spot.value.kind === 'array' ? undefined : schemaOf({ ...use, spot });
    if (texts) required.set(name, texts);
    if (schema) schemas.set(name, schema);
  }
  use.schema.dependentRequired = required;
  use.schema.dependentSchemas = schemas;
}

function readDependentRequired(use: Use): void {
  const spots = namedSpots(use, 'an object of lists') ?? [];
  const all = new Map(use.schema.dependentRequired);
  for (const [name, spot] of spots) {
    const texts = textsOf({ ...use, spot });
    if (texts) all.set(name, texts);
  }
  use.schema.dependentRequired = all;
}

function readDependentSchemas(use: Use): void {
  const schemas = namedSchemas(use);
  if (schemas) use.schema.dependentSchemas = new Map([...(use.schema.dependentSchemas ?? []), ...schemas]);
}

function readContent(use: Use): void {
  if (use.spot.value.kind !== 'string') return;
  use.schema.content = [use.schema.content, use.spot.value.value].filter((one) => one !== undefined).join(' in ');
}

function set<Slot extends keyof Schema>(of: (use: Use) => Schema[Slot], slot: Slot): Keyword['read'] {
  return (use) => {
    const value = of(use);
    if (value !== undefined) use.schema[slot] = value;
  };
}

type SchemaSlot =
  | 'additional'
  | 'names'
  | 'not'
  | 'if'
  | 'then'
  | 'else'
  | 'unevaluatedProperties'
  | 'unevaluatedItems';

const count = (
  slot: 'minLength' | 'maxLength' | 'minItems' | 'maxItems' | 'minProperties' | 'maxProperties',
): Keyword => ({ read: set(countOf, slot) });
const inner = (slot: SchemaSlot, from: Draft = 4): Keyword => ({ from, read: set(schemaOf, slot) });
const list = (slot: 'prefix' | 'allOf' | 'anyOf' | 'oneOf', from: Draft = 4): Keyword => ({
  from,
  read: set(schemasOf, slot),
});
/** Read for what may be wrong in them; what they hold is found by those that refer to it. */
const definitions: Keyword = { read: (use) => void namedSchemas(use) };

/** What is not here, validators pass over. */
export const keywords: Readonly<Record<string, Keyword>> = {
  type: { read: readTypes },
  enum: {
    read: (use) => {
      const { value } = use.spot;
      if (value.kind !== 'array') invalid(use, 'a list of values');
      else restrict(use.schema, value.items);
    },
  },
  const: { from: 6, read: ({ schema, spot }) => restrict(schema, [spot.value]) },
  minimum: { read: limit('lower', false) },
  maximum: { read: limit('upper', false) },
  exclusiveMinimum: { from: 6, read: limit('lower', true) },
  exclusiveMaximum: { from: 6, read: limit('upper', true) },
  multipleOf: {
    read: (use) => {
      const unit = numberOf(use);
      if (unit && compareDecimals(unit, decimal(0n)) <= 0) invalid(use, 'a number above 0');
      else if (unit) use.schema.multipleOf = unit;
    },
  },
  minLength: count('minLength'),
  maxLength: count('maxLength'),
  pattern: {
    read: (use) => {
      const { value } = use.spot;
      const pattern = value.kind === 'string' ? checkedPattern(use, value.value) : invalid(use, 'a text');
      if (pattern !== undefined) use.schema.pattern = pattern;
    },
  },
  items: { read: readItems },
  prefixItems: list('prefix', 2020),
  contains: { from: 6, read: readContains },
  minContains: { from: 2019, read: (use) => void countOf(use) },
  maxContains: { from: 2019, read: (use) => void countOf(use) },
  minItems: count('minItems'),
  maxItems: count('maxItems'),
  uniqueItems: { read: set(flagOf, 'unique') },
  properties: { read: set(namedSchemas, 'properties') },
  patternProperties: { read: readPatterns },
  additionalProperties: inner('additional'),
  required: { read: set(textsOf, 'required') },
  propertyNames: inner('names', 6),
  minProperties: count('minProperties'),
  maxProperties: count('maxProperties'),
  dependencies: { read: readDependencies },
  dependentRequired: { from: 2019, read: readDependentRequired },
  dependentSchemas: { from: 2019, read: readDependentSchemas },
  allOf: list('allOf'),
  anyOf: list('anyOf'),
  oneOf: list('oneOf'),
  not: inner('not'),
  if: inner('if', 7),
  // biome-ignore lint/suspicious/noThenProperty: it is the keyword.
  then: inner('then', 7),
  else: inner('else', 7),
  unevaluatedProperties: inner('unevaluatedProperties', 2019),
  unevaluatedItems: inner('unevaluatedItems', 2019),
  definitions,
  $defs: { from: 2019, ...definitions },
  default: {
    read: ({ schema }) => {
      schema.hasDefault = true;
    },
  },
  format: {
    read: ({ schema, spot }) => {
      if (spot.value.kind === 'string') schema.format = spot.value.value;
    },
  },
  contentEncoding: { from: 7, read: readContent },
  contentMediaType: { from: 7, read: readContent },
};

/** Of the keywords that say what a value must be; the others may stand beside a `$ref` in any draft. */
export function isAssertion(key: string): boolean {
  return (
    Object.hasOwn(keywords, key) &&
    !['definitions', '$defs', 'default', 'format', 'contentEncoding', 'contentMediaType'].includes(key)
  );
}
