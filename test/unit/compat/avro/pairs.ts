import fc from 'fast-check';
import type { FieldJson, SchemaJson } from './resolver.ts';

/** Few names, so that what is made by chance meets; those of types are full, as the resolver takes them. */
const fieldNames = ['x', 'y', 'z'];
const primitives = ['null', 'boolean', 'int', 'long', 'float', 'double', 'string', 'bytes'];

const { tree } = fc.letrec<{ tree: SchemaJson; leaf: SchemaJson; field: FieldJson; enum: SchemaJson }>((tie) => ({
  leaf: fc.oneof(
    fc.constantFrom(...primitives),
    tie('enum'),
    fc.record({
      type: fc.constant('fixed' as const),
      name: fc.constantFrom('m.F', 'n.F', 'm.G'),
      size: fc.constantFrom(1, 2),
      aliases: fc.constantFrom<string[]>([], [], ['m.F']),
    }),
    fc.record({
      ...{ type: fc.constant('bytes' as const), logicalType: fc.constant('decimal' as const) },
      ...{ precision: fc.constantFrom(4, 5), scale: fc.constantFrom(0, 2) },
    }),
    // Of the record around it, if there is one.
    fc.constantFrom('m.R', 'n.R', 'm.S'),
  ),
  enum: fc.record(
    {
      type: fc.constant('enum' as const),
      name: fc.constantFrom('m.E', 'n.E'),
      symbols: fc.subarray(['A', 'B', 'C'], { minLength: 1 }),
      default: fc.constant('A'),
    },
    { requiredKeys: ['type', 'name', 'symbols'] },
  ),
  field: fc.record(
    {
      name: fc.constantFrom(...fieldNames),
      aliases: fc.subarray(fieldNames, { maxLength: 1 }),
      type: tie('tree'),
      default: fc.constant('some'),
    },
    { requiredKeys: ['name', 'type'] },
  ),
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    { arbitrary: tie('leaf'), weight: 3 },
    { arbitrary: fc.array(tie('tree'), { minLength: 1, maxLength: 4 }), weight: 2 },
    { arbitrary: fc.record({ type: fc.constant('array' as const), items: tie('tree') }), weight: 1 },
    { arbitrary: fc.record({ type: fc.constant('map' as const), values: tie('tree') }), weight: 1 },
    {
      arbitrary: fc.record({
        type: fc.constant('record' as const),
        name: fc.constantFrom('m.R', 'n.R', 'm.S'),
        aliases: fc.constantFrom<string[]>([], [], ['m.S'], ['m.R']),
        fields: fc.array(tie('field'), { maxLength: 3 }),
      }),
      weight: 3,
    },
  ),
}));

/** A schema that is right, from one that was put together by chance. */
class Righting {
  readonly #defined = new Set<string>();

  right(schema: SchemaJson): SchemaJson {
    if (typeof schema === 'string') return primitives.includes(schema) || this.#defined.has(schema) ? schema : 'int';
    if (Array.isArray(schema)) return this.#rightUnion(schema);
    switch (schema.type) {
      case 'array':
        return { ...schema, items: this.right(schema.items) };
      case 'map':
        return { ...schema, values: this.right(schema.values) };
      case 'enum':
      case 'fixed':
      case 'record':
        return this.#rightNamed(schema);
      default:
        return schema;
    }
  }

  #rightNamed(schema: Extract<SchemaJson, { name: string }>): SchemaJson {
    if (this.#defined.has(schema.name)) return schema.name;
    this.#defined.add(schema.name);
    if (schema.type === 'enum') {
      const { default: given, ...rest } = schema;
      return given !== undefined && schema.symbols.includes(given) ? schema : rest;
    }
    if (schema.type === 'fixed') return schema;
    const fields: FieldJson[] = [];
    for (const field of schema.fields) {
      if (fields.some(({ name }) => name === field.name)) continue;
      const aliases = (field.aliases ?? []).filter((alias) => alias !== field.name);
      fields.push(rightDefault({ ...field, aliases, type: this.right(field.type) }));
    }
    return { ...schema, fields };
  }

  #rightUnion(branches: readonly SchemaJson[]): SchemaJson {
    const seen = new Set<string>();
    return flat(branches).flatMap((branch) => {
      const key = typeof branch === 'string' ? this.right(branch) : 'name' in branch ? branch.name : branch.type;
      if (seen.has(String(key))) return [];
      seen.add(String(key));
      return [this.right(branch)];
    });
  }
}

/** Without unions in unions. */
function flat(branches: readonly SchemaJson[]): Exclude<SchemaJson, SchemaJson[]>[] {
  return branches.flatMap((branch) => (Array.isArray(branch) ? flat(branch) : [branch]));
}

function rightDefault(field: FieldJson): FieldJson {
  const { default: given, ...rest } = field;
  const value = given === undefined ? undefined : defaultOf(field.type);
  return value === undefined ? rest : { ...rest, default: value };
}

/** `undefined`: of a record, which may need more than is known here. */
function defaultOf(type: SchemaJson): unknown {
  if (typeof type === 'string') return simpleDefaults[type];
  if (Array.isArray(type)) return type[0] === undefined ? undefined : defaultOf(type[0]);
  switch (type.type) {
    case 'array':
      return [];
    case 'map':
      return {};
    case 'enum':
      return type.symbols[0];
    case 'fixed':
      return 'd'.repeat(type.size);
    case 'bytes':
      return '';
    default:
      return undefined;
  }
}

const simpleDefaults: Readonly<Record<string, unknown>> = {
  ...{ null: null, boolean: false, int: 0, long: 0, float: 0, double: 0, string: '', bytes: '' },
};

const right = (schema: SchemaJson) => new Righting().right(schema);

export const anySchema: fc.Arbitrary<SchemaJson> = tree.map(right);

type Edit = (part: SchemaJson) => SchemaJson;

/** What a reader may do without harm. */
const widen: Edit = (part) => {
  if (part === 'int') return 'long';
  if (part === 'string') return 'bytes';
  return Array.isArray(part) ? [...part, 'boolean'] : ['null', part];
};

/** The schema with its n-th part changed. */
function edited(schema: SchemaJson, at: number, edit: Edit): SchemaJson {
  let left = at;
  const walk = (part: SchemaJson): SchemaJson => {
    if (left-- === 0) return edit(part);
    if (typeof part === 'string') return part;
    if (Array.isArray(part)) return part.map(walk);
    if (part.type === 'array') return { ...part, items: walk(part.items) };
    if (part.type === 'map') return { ...part, values: walk(part.values) };
    if (part.type !== 'record') return part;
    return { ...part, fields: part.fields.map((field) => ({ ...field, type: walk(field.type) })) };
  };
  return walk(schema);
}

const anyEdit: fc.Arbitrary<Edit> = fc.oneof(
  fc.constant(widen),
  tree.map((other) => () => other),
);

/** Two schemas that differ in a part or two, or in everything. */
export const anyPair: fc.Arbitrary<{ reader: SchemaJson; writer: SchemaJson }> = fc
  .tuple(tree, fc.array(fc.tuple(fc.nat(12), anyEdit), { minLength: 1, maxLength: 2 }), tree, fc.nat(9))
  .map(([base, edits, stranger, chance]) => {
    const next = edits.reduce((schema, [at, edit]) => edited(schema, at, edit), base);
    return { writer: right(base), reader: right(chance === 0 ? stranger : next) };
  });
