import { describe, expect, it } from 'vitest';
import { differencesOf } from '../../../src/compat/sameness.ts';

const json = (value: unknown) => JSON.stringify(value);
const record = (more: object, ...fields: object[]) => json({ type: 'record', name: 'O', ...more, fields });
const id = { name: 'id', type: 'string' };
const field = (more: object) => record({}, { ...id, ...more });
const enumOf = (more: object) => record({}, { name: 'e', type: { type: 'enum', name: 'E', symbols: ['A'], ...more } });

describe('one Avro schema', () => {
  it.each([
    { it: 'in other white space', one: field({}), other: JSON.stringify(JSON.parse(field({})), null, 2) },
    {
      it: 'in another order of keys',
      one: '{"type":"fixed","name":"F","size":1}',
      other: '{"size":1,"name":"F","type":"fixed"}',
    },
    { it: 'behind a byte order mark', one: field({}), other: `\uFEFF${field({})}` },
    {
      it: 'with its namespace in its name',
      one: record({ namespace: 'a.b' }, id),
      other: record({ name: 'a.b.O' }, id),
    },
    {
      it: 'with the namespace around it spelled again',
      one: record(
        { namespace: 'a' },
        { name: 'x', type: { type: 'fixed', name: 'F', size: 1 } },
        { name: 'y', type: 'F' },
      ),
      other: record(
        { namespace: 'a' },
        { name: 'x', type: { type: 'fixed', name: 'F', namespace: 'a', size: 1 } },
        { name: 'y', type: 'a.F' },
      ),
    },
    {
      it: 'with the namespace of its aliases spelled',
      one: record({ namespace: 'a', aliases: ['P'] }),
      other: record({ namespace: 'a', aliases: ['a.P'] }),
    },
    { it: 'with a primitive type as an object', one: field({}), other: field({ type: { type: 'string' } }) },
    { it: 'with the order that is the default', one: field({}), other: field({ order: 'ascending' }) },
    { it: 'with null for what is not there', one: field({}), other: field({ doc: null, aliases: [] }) },
    {
      it: 'with a number in other digits',
      one: field({ type: 'double', default: 10 }),
      other: field({ type: 'double', default: 10 }).replace('10', '1e1'),
    },
    { it: 'in the same words, though it is no schema', one: '{bad', other: ' {bad\r\n' },
  ])('is the same $it', ({ one, other }) => {
    expect(differencesOf('Avro', one, other)).toEqual([]);
    expect(differencesOf('Avro', other, one)).toEqual([]);
  });

  it.each([
    { it: 'with a default of an enum', one: enumOf({ default: 'A' }), other: enumOf({}), at: '/fields/0/type/default' },
    { it: 'with an alias of a field', one: field({ aliases: ['i'] }), other: field({}), at: '/fields/0/aliases' },
    { it: 'with an alias of a record', one: record({ aliases: ['P'] }), other: record({}), at: '/aliases' },
    { it: 'with a default of null', one: field({ default: null }), other: field({}), at: '/fields/0/default' },
    { it: 'with another namespace', one: record({ namespace: 'a' }), other: record({ namespace: 'b' }), at: '/name' },
    { it: 'with another order', one: field({ order: 'ignore' }), other: field({}), at: '/fields/0/order' },
    {
      it: 'with another default below',
      one: field({ default: { a: { doc: 1 } } }),
      other: field({ default: { a: {} } }),
      at: '/fields/0/default/a/doc',
    },
    {
      it: 'with a number that differs past 2^53',
      one: field({ default: 0 }).replace(':0', ':9007199254740993'),
      other: field({ default: 0 }).replace(':0', ':9007199254740992'),
      at: '/fields/0/default',
    },
    {
      it: 'with one symbol more',
      one: enumOf({ symbols: ['A', 'B'] }),
      other: enumOf({}),
      at: '/fields/0/type/symbols/1',
    },
    {
      it: 'with a text for a number',
      one: field({ default: '1' }),
      other: field({ default: 1 }),
      at: '/fields/0/default',
    },
    { it: 'beside no schema', one: '"int"', other: '{bad', at: '' },
  ])('is another one $it', ({ one, other, at }) => {
    expect(differencesOf('Avro', one, other)).toEqual([{ path: at, matters: true }]);
    expect(differencesOf('Avro', other, one)).toEqual([{ path: at, matters: true }]);
  });

  it.each([
    { it: 'documentation', one: record({ doc: 'x' }), at: '/doc' },
    {
      it: 'documentation of a field',
      one: record({}, { ...id, doc: 'x' }),
      other: record({}, id),
      at: '/fields/0/doc',
    },
    {
      it: 'a name of an array',
      one: field({ type: { type: 'array', items: 'int', name: 'A' } }),
      other: field({ type: { type: 'array', items: 'int' } }),
      at: '/fields/0/type/name',
    },
    {
      it: 'aliases of a map among others',
      one: field({ type: ['null', { type: 'map', values: 'int', aliases: ['A'] }] }),
      other: field({ type: ['null', { type: 'map', values: 'int' }] }),
      at: '/fields/0/type/1/aliases',
    },
    {
      it: 'a size of a number',
      one: field({ type: { type: 'int', logicalType: 'date', size: 1 } }),
      other: field({ type: { type: 'int', logicalType: 'date' } }),
      at: '/fields/0/type/size',
    },
    { it: 'symbols of a record', one: record({ symbols: ['A'] }), at: '/symbols' },
    { it: 'symbols of a field', one: field({ symbols: ['A'] }), other: field({}), at: '/fields/0/symbols' },
    { it: 'attributes of one’s own', one: record({ owner: { type: 'team' } }), at: '/owner' },
  ])('is another one with $it, on which nobody acts', ({ one, other = record({}), at }) => {
    expect(differencesOf('Avro', one, other)).toEqual([{ path: at, matters: false }]);
  });
});

