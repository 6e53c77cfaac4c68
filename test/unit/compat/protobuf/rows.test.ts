import { describe, expect, it } from 'vitest';
import { checkCompatibility } from '../../../../src/compat/check.ts';
import type { ProtobufRule } from '../../../../src/compat/protobuf/rules.ts';

const text = (one: string, references: Readonly<Record<string, string>> = {}) => ({
  text: one,
  references: Object.entries(references).map(([name, reference]) => ({ name, text: reference })),
});

const check = (reader: ReturnType<typeof text>, writer: ReturnType<typeof text>) =>
  checkCompatibility({ format: 'Protobuf', level: 'Backward', candidate: reader, versions: [writer] });

const proto2 = (fields: string, more = '') => `syntax = "proto2"; message A { ${fields} } ${more}`;
const proto3 = (fields: string, more = '') => `syntax = "proto3"; message A { ${fields} } ${more}`;
const edition = (fields: string, more = '') => `edition = "2023"; ${more} message A { ${fields} }`;

interface Row {
  it: string;
  writer: string;
  reader: string;
  /** Nothing: all is read alike, and there is nothing to say. */
  rules?: readonly ProtobufRule[];
  path?: string;
  says?: string;
}

function run({ writer, reader, rules = [], path, says = '' }: Row): void {
  const { problems } = check(text(reader), text(writer));
  expect(problems.map(({ rule }) => rule)).toEqual(rules);
  if (path !== undefined) expect(problems[0]?.path).toBe(path);
  expect(problems[0]?.message ?? '').toContain(says);
}

/** What each type of number is read as without a loss; everything else breaks. */
const takenBy: Readonly<Record<string, readonly string[]>> = {
  int32: ['int64'],
  int64: [],
  uint32: ['int64', 'uint64'],
  uint64: [],
  sint32: ['sint64'],
  sint64: [],
  bool: ['int32', 'int64', 'uint32', 'uint64'],
  fixed32: [],
  sfixed32: [],
  fixed64: [],
  sfixed64: [],
  float: [],
  double: [],
  string: ['bytes'],
  bytes: [],
};

describe('a type of one value', () => {
  const types = Object.keys(takenBy);
  it.each(types)('%s is read as what holds all of its values, and as nothing else', (from) => {
    const compatible = types.filter((to) => {
      const { verdict, problems } = check(text(proto3(`${to} a = 1;`)), text(proto3(`${from} a = 1;`)));
      expect(problems).toHaveLength(to === from ? 0 : 1);
      return verdict === 'compatible' && to !== from;
    });
    expect(compatible).toEqual(takenBy[from]);
  });

  it.each<Row>([
    {
      it: 'takes an enum for an integer',
      ...{ writer: proto3('E a = 1;', 'enum E { X = 0; Y = 5; }'), reader: proto3('int32 a = 1;') },
      rules: ['ProtoTypeRead'],
    },
    {
      it: 'takes an enum with a negative value for no unsigned integer',
      ...{ writer: proto3('E a = 1;', 'enum E { X = 0; Y = -5; }'), reader: proto3('uint64 a = 1;') },
      ...{ rules: ['ProtoNumberNarrowed'], says: 'which does not hold -5' },
    },
    {
      it: 'takes an enum for bool only if 1 is all that it has beside 0',
      ...{ writer: proto3('E a = 1;', 'enum E { X = 0; Y = 2; }'), reader: proto3('bool a = 1;') },
      rules: ['ProtoNumberNarrowed'],
    },
    {
      it: 'takes an integer for an open enum',
      ...{ writer: proto3('int32 a = 1;'), reader: proto3('E a = 1;', 'enum E { X = 0; }') },
      rules: ['ProtoTypeRead'],
    },
    {
      it: 'takes an integer for no closed enum, however many values it has',
      writer: proto2('optional int32 a = 1;'),
      reader: proto2(
        'optional E a = 1;',
        'enum E { A0 = 0; A1 = 1; A2 = -1; A3 = 2; A4 = 2147483647; A5 = -2147483648; }',
      ),
      ...{ rules: ['ProtoNumberNarrowed'], says: 'which does not hold 3, as in message "A" 08 03' },
    },
    {
      it: 'takes bool for a closed enum of 0 and 1',
      ...{ writer: proto2('optional bool a = 1;'), reader: proto2('optional E a = 1;', 'enum E { A0 = 0; A1 = 1; }') },
      rules: ['ProtoTypeRead'],
    },
    {
      it: 'takes a message for no bytes',
      ...{ writer: proto3('B a = 1;', 'message B {}'), reader: proto3('bytes a = 1;', 'message B {}') },
      ...{ rules: ['ProtoTypeChanged'], says: 'written as message "B" and read as bytes, as in message "A" 0a 00' },
    },
  ])('$it', run);
});

