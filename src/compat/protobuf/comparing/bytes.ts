import type { Field, FieldType, Message } from '../schema.ts';
import { encoded, type Framing, framingOf, type NumberType, numberTypeOf, samplesOf } from './wire.ts';

export type Bytes = readonly number[];

/** A value on the wire, without its tag. */
export interface Written {
  framing: Framing;
  bytes: Bytes;
}

const wireTypes: Readonly<Record<Framing, number>> = { varint: 0, '64 bits': 1, length: 2, group: 3, '32 bits': 5 };
const endOfGroup = 4;

export function fieldBytes(number: number, { framing, bytes }: Written): Bytes {
  const tag = varint(BigInt(number) * 8n + BigInt(wireTypes[framing]));
  if (framing === 'length') return [...tag, ...varint(BigInt(bytes.length)), ...bytes];
  if (framing === 'group') return [...tag, ...bytes, ...varint(BigInt(number) * 8n + BigInt(endOfGroup))];
  return [...tag, ...bytes];
}

/** A list as the field writes it. */
export function listBytes({ number, isPacked }: Field, items: readonly Written[]): Bytes {
  if (!isPacked) return items.flatMap((item) => fieldBytes(number, item));
  return fieldBytes(number, { framing: 'length', bytes: items.flatMap(({ bytes }) => bytes) });
}

/** A value as the field writes it, in a list of one if it is repeated. */
export function oneBytes(field: Field, value: Written): Bytes {
  return field.presence === 'list' ? listBytes(field, [value]) : fieldBytes(field.number, value);
}

export function numberWritten(type: NumberType, value: bigint): Written {
  const framing = framingOf(type);
  const raw = encoded(type, value);
  if (framing === 'varint') return { framing, bytes: varint(raw) };
  return { framing, bytes: littleEndian(raw, framing === '32 bits' ? 4 : 8) };
}

export function messageWritten({ isDelimited }: Field, bytes: Bytes): Written {
  return { framing: isDelimited ? 'group' : 'length', bytes };
}

/** A value of a type that is no message; `isZero`: the least of them, otherwise one that is not zero. */
export function someWritten(type: Exclude<FieldType, Message>, isZero = false): Written {
  const number = numberTypeOf(type);
  if (number !== undefined) return numberWritten(number, isZero ? (samplesOf(number).at(-1) ?? 0n) : someOf(number));
  const name = type.kind === 'scalar' ? type.name : 'bytes';
  const framing = framingOf(name);
  if (framing === 'length') return { framing, bytes: isZero ? [] : [0x61] };
  // 1 as a float and as a double.
  const one = name === 'float' ? [0, 0, 0x80, 0x3f] : [0, 0, 0, 0, 0, 0, 0xf0, 0x3f];
  return { framing, bytes: isZero ? one.map(() => 0) : one };
}

function someOf(type: NumberType): bigint {
  return samplesOf(type)[0] ?? 1n;
}

function varint(value: bigint): Bytes {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return [...bytes, Number(rest)];
}

function littleEndian(value: bigint, length: number): Bytes {
  return Array.from({ length }, (_, index) => Number((value >> BigInt(8 * index)) & 0xffn));
}

export function hexOf(bytes: Bytes): string {
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
