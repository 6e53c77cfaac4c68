import { describe, expect, it } from 'vitest';
import { type AvroRule, avroRules } from '../../../../src/compat/avro/rules.ts';
import { checkCompatibility } from '../../../../src/compat/check.ts';
import type { Direction } from '../../../../src/compat/problem.ts';
import { covering, isRead, type SchemaJson } from './resolver.ts';

const record = (...fields: unknown[]) => ({ type: 'record', name: 'Order', fields }) as SchemaJson;
const field = (type: unknown, extra: Record<string, unknown> = {}) => ({ name: 'total', type, ...extra });
const other = { name: 'id', type: 'string' };
const money = (...fields: unknown[]) => ({ type: 'record', name: 'Money', fields });
const colour = (symbols: string[], extra: Record<string, unknown> = {}) => ({
  ...{ type: 'enum', name: 'Colour', symbols },
  ...extra,
});
const fixed = (size: number, name = 'Hash') => ({ type: 'fixed', name, size });
const decimal = (precision: number, scale: number) => ({ type: 'bytes', logicalType: 'decimal', precision, scale });
const long = (logicalType: string) => ({ type: 'long', logicalType });

interface Row {
  it: string;
  writer: unknown;
  reader: unknown;
  /** Nothing: the pair is compatible and there is nothing to say. */
  rule?: AvroRule;
  /** In the reader, and in the writer where that is another one. */
  path?: string | { reader: string; writer: string };
  says?: string;
}

