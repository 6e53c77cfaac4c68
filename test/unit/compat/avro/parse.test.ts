import { describe, expect, it } from 'vitest';
import { parseAvro } from '../../../../src/compat/avro/reading/parse.ts';
import type { AvroRule } from '../../../../src/compat/avro/rules.ts';

const record = (...fields: unknown[]) => ({ type: 'record', name: 'shop.Order', fields });
const field = (type: unknown, extra: Record<string, unknown> = {}) => ({ name: 'total', type, ...extra });
const withDefault = (type: unknown, value: unknown) => record(field(type, { default: value }));
const money = { type: 'record', name: 'Money', fields: [{ name: 'amount', type: 'long' }] };
const colour = { type: 'enum', name: 'Colour', symbols: ['RED', 'BLUE'] };
const hash = { type: 'fixed', name: 'Hash', size: 2 };

const parse = (schema: unknown, references: readonly { name: string; schema: unknown }[] = []) =>
  parseAvro({
    text: JSON.stringify(schema),
    references: references.map((one) => ({ name: one.name, text: JSON.stringify(one.schema) })),
  });

interface Row {
  it: string;
  schema: unknown;
  finds: readonly [rule: AvroRule, path: string, says: string];
}

const wrong: readonly Row[] = [
  { it: 'a schema that is a number', schema: 1, finds: ['AvroTypeUnknown', '', 'no type'] },
  {
    it: 'a name that nobody defines',
    schema: record(field('Money')),
    finds: ['AvroTypeUnknown', '/fields/0/type', '"Money" is neither'],
  },
  { it: 'an object without a type', schema: {}, finds: ['AvroAttributeMissing', '', 'a type has no "type"'] },
  {
    it: 'a record without a name',
    schema: { type: 'record', fields: [] },
    finds: ['AvroAttributeMissing', '', 'has no "name"'],
  },
  {
    it: 'a name that is null',
    schema: { ...hash, name: null },
    finds: ['AvroAttributeMissing', '', 'has no "name"'],
  },
  {
    it: 'a record without fields',
    schema: { type: 'record', name: 'A' },
    finds: ['AvroAttributeMissing', '', 'record "A" has no "fields"'],
  },
  {
    it: 'fields that are no list',
    schema: { type: 'record', name: 'A', fields: {} },
    finds: ['AvroAttributeInvalid', '/fields', 'no list'],
  },
  { it: 'a field that is no object', schema: record('int'), finds: ['AvroAttributeInvalid', '/fields/0', 'no object'] },
  {
    it: 'a field without a name',
    schema: record({ type: 'int' }),
    finds: ['AvroAttributeMissing', '/fields/0', 'has no "name"'],
  },
  {
    it: 'a field without a type',
    schema: record({ name: 'a' }),
    finds: ['AvroAttributeMissing', '/fields/0', 'has no "type"'],
  },
  {
    it: 'an order that there is not',
    schema: record(field('int', { order: 'up' })),
    finds: ['AvroAttributeInvalid', '/fields/0', '"up" is none of'],
  },
  { it: 'a name that is no text', schema: { ...hash, name: 1 }, finds: ['AvroAttributeInvalid', '/name', 'no text'] },
  {
    it: 'aliases that are no list',
    schema: { ...hash, aliases: 'x' },
    finds: ['AvroAttributeInvalid', '/aliases', 'no list'],
  },
  {
    it: 'a type inside of "type"',
    schema: { type: { type: 'int' } },
    finds: ['AvroAttributeInvalid', '/type', 'no name'],
  },
  { it: 'an array without items', schema: { type: 'array' }, finds: ['AvroAttributeMissing', '', 'has no "items"'] },
  { it: 'a map without values', schema: { type: 'map' }, finds: ['AvroAttributeMissing', '', 'has no "values"'] },
  {
    it: 'an enum without symbols',
    schema: { type: 'enum', name: 'E' },
    finds: ['AvroAttributeMissing', '', 'has no "symbols"'],
  },
  {
    it: 'a symbol that is no text',
    schema: { ...colour, symbols: [1] },
    finds: ['AvroAttributeInvalid', '/symbols/0', 'no text'],
  },
  {
    it: 'a fixed without a size',
    schema: { type: 'fixed', name: 'F' },
    finds: ['AvroAttributeMissing', '', 'has no "size"'],
  },
  {
    it: 'a size that is no integer',
    schema: { ...hash, size: -1 },
    finds: ['AvroAttributeInvalid', '/size', 'no integer'],
  },
  {
    it: 'a dash in the name of a type',
    schema: { ...hash, name: 'a-b' },
    finds: ['AvroNameInvalid', '/name', '"a-b"'],
  },
  {
    it: 'a dash in an alias of a type',
    schema: { ...hash, aliases: ['Sum', 'old.a-b'] },
    finds: ['AvroNameInvalid', '/aliases', 'alias "old.a-b" is no name of a type'],
  },
  {
    it: 'an alias of a type without a character',
    schema: { ...colour, aliases: [''] },
    finds: ['AvroNameInvalid', '/aliases', 'is no name of a type'],
  },
  {
    it: 'a digit in front of a namespace',
    schema: { ...hash, namespace: '1a' },
    finds: ['AvroNamespaceInvalid', '/name', '"1a" is no namespace'],
  },
  {
    it: 'a dot in the name of a field',
    schema: record({ name: 'a.b', type: 'int' }),
    finds: ['AvroNameInvalid', '/fields/0', '"a.b"'],
  },
  {
    it: 'a space in a symbol',
    schema: { ...colour, symbols: ['DARK RED'] },
    finds: ['AvroNameInvalid', '/symbols/0', '"DARK RED"'],
  },
  {
    it: 'the name of a primitive',
    schema: { ...hash, name: 'a.string' },
    finds: ['AvroNameInvalid', '/name', '"string" is the name of a primitive'],
  },
  {
    it: 'two types of one name',
    schema: record(field(hash), { name: 'b', type: hash }),
    finds: ['AvroNameDuplicate', '/fields/1/type/name', '"shop.Hash" is defined twice'],
  },
  {
    it: 'two fields of one name',
    schema: record(field('int'), field('int')),
    finds: ['AvroNameDuplicate', '/fields/1', 'field "total" is there twice'],
  },
  {
    it: 'two symbols of one name',
    schema: { ...colour, symbols: ['A', 'A'] },
    finds: ['AvroNameDuplicate', '/symbols/1', 'symbol "A" is there twice'],
  },
  {
    it: 'a name that is defined later',
    schema: record(field('Hash'), { name: 'b', type: hash }),
    finds: ['AvroUsedBeforeDefined', '/fields/0/type', 'before'],
  },
  {
    it: 'a union in a union',
    schema: ['null', ['int']],
    finds: ['AvroUnionInvalid', '/1', 'a union stands in a union'],
  },
  {
    it: 'a branch twice',
    schema: ['int', { type: 'int', logicalType: 'date' }],
    finds: ['AvroUnionInvalid', '/1', 'int twice'],
  },
  {
    it: 'two arrays in a union',
    schema: [
      { type: 'array', items: 'int' },
      { type: 'array', items: 'long' },
    ],
    finds: ['AvroUnionInvalid', '/1', 'an array twice'],
  },
  {
    it: 'a default of the enum that is no symbol',
    schema: { ...colour, default: 'GREEN' },
    finds: ['AvroDefaultInvalid', '/default', '"GREEN"'],
  },
  {
    it: 'an alias that is the name of another field',
    schema: record(field('int'), { name: 'b', type: 'int', aliases: ['total'] }),
    finds: ['AvroAliasTaken', '/fields/1', '"total"'],
  },
  {
    it: 'an alias that is the name of another type',
    schema: record(field(hash), { name: 'b', type: { ...hash, name: 'Sum', aliases: ['Hash'] } }),
    finds: ['AvroAliasTaken', '/fields/1/type', 'alias "shop.Hash" of fixed "shop.Sum"'],
  },
  {
    it: 'a default of a branch further on',
    schema: withDefault(['null', 'string'], 'x'),
    finds: ['AvroDefaultNotOfFirstBranch', '/fields/0/default', '1.12'],
  },
  ...[
    ['int', 1.5],
    ['int', 2_147_483_648],
    ['int', '1'],
    ['string', null],
    ['bytes', 'Ā'],
    ['boolean', 0],
    ['null', 'null'],
    [['null', 'string'], 1],
    [colour, 'GREEN'],
    [hash, 'abc'],
    [{ type: 'array', items: 'int' }, ['a']],
    [{ type: 'array', items: 'int' }, {}],
    [{ type: 'map', values: 'int' }, { a: 'b' }],
    [money, {}],
    [money, { amount: 'x' }],
    [money, null],
  ].map(([type, value]) => ({
    it: `the default ${JSON.stringify(value)} of ${JSON.stringify(type)}`,
    schema: withDefault(type, value),
    finds: ['AvroDefaultInvalid', '/fields/0/default', 'field "total" of record "shop.Order"'] as const,
  })),
  ...[
    { type: 'string', logicalType: 'decimal', precision: 2 },
    { type: 'bytes', logicalType: 'decimal' },
    { type: 'bytes', logicalType: 'decimal', precision: 0 },
    { type: 'bytes', logicalType: 'decimal', precision: 2, scale: 3 },
    { ...hash, logicalType: 'decimal', precision: 5 },
    { ...hash, logicalType: 'duration' },
    { type: 'int', logicalType: 'timestamp-millis' },
    { type: 'long', logicalType: 'constructor' },
    { type: 'long', logicalType: 7 },
  ].map((schema) => ({
    it: `the logical type of ${JSON.stringify(schema)}`,
    schema,
    finds: ['AvroLogicalTypeIgnored', '/logicalType', 'readers ignore it'] as const,
  })),
];