describe('fields', () => {
  it.each<Row>([
    { it: 'may be added', writer: proto3('int32 a = 1;'), reader: proto3('int32 a = 1; string b = 2;') },
    {
      it: 'may go, if their numbers are reserved',
      ...{ writer: proto3('int32 a = 1; string b = 2;'), reader: proto3('int32 a = 1; reserved 2;') },
    },
    {
      it: 'may come in any order',
      writer: proto3('int32 a = 1; int32 b = 2;'),
      reader: proto3('int32 b = 2; int32 a = 1;'),
    },
    {
      it: 'are not to change places',
      ...{ writer: proto3('int32 a = 1; int32 b = 2;'), reader: proto3('int32 b = 1; int32 a = 2;') },
      rules: ['ProtoFieldMoved', 'ProtoFieldMoved'],
      says: 'field "a" of message "A" has number 1, and is read as "b", whose "a" has number 2',
    },
    {
      it: 'are not to take the number of one that is gone',
      ...{ writer: proto3('int32 a = 1; int32 b = 2;'), reader: proto3('int32 b = 1; reserved 2;') },
      rules: ['ProtoFieldMoved', 'ProtoFieldMoved'],
    },
    {
      it: 'keep their JSON name under another name',
      ...{ writer: proto3('int32 a_b = 1;'), reader: proto3('int32 x = 1 [json_name = "aB"];') },
      rules: ['ProtoFieldRenamed'],
    },
    {
      it: 'that are packed or not are read by everybody',
      ...{ writer: proto3('repeated int32 a = 1;'), reader: proto3('repeated int32 a = 1 [packed = false];') },
      rules: ['ProtoPackingChanged'],
    },
    {
      it: 'of packed numbers are no bytes',
      ...{ writer: proto3('repeated int32 a = 1;'), reader: proto3('repeated bytes a = 1;') },
      rules: ['ProtoTypeChanged'],
    },
    {
      it: 'that are required may become optional',
      ...{ writer: proto2('required int32 a = 1;'), reader: proto2('optional int32 a = 1;') },
    },
    {
      it: 'that are required may go, and not come',
      ...{ writer: proto2(''), reader: proto2('required int32 a = 1;') },
      rules: ['ProtoRequiredAdded'],
      says: 'is required, and is not written, as in an empty message "A"',
    },
    {
      it: 'are required by an edition too',
      writer: edition('int32 a = 1;'),
      reader: edition('int32 a = 1 [features.field_presence = LEGACY_REQUIRED];'),
      rules: ['ProtoRequiredAdded'],
    },
    {
      it: 'may be required in a message that nobody can write',
      writer: proto2('optional B b = 1;', 'message B { required B b = 1; }'),
      reader: proto2('optional B b = 1;', 'message B { required B b = 1; required int32 x = 2; }'),
    },
    {
      it: 'are compared in messages below',
      writer: proto3('B b = 1; message B { repeated C c = 2; message C { string x = 3; } }'),
      reader: proto3('B b = 1; message B { repeated C c = 2; message C { int32 x = 3; } }'),
      ...{ rules: ['ProtoTypeChanged'], path: '/A/B/C/x' },
    },
    {
      it: 'of extensions count as fields',
      writer: proto2('extensions 100 to 200;', 'extend A { optional string x = 100; }'),
      reader: proto2('extensions 100 to 200;', 'extend A { optional int32 x = 100; }'),
      rules: ['ProtoTypeChanged'],
    },
  ])('$it', run);
});

describe('oneofs', () => {
  const two = 'int32 a = 1; int32 b = 2;';
  it.each<Row>([
    { it: 'may gain a field', writer: proto3('oneof o { int32 a = 1; }'), reader: proto3(`oneof o { ${two} }`) },
    {
      it: 'may take in one field',
      writer: proto3('optional int32 a = 1;'),
      reader: proto3('oneof o { int32 a = 1; }'),
    },
    { it: 'may have another name', writer: proto3(`oneof o { ${two} }`), reader: proto3(`oneof p { ${two} }`) },
    {
      it: 'may let fields go',
      writer: proto2(`oneof o { ${two} }`),
      reader: proto2('optional int32 a = 1; optional int32 b = 2;'),
    },
    {
      it: 'are not to take in two fields',
      ...{ writer: proto2('optional int32 a = 1; optional int32 b = 2;'), reader: proto2(`oneof o { ${two} }`) },
      ...{ rules: ['ProtoOneofJoined'], says: 'as in message "A" 08 01 10 01' },
    },
    {
      it: 'are not to become one',
      writer: proto3('oneof o { int32 a = 1; } oneof p { int32 b = 2; }'),
      reader: proto3(`oneof o { ${two} }`),
      rules: ['ProtoOneofJoined'],
    },
  ])('$it', run);
});