describe('another format', () => {
  it.each([
    {
      it: 'the order of keys in JSON Schema',
      format: 'JSONSchema',
      one: '{"a":1,"b":[2]}',
      other: '{ "b":[2],"a":1.0 }',
      at: [],
    },
    {
      it: 'nothing of a namespace in JSON Schema',
      format: 'JSONSchema',
      one: '{"name":"a.b"}',
      other: '{"name":"b","namespace":"a"}',
      at: ['/name', '/namespace'],
    },
    {
      it: 'no list for an object in JSON Schema',
      format: 'JSONSchema',
      one: '{"const":[]}',
      other: '{"const":{}}',
      at: ['/const'],
    },
    {
      it: 'nothing under a key with a slash or a tilde, in a proper pointer',
      format: 'JSONSchema',
      one: '{"properties":{"a/b~c":{"default":1}}}',
      other: '{"properties":{"a/b~c":{}}}',
      at: ['/properties/a~1b~0c/default'],
    },
    {
      it: 'nothing under a slash in the default of Avro, in a proper pointer',
      format: 'Avro',
      one: field({ type: { type: 'map', values: 'int' }, default: { 'a/b': 1 } }),
      other: field({ type: { type: 'map', values: 'int' }, default: { 'a/b': 2 } }),
      at: ['/fields/0/default/a~1b'],
    },
    {
      it: 'line ends and indents in what is no Protobuf',
      format: 'Protobuf',
      one: 'a;\n\n  b;\n',
      other: 'a;\r\nb;',
      at: [],
    },
    {
      it: 'no white space within a line of what is no Protobuf',
      format: 'Protobuf',
      one: 'a = "b c"',
      other: 'a = "b  c"',
      at: [''],
    },
  ] as const)('passes over $it', ({ format, one, other, at }) => {
    expect(differencesOf(format, one, other).map(({ path }) => path)).toEqual(at);
  });

  const base = { type: 'object', properties: { title: { type: 'string' } } };
  it.each([
    { it: 'a title', more: { title: 'Order' }, matters: false },
    { it: 'a keyword of one’s own', more: { 'x-owner': { type: 'team' } }, matters: false },
    {
      it: 'a description in a property',
      more: { properties: { title: { type: 'string', description: 'x' } } },
      matters: false,
    },
    { it: 'examples in an alternative', more: { anyOf: [{ examples: [1] }, true] }, matters: true },
    { it: 'a property that is called like a text for people', more: { properties: {} }, matters: true },
    { it: 'a default in a property', more: { properties: { title: { type: 'string', default: '' } } }, matters: true },
    { it: 'a format', more: { format: 'date' }, matters: true },
    { it: 'a limit in a definition', more: { definitions: { title: { maximum: 1 } } }, matters: true },
  ])('says of $it in JSON Schema whether somebody acts upon it', ({ more, matters }) => {
    const differences = differencesOf('JSONSchema', json({ ...base, ...more }), json(base));
    expect(differences.map((difference) => difference.matters)).toEqual([matters]);
  });

  it('passes over examples below an alternative that is there in both', () => {
    const [one, other] = [{ anyOf: [{ examples: [1] }] }, { anyOf: [{ examples: [2] }] }].map(json);
    expect(differencesOf('JSONSchema', one ?? '', other ?? '')).toEqual([
      { path: '/anyOf/0/examples/0', matters: false },
    ]);
  });
});

