import { type JsonObject, memberOf } from '../../json.ts';
import type { Logical } from '../schema.ts';
import { type Building, child, type Spot } from './building.ts';

/** What a logical type may stand on: `fixed(12)` is one of that size. */
const bases: Readonly<Record<string, readonly string[]>> = {
  'big-decimal': ['bytes'],
  uuid: ['string', 'fixed(16)'],
  date: ['int'],
  'time-millis': ['int'],
  'time-micros': ['long'],
  'timestamp-millis': ['long'],
  'timestamp-micros': ['long'],
  'timestamp-nanos': ['long'],
  'local-timestamp-millis': ['long'],
  'local-timestamp-micros': ['long'],
  'local-timestamp-nanos': ['long'],
  duration: ['fixed(12)'],
};

export interface Base {
  name: string;
  /** Of a fixed. */
  size?: number;
}

/** By the specification, what is unknown or ill-formed counts as if it were not there. */
export function readLogical(building: Building, spot: Spot, object: JsonObject, base: Base): Logical | undefined {
  const given = memberOf(object, 'logicalType');
  if (given === undefined) return undefined;
  const read = given.kind === 'string' ? readKnown(given.value, object, base) : '"logicalType" is no text';
  if (typeof read !== 'string') return read;
  const at = child(spot, 'logicalType', given);
  building.find('AvroLogicalTypeIgnored', at, `${read}: readers ignore it and see ${base.name}`, 'Mend or remove it.');
  return undefined;
}

/** The logical type, or what is wrong with it. */
function readKnown(name: string, object: JsonObject, base: Base): Logical | string {
  if (name === 'decimal') return readDecimal(object, base);
  const known = Object.hasOwn(bases, name) ? bases[name] : undefined;
  if (known === undefined) return `the specification has no logical type "${name}"`;
  const own = base.size === undefined ? base.name : `fixed(${base.size})`;
  return known.includes(own) ? { name } : `logical type "${name}" stands on ${known.join(' or ')}, not on ${own}`;
}

function readDecimal(object: JsonObject, { name, size }: Base): Logical | string {
  if (name !== 'bytes' && name !== 'fixed') return `logical type "decimal" stands on bytes or fixed, not on ${name}`;
  const precision = integerOf(object, 'precision');
  const scale = integerOf(object, 'scale', 0);
  if (precision === undefined || precision < 1) return '"precision" of the decimal is no integer from 1';
  if (scale === undefined || scale < 0 || scale > precision)
    return '"scale" of the decimal is no integer from 0 to its precision';
  const most = size === undefined ? Number.POSITIVE_INFINITY : digitsOf(size);
  return precision > most
    ? `a fixed of ${size} bytes has no room for ${precision} digits`
    : { name: 'decimal', precision, scale };
}

/** floor(log10(2^(8 × size − 1) − 1)), by the specification. */
function digitsOf(size: number): number {
  return Math.floor((8 * size - 1) * Math.log10(2));
}

function integerOf(object: JsonObject, key: string, otherwise?: number): number | undefined {
  const value = memberOf(object, key);
  if (value === undefined) return otherwise;
  return value.kind === 'number' && /^-?\d+$/.test(value.text) ? Number(value.text) : undefined;
}