describe('maps, lists and groups', () => {
  const entry = (more = '') => `repeated E a = 1; message E { string key = 1; int32 value = 2; ${more} }`;
  it.each<Row>([
    {
      it: 'read a map as a list of its entries',
      ...{ writer: proto3('map<string, int32> a = 1;'), reader: proto3(entry()) },
      rules: ['ProtoMapReadAsList'],
    },
    {
      it: 'read no list as a map',
      ...{ writer: proto3(entry()), reader: proto3('map<string, int32> a = 1;') },
      ...{ rules: ['ProtoListReadAsMap'], says: 'as in message "A" 0a 00 0a 00' },
    },
    {
      it: 'compare the values of maps',
      ...{ writer: proto3('map<string, int64> a = 1;'), reader: proto3('map<string, int32> a = 1;') },
      ...{ rules: ['ProtoNumberNarrowed'], path: '/A/a/value' },
    },
    {
      it: 'compare the keys of maps',
      ...{ writer: proto3('map<string, int32> a = 1;'), reader: proto3('map<int32, int32> a = 1;') },
      ...{ rules: ['ProtoTypeChanged'], path: '/A/a/key' },
    },
    {
      it: 'read a group as DELIMITED',
      writer: proto2('optional group G = 1 { optional int32 x = 1; }'),
      reader: edition('G g = 1 [features.message_encoding = DELIMITED]; message G { int32 x = 1; }'),
    },
    {
      it: 'leave maps alone where an edition delimits messages',
      writer: edition('map<string, int32> a = 1;'),
      reader: edition('map<string, int32> a = 1;', 'option features = { message_encoding: DELIMITED };'),
    },
  ])('$it', run);
});

describe('enums', () => {
  const values = (list: string) => `enum E { ${list} }`;
  it.each<Row>([
    {
      it: 'know a value by any of its names',
      writer: proto3('E a = 1;', values('X = 0; Y = 1;')),
      reader: proto3('E a = 1;', values('option allow_alias = true; X = 0; Z = 1; Y = 1;')),
    },
    {
      it: 'are not to change the places of values',
      writer: proto3('E a = 1;', values('X = 0; Y = 1; Z = 2;')),
      reader: proto3('E a = 1;', values('X = 0; Z = 1; Y = 2;')),
      rules: ['ProtoEnumValueMoved', 'ProtoEnumValueMoved'],
    },
    {
      it: 'are told once, however many fields they are of',
      writer: proto2('optional E a = 1; optional E b = 2; repeated E c = 3;', values('X = 0; Y = 1;')),
      reader: proto2('optional E a = 1; optional E b = 2; repeated E c = 3;', values('X = 0; reserved 1;')),
      ...{ rules: ['ProtoEnumValueMissing'], path: '/E' },
    },
    {
      it: 'are closed in an edition only if that is said',
      writer: edition('E a = 1; enum E { X = 0; Y = 1; }'),
      reader: edition('E a = 1; enum E { option features.enum_type = CLOSED; X = 0; reserved 1; }'),
      rules: ['ProtoEnumValueMissing', 'ProtoEnumClosed'],
    },
    {
      it: 'have their first value for a default, which zero must not become',
      writer: proto3('E a = 1;', values('X = 0; Y = 1;')),
      reader: proto2('optional E a = 1;', values('Y = 1; X = 0;')),
      rules: ['ProtoZeroLost', 'ProtoEnumClosed'],
    },
  ])('$it', run);
});

describe('a step from one syntax to the next', () => {
  it.each<Row>([
    {
      it: 'says nothing about proto2 in edition 2023',
      writer: proto2('optional int32 a = 1;'),
      reader: edition('int32 a = 1;'),
    },
    {
      it: 'says nothing about proto3 in edition 2023',
      writer: proto3('int32 a = 1; repeated int32 b = 2; string c = 3;'),
      reader: edition('int32 a = 1; repeated int32 b = 2; string c = 3;', 'option features.field_presence = IMPLICIT;'),
    },
    {
      it: 'says that proto3 cannot tell zero from nothing',
      ...{ writer: proto2('optional int32 a = 1;'), reader: proto3('int32 a = 1;') },
      ...{ rules: ['ProtoPresenceChanged'], says: 'can be told by the writer only' },
    },
  ])('$it', run);
});

