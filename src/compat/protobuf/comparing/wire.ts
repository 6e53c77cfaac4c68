import type { Enum, FieldType, Message, ScalarName } from '../schema.ts';

/** How a value is framed: by what is between two marks, its length, its size, or the last of its bytes. */
export type Framing = 'varint' | '32 bits' | '64 bits' | 'length' | 'group';

const framings: Readonly<Record<ScalarName, Framing>> = {
  ...{ int32: 'varint', int64: 'varint', uint32: 'varint', uint64: 'varint', sint32: 'varint', sint64: 'varint' },
  ...{ bool: 'varint', fixed32: '32 bits', sfixed32: '32 bits', float: '32 bits' },
  ...{ fixed64: '64 bits', sfixed64: '64 bits', double: '64 bits', string: 'length', bytes: 'length' },
};

export function framingOf(type: ScalarName | Enum | Message): Framing {
  if (typeof type === 'string') return framings[type];
  return type.kind === 'enum' ? 'varint' : 'length';
}

export type NumberType = Exclude<ScalarName, 'string' | 'bytes' | 'float' | 'double'> | Enum;

function isNumberType(type: FieldType): boolean {
  return type.kind === 'enum' || (type.kind === 'scalar' && !/^(?:string|bytes|float|double)$/.test(type.name));
}

export function numberTypeOf(type: FieldType): NumberType | undefined {
  if (type.kind === 'enum') return type;
  return type.kind === 'scalar' && isNumberType(type) ? (type.name as NumberType) : undefined;
}

const bounds = [31n, 32n, 63n, 64n].flatMap((bits) => [
  (1n << bits) - 1n,
  1n << bits,
  -(1n << bits),
  -(1n << bits) - 1n,
]);

/** Where types of numbers begin and end: two that agree on these agree on all. What is not zero comes first. */
const samples: readonly bigint[] = [1n, -1n, 2n, ...bounds, 0n];

/** Some of what may be written; of an enum, what has a name. */
export function samplesOf(type: NumberType): readonly bigint[] {
  if (typeof type !== 'string') return zeroLast(type.values.map(({ number }) => BigInt(number)));
  return samples.filter((value) => decoded(type, encoded(type, value)) === value);
}

function zeroLast(values: readonly bigint[]): readonly bigint[] {
  return [...values.filter((value) => value !== 0n), ...values.filter((value) => value === 0n)];
}

/** As it stands on the wire, as a number without sign. */
export function encoded(type: NumberType, value: bigint): bigint {
  if (type === 'sint32' || type === 'sint64') return BigInt.asUintN(64, value < 0n ? -2n * value - 1n : 2n * value);
  if (type === 'fixed32' || type === 'sfixed32') return BigInt.asUintN(32, value);
  return BigInt.asUintN(64, value);
}

/** What is read from that, as all libraries do: what does not fit is cut off. An enum does not tell what has a name. */
export function decoded(type: NumberType, raw: bigint): bigint {
  switch (type) {
    case 'bool':
      return raw === 0n ? 0n : 1n;
    case 'uint32':
    case 'fixed32':
      return BigInt.asUintN(32, raw);
    case 'uint64':
    case 'fixed64':
      return raw;
    case 'int64':
    case 'sfixed64':
      return BigInt.asIntN(64, raw);
    case 'sint32':
      return unzigzag(BigInt.asUintN(32, raw));
    case 'sint64':
      return unzigzag(raw);
    default:
      return BigInt.asIntN(32, raw);
  }
}

function unzigzag(raw: bigint): bigint {
  return (raw & 1n) === 0n ? raw >> 1n : -((raw + 1n) >> 1n);
}

/** Whether both write all numbers that they share alike. */
export function isZigzag(type: NumberType): boolean {
  return type === 'sint32' || type === 'sint64';
}