const right: readonly { it: string; schema: unknown }[] = [
  ...['int', ['null', 'string'], { type: 'string' }, [], { type: 'error', name: 'E', fields: [] }].map((schema) => ({
    it: JSON.stringify(schema),
    schema,
  })),
  { it: 'attributes that mean nothing to Avro', schema: { type: 'string', 'avro.java.string': 'String', doc: 'x' } },
  { it: 'a record in itself', schema: record(field(['null', 'Order', { type: 'array', items: 'shop.Order' }])) },
  {
    it: 'a namespace that is inherited',
    schema: record(field(hash), { name: 'b', type: 'shop.Hash' }, { name: 'c', type: 'Hash' }),
  },
  { it: 'an empty namespace', schema: record(field({ ...hash, namespace: '' }), { name: 'b', type: 'Hash' }) },
  { it: 'a full name, whatever its namespace says', schema: { ...record(), name: 'a.B', namespace: '-' } },
  { it: 'one name in two namespaces', schema: record(field(hash), { name: 'b', type: { ...hash, namespace: 'b' } }) },
  { it: 'null for what may be left out', schema: { ...record(), name: 'A', namespace: null, doc: null } },
  { it: 'any text as an alias of a field', schema: record(field('int', { aliases: ['a-b', ''] })) },
  { it: 'a name that stands in an object', schema: record(field(hash), { name: 'b', type: { type: 'Hash' } }) },
  ...[
    ['long', 1],
    ['double', 1],
    ['bytes', 'ÿ\u0000'],
    [['null', 'string'], null],
    [['string', 'null'], ''],
    [colour, 'RED'],
    [hash, 'ab'],
    [{ type: 'array', items: ['null', 'int'] }, []],
    [{ type: 'map', values: 'int' }, { a: 1 }],
    [money, { amount: 1, more: 2 }],
    [{ ...money, fields: [{ name: 'amount', type: 'long', default: 0 }] }, {}],
    [{ type: 'array', items: 'Order' }, []],
  ].map(([type, value]) => ({
    it: `the default ${JSON.stringify(value)} of ${JSON.stringify(type)}`,
    schema: withDefault(type, value),
  })),
];