describe('records', () => {
  it.each<Row>([
    { it: 'may be joined by another message', writer: 'message A {}', reader: 'message A {} message B {}' },
    {
      it: 'are compared, all that a text has',
      writer: 'message A {} message B { optional int32 x = 1; }',
      reader: 'message A {} message B { optional string x = 1; }',
      ...{ rules: ['ProtoTypeChanged'], says: 'as in message "B" 08 01' },
    },
    {
      it: 'of another name with other fields are other records',
      writer: 'message A { optional int32 a = 1; }',
      reader: 'message B { optional int32 b = 1; }',
      rules: ['ProtoMessageRemoved'],
    },
    {
      it: 'that share their first field only are other records',
      writer: 'message A { optional int32 id = 1; optional int32 a = 2; }',
      reader: 'message B { optional int32 id = 1; }',
      rules: ['ProtoMessageRemoved'],
    },
    {
      it: 'may stand within a message that does not use them',
      writer: 'message A { message B { optional int32 b = 1; } message C {} }',
      reader: 'message A { message B { optional int32 b = 1; } }',
      rules: ['ProtoMessageRemoved'],
    },
    {
      it: 'may be parts of one another',
      writer: 'message X { optional int32 x = 1; } message A { optional B b = 1; } message B { optional A a = 1; }',
      reader: 'message X { optional int32 x = 1; }',
      rules: ['ProtoMessageRemoved', 'ProtoTypeRemoved'],
    },
    {
      it: 'have types whose names begin with a dot, after a label',
      writer: 'message A { repeated B b = 1; } message B {}',
      reader: 'message A { repeated .B b = 1; } message B {}',
    },
    {
      it: 'of a version that has a number twice are not known',
      writer: 'message A { optional int32 a = 1; optional string b = 1; }',
      reader: 'message A { optional int32 a = 1; }',
      rules: ['ProtoVersionUnreadable'],
    },
    {
      it: 'hold values of enums, of whose names one moved',
      writer: 'enum E { option allow_alias = true; X = 0; A = 1; B = 1; } message M { optional E e = 1; }',
      reader: 'enum E { X = 0; B = 1; A = 2; } message M { optional E e = 1; }',
      rules: ['ProtoEnumValueMoved'],
      says: 'value "A" of enum "E" has number 1, and is read as "B"',
    },
    { it: 'pass over services', writer: 'message A {} service S { rpc R (A) returns (A) {} }', reader: 'message A {}' },
  ])('$it', run);
});

describe('references to other texts', () => {
  const order = 'syntax = "proto3"; import "money.proto"; message Order { shop.Money price = 1; }';
  const money = (fields: string) => ({ 'money.proto': `syntax = "proto3"; package shop; message Money { ${fields} }` });

  it('of each version are its own: one that moves can break', () => {
    const answer = check(text(order, money('int32 units = 1;')), text(order, money('int64 units = 1;')));
    expect(answer).toMatchObject({
      verdict: 'incompatible',
      problems: [{ rule: 'ProtoNumberNarrowed', path: 'money.proto#/Money/units', version: 1 }],
    });
    expect(
      check(text(order, money('int64 units = 1;')), text(order, money('int64 units = 1; string x = 2;'))).verdict,
    ).toBe('compatible');
  });

  it('are seen through a public import, and not through another one', () => {
    const through = (how: string) => ({
      ...money('int64 units = 1;'),
      'all.proto': `syntax = "proto3"; import ${how} "money.proto";`,
    });
    const importing = order.replace('money.proto', 'all.proto');
    expect(check(text(importing, through('public')), text(order, money('int64 units = 1;'))).verdict).toBe(
      'compatible',
    );
    expect(check(text(importing, through('')), text(order, money('int64 units = 1;'))).problems).toMatchObject([
      { rule: 'ProtoTypeUnknown', path: '/Order/price' },
      { rule: 'ProtoNotProven', path: '/Order/price' },
    ]);
  });

  it('that come with every compiler need not be given', () => {
    const dated = (type: string) =>
      text(
        `syntax = "proto3"; import "google/protobuf/${type.toLowerCase()}.proto"; message A { google.protobuf.${type} at = 1; }`,
      );
    expect(check(dated('Timestamp'), dated('Timestamp'))).toEqual({ verdict: 'compatible', problems: [] });
    expect(check(dated('Struct'), dated('Timestamp')).verdict).toBe('incompatible');
  });

  it('that are not given leave it open', () => {
    expect(check(text(order), text(order, money('')))).toMatchObject({
      verdict: 'unproven',
      problems: [{ rule: 'ProtoImportNotGiven' }, { rule: 'ProtoNotProven', path: '/Order/price' }],
    });
  });

  it('are read as strictly as the text itself', () => {
    expect(check(text(order, money('int32 units = 0;')), text(order, money('')))).toMatchObject({
      problems: [{ rule: 'ProtoNumberInvalid', path: 'money.proto#/Money/units' }],
    });
  });
});