describe('one Protobuf schema', () => {
  const proto = (body: string) => `syntax = "proto3"; package shop; ${body}`;
  const same = (one: string, other: string) =>
    differencesOf('Protobuf', proto(one), proto(other)).map(({ path }) => path);

  it.each([
    { it: 'in other white space', one: 'message A{int32 a=1;}', other: 'message A {\n  int32 a = 1;\n}\n' },
    {
      it: 'without its comments',
      one: '// of an order\nmessage A { int32 a = 1; /* its number */ }',
      other: 'message A { int32 a = 1; }',
    },
    {
      it: 'with its fields in another order',
      one: 'message A { int32 a = 1; int32 b = 2; }',
      other: 'message A { int32 b = 2; int32 a = 1; }',
    },
    {
      it: 'with names and their package',
      one: 'message A { B b = 1; } message B {}',
      other: 'message A { .shop.B b = 1; } message B {}',
    },
    {
      it: 'with the JSON name that it has anyway',
      one: 'message A { int32 a_b = 1; }',
      other: 'message A { int32 a_b = 1 [json_name = "aB"]; }',
    },
    {
      it: 'with what is reserved in other words',
      one: 'message A { reserved 2, 3, 7; }',
      other: 'message A { reserved 7; reserved 2 to 3; }',
    },
    {
      it: 'with its options in another order',
      one: 'option java_package = "x"; option deprecated = true;',
      other: 'option deprecated = true; option java_package = "x";',
    },
  ])('is the same $it', ({ one, other }) => expect(same(one, other)).toEqual([]));

  it.each([
    { it: 'number', one: 'message A { int32 a = 1; }', other: 'message A { int32 a = 2; }', at: '/A/a/number' },
    { it: 'label', one: 'message A { int32 a = 1; }', other: 'message A { optional int32 a = 1; }', at: '/A/a/label' },
    {
      it: 'option',
      one: 'message A { int32 a = 1; }',
      other: 'message A { int32 a = 1 [deprecated = true]; }',
      at: '/A/a/options/deprecated',
    },
    {
      it: 'oneof',
      one: 'message A { oneof o { int32 a = 1; } }',
      other: 'message A { oneof p { int32 a = 1; } }',
      at: '/A/(oneofs)/o',
    },
    {
      it: 'order of messages',
      one: 'message A {} message B {}',
      other: 'message B {} message A {}',
      at: '/(messages)/0',
    },
    {
      it: 'first value of an enum',
      one: 'enum E { option allow_alias = true; X = 0; Y = 0; }',
      other: 'enum E { option allow_alias = true; Y = 0; X = 0; }',
      at: '/E/(first)',
    },
    {
      it: 'service',
      one: 'message A {} service S { rpc R (A) returns (A); }',
      other: 'message A {} service S {}',
      at: '/(others)/0',
    },
    {
      it: 'key of a map',
      one: 'message A { map<string, int32> a = 1; }',
      other: 'message A { map<bool, int32> a = 1; }',
      at: '/A/a/type',
    },
    { it: 'import', one: 'import public "b.proto";', other: 'import "b.proto";', at: '/(imports)/b.proto' },
  ])('is another one with another $it', ({ one, other, at }) => expect(same(one, other)).toContain(at));

  it('is compared as text if it has a name twice', () => {
    expect(same('message A { int32 a = 1; int32 a = 2; }', 'message A { int32 a = 2; int32 a = 1; }')).toEqual(['']);
  });
});