/** What a field is written as and read as. */
const values: readonly Row[] = [
  { it: 'reads what it knows', writer: 'int', reader: 'int' },
  ...['int long', 'int double', 'float double', 'string bytes'].map((pair) => {
    const [writer, reader] = pair.split(' ');
    return { it: `promotes ${writer} to ${reader}`, writer, reader };
  }),
  ...['int float', 'long float', 'long double'].map((pair) => {
    const [writer, reader] = pair.split(' ');
    const rule = 'AvroNumberLosesDigits' as const;
    return { it: `promotes ${writer} to ${reader}, with a loss`, writer, reader, rule };
  }),
  { it: 'takes bytes for text', writer: 'bytes', reader: 'string', rule: 'AvroBytesReadAsText' },
  ...['long int', 'double float', 'float long', 'boolean int', 'string int', 'null string'].map((pair) => {
    const [writer, reader] = pair.split(' ');
    const says = `is written as ${writer} and read as ${reader}`;
    return { it: `does not read ${writer} as ${reader}`, writer, reader, rule: 'AvroTypeChanged' as const, says };
  }),
  {
    it: 'reads no array as a map',
    writer: { type: 'array', items: 'int' },
    reader: { type: 'map', values: 'int' },
    rule: 'AvroTypeChanged',
  },
  { it: 'reads no enum as text', writer: colour(['RED']), reader: 'string', rule: 'AvroTypeChanged' },
  {
    it: 'reads no record as a fixed of its name',
    writer: { ...money(), name: 'Hash' },
    reader: fixed(4),
    rule: 'AvroTypeChanged',
  },
  { it: 'promotes items', writer: { type: 'array', items: 'int' }, reader: { type: 'array', items: 'long' } },
  {
    it: 'looks into items',
    writer: { type: 'array', items: 'string' },
    reader: { type: 'array', items: 'long' },
    ...{ rule: 'AvroTypeChanged', path: '/fields/0/type/items', says: 'an item of field "total"' },
  },
  {
    it: 'looks into values of maps',
    writer: { type: 'map', values: 'string' },
    reader: { type: 'map', values: 'long' },
    ...{ rule: 'AvroTypeChanged', path: '/fields/0/type/values', says: 'a value of field "total"' },
  },
  // Enums.
  { it: 'reads symbols in another order', writer: colour(['RED', 'BLUE']), reader: colour(['BLUE', 'GREEN', 'RED']) },
  {
    it: 'does not read a symbol that it has not',
    writer: colour(['RED', 'BLUE']),
    reader: colour(['RED']),
    ...{
      rule: 'AvroEnumSymbolMissing',
      path: '/fields/0/type',
      says: 'enum "Colour" has no default and no symbol "BLUE"',
    },
  },
  {
    it: 'takes its default for a symbol that it has not',
    writer: colour(['RED', 'BLUE']),
    reader: colour(['RED'], { default: 'RED' }),
    ...{ rule: 'AvroEnumSymbolReplaced', says: 'it takes symbol "BLUE" of enum "Colour" for its default "RED"' },
  },
  {
    it: 'takes no default of the field for it',
    writer: colour(['RED', 'BLUE']),
    reader: colour(['RED']),
    rule: 'AvroEnumSymbolMissing',
  },
  {
    it: 'reads no enum of another name',
    writer: colour(['RED']),
    reader: { ...colour(['RED']), name: 'Paint' },
    rule: 'AvroNameChanged',
  },
  // Fixed.
  { it: 'reads a fixed of its size', writer: fixed(4), reader: fixed(4) },
  {
    it: 'reads no fixed of another size',
    writer: fixed(4),
    reader: fixed(8),
    rule: 'AvroFixedSizeChanged',
    says: 'written with 4 bytes and read with 8',
  },
  { it: 'reads no fixed of another name', writer: fixed(4), reader: fixed(4, 'Sum'), rule: 'AvroNameChanged' },
  // Names.
  {
    it: 'reads a record of another namespace',
    writer: { ...money(), name: 'a.Money' },
    reader: { ...money(), name: 'b.Money' },
    ...{ rule: 'AvroNamespaceChanged', path: '/fields/0/type' },
  },
  {
    it: 'reads a record by an alias',
    writer: money(),
    reader: { ...money(), name: 'Price', aliases: ['Money'] },
    ...{ rule: 'AvroAliasNeeded', says: 'record "Money" is found by an alias' },
  },
  {
    it: 'takes no alias of the writer',
    writer: { ...money(), name: 'Price', aliases: ['Money'] },
    reader: money(),
    rule: 'AvroNameChanged',
  },
  {
    it: 'reads a fixed by an alias',
    writer: fixed(4),
    reader: { ...fixed(4, 'Sum'), aliases: ['Hash'] },
    rule: 'AvroAliasNeeded',
  },
  // Records in records.
  {
    it: 'needs a default in a record of a record',
    writer: money({ name: 'amount', type: 'long' }),
    reader: money({ name: 'amount', type: 'long' }, { name: 'currency', type: 'string' }),
    ...{ rule: 'AvroFieldWithoutDefault', path: { reader: '/fields/0/type/fields/1', writer: '/fields/0/type' } },
  },
  {
    it: 'is content with that default',
    writer: money({ name: 'amount', type: 'long' }),
    reader: money({ name: 'amount', type: 'long' }, { name: 'currency', type: 'string', default: 'EUR' }),
  },
  // Unions.
  { it: 'reads what was no union', writer: 'string', reader: ['null', 'string'] },
  { it: 'promotes into a union', writer: 'int', reader: ['string', 'long'] },
  { it: 'promotes into a union with a loss', writer: 'int', reader: ['null', 'float'], rule: 'AvroNumberLosesDigits' },
  {
    it: 'reads two records as one that has the alias of the other',
    writer: [{ ...money({ name: 'sum', type: 'long' }), name: 'Price' }, money()],
    reader: [{ ...money({ name: 'sum', type: 'long', default: 0 }), aliases: ['Price'] }],
    rule: 'AvroAliasNeeded',
  },
  {
    it: 'takes an alias without a namespace for one of the namespace of its type',
    writer: { ...money(), name: 'a.Money' },
    reader: { ...money(), name: 'b.Price', aliases: ['Money'] },
    rule: 'AvroNameChanged',
  },
  { it: 'reads a union in another order', writer: ['null', 'string'], reader: ['string', 'null'] },
  { it: 'reads a union that has grown', writer: ['null', 'int'], reader: ['null', 'int', 'string'] },
  {
    it: 'does not read what a union has no branch for',
    writer: 'boolean',
    reader: ['null', 'string'],
    ...{ rule: 'AvroUnionBranchMissing', says: 'may be written as boolean, and no branch of the union is for it' },
  },
  {
    it: 'does not read a union that has shrunk',
    writer: ['null', 'int', 'string'],
    reader: ['null', 'int'],
    ...{ rule: 'AvroUnionBranchMissing', path: { reader: '/fields/0/type', writer: '/fields/0/type/2' } },
  },
  {
    it: 'does not read null where it expects a value',
    writer: ['null', 'string'],
    reader: 'string',
    ...{ rule: 'AvroUnionBranchMissing', says: 'may be written as null, and is read as string only' },
  },
  {
    it: 'reads a union whose branches all promote',
    writer: ['int', 'long'],
    reader: 'double',
    rule: 'AvroNumberLosesDigits',
  },
  { it: 'reads a union of one', writer: ['string'], reader: 'string' },
  {
    it: 'looks into the branch that a name chooses',
    writer: ['null', money({ name: 'amount', type: 'long' })],
    reader: ['null', money({ name: 'amount', type: 'string' })],
    ...{ rule: 'AvroTypeChanged', path: '/fields/0/type/1/fields/0/type' },
  },
  {
    it: 'finds no branch by fields alone',
    writer: money(),
    reader: ['null', { ...money(), name: 'Price' }],
    rule: 'AvroUnionBranchMissing',
  },
  {
    it: 'finds no branch for a fixed of another size',
    writer: fixed(4),
    reader: ['null', fixed(8)],
    rule: 'AvroUnionBranchMissing',
  },
  {
    it: 'prefers the full name',
    writer: { ...money({ name: 'amount', type: 'long' }), name: 'b.Money' },
    reader: [
      { ...money({ name: 'sum', type: 'long' }), name: 'a.Money' },
      { ...money({ name: 'amount', type: 'long' }), name: 'b.Money' },
    ],
    rule: 'AvroUnionBranchOutrun',
  },
  { it: 'prefers the same type', writer: 'int', reader: ['double', 'int'], rule: 'AvroUnionBranchOutrun' },
  { it: 'says nothing of an order that was so before', writer: ['double', 'int'], reader: ['double', 'int', 'null'] },
  // Logical types.
  {
    it: 'takes a decimal of another scale for another number',
    writer: decimal(6, 2),
    reader: decimal(6, 4),
    ...{ rule: 'AvroDecimalScaleChanged', says: 'so that 1 is read as 1e-2' },
  },
  {
    it: 'reads a decimal of another precision',
    writer: decimal(9, 2),
    reader: decimal(6, 2),
    rule: 'AvroDecimalPrecisionChanged',
  },
  { it: 'reads the same decimal', writer: decimal(9, 2), reader: decimal(9, 2) },
  {
    it: 'converts no unit',
    writer: long('timestamp-millis'),
    reader: long('timestamp-micros'),
    rule: 'AvroTimeUnitChanged',
  },
  {
    it: 'converts no unit with the type',
    writer: { type: 'int', logicalType: 'time-millis' },
    reader: long('time-micros'),
    rule: 'AvroTimeUnitChanged',
  },
  { it: 'sees a meaning come', writer: 'long', reader: long('timestamp-millis'), rule: 'AvroLogicalTypeChanged' },
  { it: 'sees a meaning go', writer: long('timestamp-millis'), reader: 'long', rule: 'AvroLogicalTypeChanged' },
  {
    it: 'sees a meaning change',
    writer: long('timestamp-millis'),
    reader: long('local-timestamp-millis'),
    rule: 'AvroLogicalTypeChanged',
  },
  {
    it: 'does not look at what the specification ignores',
    writer: 'long',
    reader: long('no-such-type'),
    rule: 'AvroLogicalTypeIgnored',
  },
];