describe('what a text may say', () => {
  it.each([
    'import "google/protobuf/descriptor.proto"; extend google.protobuf.FieldOptions { optional string mark = 50000; } message A { optional int32 a = 1 [(mark) = "x", deprecated = true]; }',
    'edition = "2024"; export message A { int32 a = 1; } local enum E { X = 0; }',
    'edition = "2023"; message A { reserved 5 to max; reserved foo, bar; string message = 1; .A option = 2; A.B b = 3; message B { A.B b = 0x4; } }',
    'syntax = "proto3"; package a.b; option java_package = "x" "y"; message A { b.A one = 1; .a.b.A two = 2; map<int32, A> three = 3; oneof o { option (x).y = { a: [1, 2] b { c: "}" } }; A four = 4; }; };',
    'enum E { option allow_alias = true; X = -1; Y = -1 [deprecated = true]; reserved -10 to -5, 7; reserved "Z"; }',
    'message A { optional double a = 1 [default = -inf]; optional bool b = 2 [default = true]; optional uint64 c = 3 [default = 0xFFFFFFFFFFFFFFFF]; optional E d = 4 [default = X]; enum E { X = 0; } oneof o { group G = 5 { optional string s = 1 [default = "\\""]; } } }',
    "/* a */ message A { // b\n optional string a = 1 [default = 'it''s']; }",
  ])('%s', (one) => {
    expect(check(text(one), text(`${one} `))).toEqual({ verdict: 'compatible', problems: [] });
  });

  it.each([
    { it: 'a text that ends', says: 'the text ends where } should be', one: 'message A {' },
    { it: 'a syntax of its own', says: 'syntax "proto4" is neither', one: 'syntax = "proto4";' },
    { it: 'a mark', says: 'there is "§"', one: 'message A { § }' },
    { it: 'a number too large for an enum', says: 'does not fit 32 bits', one: 'enum E { X = 2147483648; }' },
    { it: 'a map with keys of a message', says: 'keys of type A', one: 'message A { map<A, int32> a = 1; }' },
    {
      it: 'a list in a oneof',
      says: 'is repeated, in a oneof',
      one: 'message A { oneof o { repeated int32 a = 1; } }',
    },
    { it: 'a oneof of nothing', says: 'has no field', one: 'message A { oneof o {} }' },
    { it: 'a field without a label', says: 'has no label', one: 'message A { int32 a = 1; }' },
    {
      it: 'a label of proto2',
      says: 'which editions say by a feature',
      one: 'edition = "2023"; message A { optional int32 a = 1; }',
    },
    {
      it: 'a group in proto3',
      says: 'which only proto2 has',
      one: 'syntax = "proto3"; message A { optional group G = 1 {} }',
    },
    {
      it: 'texts that are packed',
      says: 'is no list of numbers',
      one: 'message A { repeated string a = 1 [packed = true]; }',
    },
    {
      it: 'a default out of range',
      says: 'no value of its type',
      one: 'message A { optional int32 a = 1 [default = 2147483648]; }',
    },
    {
      it: 'a feature of no meaning',
      says: 'is one of OPEN, CLOSED',
      one: 'edition = "2023"; option features.enum_type = AJAR;',
    },
    {
      it: 'a value that its neighbour has too',
      says: '"X" is there twice',
      one: 'enum E { X = 0; } enum F { X = 0; }',
    },
    {
      it: 'a number for extensions',
      says: 'is for extensions',
      one: 'message A { extensions 4 to 9; optional int32 a = 5; }',
    },
  ])('is not $it', ({ one, says }) => {
    const { verdict, problems } = check(text(one), text(''));
    expect({ verdict, said: problems[0]?.message }).toEqual({
      verdict: 'incompatible',
      said: expect.stringContaining(says),
    });
    expect(problems[0]?.message).toMatch(/\(line \d+, column \d+\)$/);
  });
});
