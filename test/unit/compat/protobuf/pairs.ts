import fc from 'fast-check';

export interface FieldMade {
  name: string;
  number: number;
  label: '' | 'optional' | 'repeated' | 'required' | 'map' | 'oneof';
  type: string;
  default: boolean;
}

export interface Made {
  syntax: 'proto2' | 'proto3' | 'closed' | 'implicit' | 'delimited';
  a: readonly FieldMade[];
  b: readonly FieldMade[];
  values: readonly { name: string; number: number }[];
}

const scalars = [
  ...['int32', 'int64', 'uint32', 'uint64', 'sint32', 'sint64', 'bool', 'fixed32', 'sfixed32', 'float'],
  ...['fixed64', 'sfixed64', 'double', 'string', 'bytes'],
];
const anyType = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...scalars) },
  { weight: 3, arbitrary: fc.constantFrom('string', 'int32', 'int64', 'E') },
  { weight: 2, arbitrary: fc.constantFrom('A', 'B', 'E') },
);
const anyLabel = fc.constantFrom<FieldMade['label'][]>('', '', 'optional', 'repeated', 'oneof', 'map', 'required');
const names = ['a', 'b', 'c', 'd', 'e', 'f'];

/** Few names and numbers, so that what is made by chance meets; mostly each name at its own number. */
const anyField: fc.Arbitrary<FieldMade> = fc
  .record({
    at: fc.nat(4),
    isOdd: fc.integer({ min: 0, max: 11 }),
    label: anyLabel,
    type: anyType,
    default: fc.integer({ min: 0, max: 5 }),
  })
  .map(({ at, isOdd, label, type, default: chance }) => {
    const name = names[isOdd === 0 ? (at + 1) % 6 : at] ?? 'a';
    return { name, number: at + 1, label, type, default: chance === 0 };
  });

const anyFields = (most: number) =>
  fc.uniqueArray(anyField, { maxLength: most, selector: ({ number }) => number }).map(distinct);

function distinct(fields: readonly FieldMade[]): readonly FieldMade[] {
  return [...new Map(fields.map((field) => [field.name, field])).values()];
}

const anyValues = fc
  .uniqueArray(fc.record({ name: fc.constantFrom('V1', 'V2', 'V3', 'V4'), number: fc.integer({ min: -1, max: 4 }) }), {
    ...{ maxLength: 4, selector: ({ number }) => number },
  })
  .map((values) => [...new Map(values.filter(({ number }) => number !== 0).map((one) => [one.name, one])).values()]);

const anySyntax = fc.constantFrom<Made['syntax'][]>(
  'proto2',
  'proto2',
  'proto3',
  'proto3',
  'closed',
  'implicit',
  'delimited',
);

export const anySchema: fc.Arbitrary<Made> = fc.record({
  syntax: anySyntax,
  a: anyFields(5),
  b: anyFields(3),
  values: anyValues,
});

type Change = (made: Made) => Made;

const anyChange: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ at: fc.nat(4), type: anyType }).map(({ at, type }) => onField(at, (field) => ({ ...field, type }))),
  fc.record({ at: fc.nat(4), label: anyLabel }).map(({ at, label }) => onField(at, (field) => ({ ...field, label }))),
  fc.record({ at: fc.nat(4) }).map(({ at }) => onField(at, (field) => ({ ...field, default: !field.default }))),
  fc.nat(4).map(
    (at): Change =>
      (made) => ({ ...made, a: made.a.filter((_, index) => index !== at) }),
  ),
  anyField.map(
    (field): Change =>
      (made) => ({ ...made, a: distinct([...made.a.filter(({ number }) => number !== field.number), field]) }),
  ),
  anyField.map(
    (field): Change =>
      (made) => ({ ...made, b: distinct([...made.b.filter(({ number }) => number !== field.number), field]) }),
  ),
  anyValues.map(
    (values): Change =>
      (made) => ({ ...made, values }),
  ),
  anySyntax.map(
    (syntax): Change =>
      (made) => ({ ...made, syntax }),
  ),
);

function onField(at: number, change: (field: FieldMade) => FieldMade): Change {
  return (made) => ({ ...made, a: made.a.map((field, index) => (index === at ? change(field) : field)) });
}

export interface Pair {
  reader: Made;
  writer: Made;
}

/** One that came of the other by few changes, or two that have nothing to do with each other. */
export const anyPair: fc.Arbitrary<Pair> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(anySchema, fc.array(anyChange, { minLength: 1, maxLength: 3 }))
      .map(([reader, changes]) => ({ reader, writer: changes.reduce((made, change) => change(made), reader) })),
  },
  { weight: 1, arbitrary: fc.record({ reader: anySchema, writer: anySchema }) },
);

const heads: Readonly<Record<Made['syntax'], string>> = {
  proto2: 'syntax = "proto2";',
  proto3: 'syntax = "proto3";',
  closed: 'edition = "2023"; option features.enum_type = CLOSED;',
  implicit: 'edition = "2023"; option features.field_presence = IMPLICIT;',
  delimited:
    'edition = "2023"; option features.message_encoding = DELIMITED; option features.repeated_field_encoding = EXPANDED;',
};

export function textOf({ syntax, a, b, values }: Made, separator = ' '): string {
  const lines = [{ name: 'V0', number: 0 }, ...values].map(({ name, number }) => `${name} = ${number};`);
  const message = (name: string, fields: readonly FieldMade[]) => {
    const inOneof = fields.filter((field) => field.label === 'oneof').map((field) => fieldText(field, syntax));
    const others = fields.filter((field) => field.label !== 'oneof').map((field) => fieldText(field, syntax));
    const oneof = inOneof.length > 0 ? [`oneof o {`, ...inOneof, '}'] : [];
    return [`message ${name} {`, ...others, ...oneof, '}'];
  };
  return [heads[syntax], ...message('A', a), ...message('B', b), 'enum E {', ...lines, '}'].join(separator);
}

function fieldText({ name, number, label, type, default: hasDefault }: FieldMade, syntax: Made['syntax']): string {
  if (label === 'map') return `map<string, ${type}> ${name} = ${number};`;
  const isSingle = label !== 'repeated' && label !== 'oneof';
  const given = hasDefault && isSingle && syntax !== 'proto3' && syntax !== 'implicit' ? defaultOf(type) : undefined;
  const options = given === undefined ? '' : ` [default = ${given}]`;
  return `${labelText(label, type, syntax)}${type} ${name} = ${number}${options};`;
}

function labelText(label: FieldMade['label'], type: string, syntax: Made['syntax']): string {
  if (label === 'oneof') return '';
  if (label === 'repeated') return 'repeated ';
  if (syntax === 'proto2') return label === 'required' ? 'required ' : 'optional ';
  return syntax === 'proto3' && label === 'optional' && type !== 'A' && type !== 'B' ? 'optional ' : '';
}

function defaultOf(type: string): string | undefined {
  if (type === 'string' || type === 'bytes') return '"x"';
  if (type === 'bool') return 'true';
  return /^[AB]$/.test(type) ? undefined : type === 'E' ? 'V0' : '7';
}