/** What a record is written as and read as. */
const records: readonly Row[] = [
  { it: 'reads fields in another order', writer: record(other, field('int')), reader: record(field('int'), other) },
  { it: 'ignores a field that it has not', writer: record(other, field('int')), reader: record(other) },
  {
    it: 'needs a field that is not written',
    writer: record(other),
    reader: record(other, field('int')),
    ...{ rule: 'AvroFieldWithoutDefault', path: { reader: '/fields/1', writer: '' } },
  },
  {
    it: 'needs a field that may be null, too',
    writer: record(other),
    reader: record(other, field(['null', 'int'])),
    rule: 'AvroFieldWithoutDefault',
  },
  {
    it: 'is content with a default',
    writer: record(other),
    reader: record(other, field(['null', 'int'], { default: null })),
  },
  {
    it: 'reads a field by an alias',
    writer: record(field('int')),
    reader: record({ name: 'sum', type: 'int', aliases: ['total'] }),
    ...{ rule: 'AvroAliasNeeded', path: '/fields/0' },
  },
  {
    it: 'takes no alias of the writer',
    writer: record({ name: 'sum', type: 'int', aliases: ['total'] }),
    reader: record(field('int')),
    ...{ rule: 'AvroFieldWithoutDefault', path: { reader: '/fields/0', writer: '' } },
  },
  {
    it: 'takes its default for a field of another name',
    writer: record({ name: 'sum', type: 'int', aliases: ['total'] }),
    reader: record(field('int', { default: 0 })),
    ...{ rule: 'AvroRenameNotSeen', path: '/fields/0', says: 'is written as "sum", so that it takes its default' },
  },
  {
    it: 'knows not which of two fields an alias means',
    writer: record(other, field('int'), { name: 'sum', type: 'int' }),
    reader: record({ name: 'sum', type: 'int', aliases: ['total'] }),
    ...{ rule: 'AvroFieldAliasAmbiguous', path: { reader: '/fields/0', writer: '/fields/2' } },
  },
  {
    it: 'reads records of itself',
    writer: record(field(['null', 'Order'])),
    reader: record(field(['null', 'Order'], { default: null })),
  },
  {
    it: 'looks at records of itself once',
    writer: record(field(['null', 'Order']), { name: 'n', type: 'int' }),
    reader: record(field(['null', 'Order']), { name: 'n', type: 'string' }),
    ...{ rule: 'AvroTypeChanged', path: '/fields/1/type' },
  },
  {
    it: 'sorts in another way',
    writer: record(field('int')),
    reader: record(field('int', { order: 'descending' })),
    rule: 'AvroOrderChanged',
  },
  { it: 'reads no record of another name', writer: money(), reader: record(), rule: 'AvroNameChanged', path: '' },
];