describe('a schema of Avro', () => {
  it.each(wrong)('is not right with $it', ({ schema, finds: [rule, path, says] }) => {
    const { findings } = parse(schema);
    expect(findings.map((one) => [one.rule, one.path])).toEqual([[rule, path]]);
    expect(findings[0]?.message).toContain(says);
    expect(findings[0]?.fix).toMatch(/\.$/);
  });

  it.each(right)('is right with $it', ({ schema }) => {
    const { schema: read, findings } = parse(schema);
    expect(findings).toEqual([]);
    expect(read).toBeDefined();
  });

  it('keeps numbers that are no doubles', () => {
    const fits = (value: string) =>
      parseAvro({
        text: `{"type":"record","name":"A","fields":[{"name":"a","type":"long","default":${value}}]}`,
        references: [],
      }).findings.length === 0;
    expect(fits('9223372036854775807')).toBe(true);
    expect(fits('9223372036854775808')).toBe(false);
    expect(fits('-9223372036854775808')).toBe(true);
    expect(fits('-9223372036854775809')).toBe(false);
    expect(fits('1e3')).toBe(false);
  });

  it('needs its default for a default that has no end', () => {
    const node = { type: 'record', name: 'Node', fields: [{ name: 'next', type: 'Node', default: {} }] };
    expect(parse(node).findings).toMatchObject([{ rule: 'AvroDefaultInvalid', path: '/fields/0/default' }]);
  });

  it('hides no mistake behind what is worth knowing', () => {
    const known = Array.from({ length: 150 }, (_, index) => ({
      name: `f${index}`,
      type: { type: 'string', logicalType: 'varchar' },
    }));
    const { findings } = parse(record(...known, { name: 'a-b', type: 'int' }));
    expect(findings).toHaveLength(101);
    expect(findings.at(-1)).toMatchObject({ rule: 'AvroNameInvalid', path: '/fields/150' });
  });

  it('has one definition of a name, the first, where it is registered with two', () => {
    const { schema } = parse(record(field(hash), { name: 'b', type: { ...hash, size: 7 } }));
    expect(schema?.named.get('shop.Hash')).toMatchObject({ size: 2 });
  });

  it('may be broken in several places, and says all', () => {
    const { findings } = parse(
      record(field('Money'), { name: 'a-b', type: 'int' }, { name: 'c', type: 'int', default: 'x' }),
    );
    expect(findings.map(({ rule }) => rule).sort()).toEqual(['AvroNameInvalid', 'AvroTypeUnknown']);
  });
});