const rows = [
  ...values.map((row) => ({ ...row, writer: record(field(row.writer)), reader: record(field(row.reader)) })),
  ...records,
] as readonly (Row & { writer: SchemaJson; reader: SchemaJson })[];

const pathIn = (path: Row['path'], side: 'reader' | 'writer') => (typeof path === 'object' ? path[side] : path);

function problemsOf(direction: Direction, { writer, reader }: { writer: SchemaJson; reader: SchemaJson }) {
  const text = (schema: SchemaJson) => ({ text: JSON.stringify(schema), references: [] });
  const isBackward = direction === 'backward';
  return checkCompatibility({
    format: 'Avro',
    level: isBackward ? 'Backward' : 'Forward',
    candidate: text(isBackward ? reader : writer),
    versions: [text(isBackward ? writer : reader)],
  });
}

describe.each(['backward', 'forward'] as const)('%s, a reader', (direction) => {
  it.each(rows)('$it', ({ writer, reader, rule, path, says }) => {
    const { verdict, problems } = problemsOf(direction, { writer, reader });
    const compared = problems.filter((one) => one.direction !== undefined || direction === 'backward');
    const isForeign = rule === 'AvroLogicalTypeIgnored' && direction === 'forward';
    expect(compared.map((one) => one.rule)).toEqual(rule === undefined || isForeign ? [] : compared.map(() => rule));
    expect(verdict).toBe(rule !== undefined && avroRules[rule] === 'break' ? 'incompatible' : 'compatible');
    if (rule === undefined || isForeign) return;
    const [problem] = compared;
    expect(problem).toMatchObject({ severity: avroRules[rule], fix: expect.stringMatching(/\.$/) });
    const place = pathIn(path, direction === 'backward' ? 'reader' : 'writer');
    if (place !== undefined) expect(problem?.path).toBe(place);
    if (says !== undefined) expect(problem?.message).toContain(says);
  });
});

describe('data', () => {
  it.each(rows)('shows that a reader $it', (row) => {
    const breaks = row.rule !== undefined && avroRules[row.rule] === 'break';
    const data = covering(row.writer);
    expect(data).not.toEqual([]);
    expect(data.every((datum) => isRead(row, datum))).toBe(!breaks);
  });
});

it('a reader prefers an alias to a name of another namespace, and a name to both', () => {
  const named = (name: string, type: string, aliases: string[] = []) => ({
    ...money({ name: 'amount', type }),
    ...{ name, aliases },
  });
  const writer = named('a.Money', 'long') as SchemaJson;
  const [similar, alias, same] = [
    named('b.Money', 'string'),
    named('a.Price', 'long', ['Money']),
    named('a.Money', 'long'),
  ];
  const rulesOf = (...reader: unknown[]) =>
    problemsOf('backward', { writer, reader: reader as SchemaJson }).problems.map(({ rule }) => rule);
  expect(rulesOf(similar, alias).sort()).toEqual(['AvroAliasNeeded', 'AvroUnionBranchOutrun']);
  expect(rulesOf(similar, alias, same).sort()).toEqual(['AvroAliasTaken', 'AvroUnionBranchOutrun']);
  expect(rulesOf(similar).sort()).toEqual(['AvroNamespaceChanged', 'AvroTypeChanged']);
});

it('every rule between two schemas has a row', () => {
  const own: readonly string[] = [
    ...['AvroNotJson', 'AvroAttributeMissing', 'AvroAttributeInvalid', 'AvroTypeUnknown', 'AvroNameInvalid'],
    ...[
      'AvroNameDuplicate',
      'AvroUsedBeforeDefined',
      'AvroUnionInvalid',
      'AvroDefaultInvalid',
      'AvroAliasTaken',
      'AvroNamespaceInvalid',
    ],
    ...['AvroDefaultNotOfFirstBranch', 'AvroLogicalTypeIgnored', 'AvroTooLarge', 'AvroVersionUnreadable'],
  ];
  const held = new Set(rows.map((row) => row.rule));
  expect(Object.keys(avroRules).filter((rule) => !own.includes(rule) && !held.has(rule as AvroRule))).toEqual([]);
});