describe('the text of a schema', () => {
  it.each([
    { it: 'nothing', text: '', line: 1, column: 1, says: 'the text ends where a JSON value is due' },
    { it: 'a word', text: 'string', line: 1, column: 1, says: '"s" stands where a JSON value is due' },
    { it: 'a comma too much', text: '{\n  "type": "int",\n}', line: 3, column: 1, says: '"}" stands where a name' },
    { it: 'a comma too few', text: '{"type": "int"\n "doc": ""}', line: 2, column: 2, says: 'where "," or "}" is due' },
    { it: 'a text without an end', text: '{"type": "int', line: 1, column: 10, says: 'does not end' },
    { it: 'a line break in a text', text: '"a\nb"', line: 1, column: 1, says: 'control character' },
    { it: 'two values', text: '"int" "int"', line: 1, column: 7, says: 'where the end of the text is due' },
    { it: 'a value after a byte order mark', text: '\uFEFFx', line: 1, column: 1, says: '"x" stands' },
  ])('says where it is no JSON: $it', ({ text, line, column, says }) => {
    const { schema, findings } = parseAvro({ text, references: [] });
    expect(schema).toBeUndefined();
    expect(findings).toMatchObject([{ rule: 'AvroNotJson', line, column, message: expect.stringContaining(says) }]);
  });

  it('may begin with a byte order mark, and has escapes', () => {
    const text = '\uFEFF{"type":"\\u0069nt", "doc":"\\"\\ud83d\\ude00"}';
    expect(parseAvro({ text, references: [] })).toMatchObject({ findings: [], schema: { root: { name: 'int' } } });
  });

  it('has a place for what is found in it', () => {
    const text = '{"type": "record", "name": "A", "fields": [\n  {"name": "a",\n   "type": "itn"}]}';
    expect(parseAvro({ text, references: [] }).findings).toMatchObject([
      { path: '/fields/0/type', line: 3, column: 12 },
    ]);
  });
});

describe('references', () => {
  const uses = record(field('com.Money'));
  const price = { type: 'record', name: 'com.Money', fields: [{ name: 'currency', type: 'Currency' }] };
  const currency = { type: 'enum', name: 'com.Currency', symbols: ['EUR'] };

  it('bring types, in any order, and once more by another way', () => {
    const money = { name: 'money', schema: price };
    const { schema, findings } = parse(uses, [money, { name: 'currency', schema: currency }, money]);
    expect(findings).toEqual([]);
    expect(schema?.named.get('com.Currency')).toMatchObject({ path: 'currency#', symbols: ['EUR'] });
  });

  it.each([
    {
      it: 'misses a type',
      references: [{ name: 'money', schema: price }],
      finds: ['AvroTypeUnknown', 'money#/fields/0/type'],
    },
    {
      it: 'defines what the schema defines',
      references: [{ name: 'order', schema: uses }],
      finds: ['AvroNameDuplicate', '/name'],
    },
  ])('are judged too: one $it', ({ references, finds: [rule, path] }) => {
    const { schema, findings } = parse(uses, references);
    expect(schema).toBeUndefined();
    expect(findings.map((one) => [one.rule, one.path])).toContainEqual([rule, path]);
  });

  it('have lines of their own', () => {
    const text = '"com.A"';
    const reference = {
      name: 'a',
      text: '{"type": "record", "name": "com.A", "fields": [\n{"name": "b", "type": "int", "default": "x"}]}',
    };
    expect(parseAvro({ text, references: [reference] }).findings).toMatchObject([
      { rule: 'AvroDefaultInvalid', path: 'a#/fields/0/default', line: 2, column: 41 },
    ]);
  });
});
