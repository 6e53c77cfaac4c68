import type { FixedType, Logical, PrimitiveType } from '../schema.ts';
import { type Comparison, type Met, typeChanged } from './comparison.ts';
import { promotes } from './match.ts';

export function comparePrimitives(comparison: Comparison, met: Met<PrimitiveType>): void {
  const { reader, writer, where } = met;
  if (reader.name !== writer.name) {
    if (!promotes(writer.name, reader.name)) {
      typeChanged(comparison, reader, writer, where);
      return;
    }
    const loss = losses[`${writer.name} ${reader.name}`];
    const what = `${where} is written as ${writer.name} and read as ${reader.name}`;
    if (loss) comparison.find(loss.rule, met, `${what}, and ${loss.why}`, loss.fix);
  }
  compareLogical(comparison, met, reader.logical, writer.logical);
}

export function compareFixedLogical(comparison: Comparison, met: Met<FixedType>): void {
  compareLogical(comparison, met, met.reader.logical, met.writer.logical);
}

const digits = (bits: number) => ({
  rule: 'AvroNumberLosesDigits' as const,
  why: `integers beyond 2^${bits} are rounded`,
  fix: 'Read it as a type that holds all of its digits, or keep the type.',
});

/** Promotions by the specification that do not give back what was written. */
const losses: Readonly<
  Record<string, ReturnType<typeof digits> | { rule: 'AvroBytesReadAsText'; why: string; fix: string }>
> = {
  'int float': digits(24),
  'long float': digits(24),
  'long double': digits(53),
  'bytes string': {
    rule: 'AvroBytesReadAsText',
    why: 'not all bytes are text',
    fix: 'Keep bytes, unless they are UTF-8.',
  },
};

type Place = Parameters<Comparison['find']>[1] & { where: string };

function compareLogical(
  comparison: Comparison,
  at: Place,
  reader: Logical | undefined,
  writer: Logical | undefined,
): void {
  if (isDecimal(reader) && isDecimal(writer)) compareDecimals(comparison, at, reader, writer);
  else if (reader?.name !== writer?.name) meaningChanged(comparison, at, reader, writer);
}

function meaningChanged(
  comparison: Comparison,
  at: Place,
  reader: Logical | undefined,
  writer: Logical | undefined,
): void {
  const what = `${at.where} is written as ${nameOf(writer)} and read as ${nameOf(reader)}`;
  if (reader && writer && unitless(reader.name) === unitless(writer.name)) {
    const fix = 'Keep the unit, or add a new field for the new one.';
    comparison.find('AvroTimeUnitChanged', at, `${what}, and nobody converts the number`, fix);
    return;
  }
  comparison.find('AvroLogicalTypeChanged', at, what, 'Keep the logical type, or add a new field for the new one.');
}

type Decimal = Extract<Logical, { precision: number }>;

function isDecimal(logical: Logical | undefined): logical is Decimal {
  return logical !== undefined && 'precision' in logical;
}

/** The bytes are an integer; the scale, which says where its point is, is not written with them. */
function compareDecimals(comparison: Comparison, at: Place, reader: Decimal, writer: Decimal): void {
  const fix = 'Keep precision and scale, or add a new field for the new ones.';
  const written = `the decimal of ${at.where} is written with`;
  if (reader.scale !== writer.scale) {
    const one = shifted(writer.scale - reader.scale);
    const what = `${written} scale ${writer.scale} and read with ${reader.scale}, so that 1 is read as ${one}`;
    comparison.find('AvroDecimalScaleChanged', at, what, fix);
  } else if (reader.precision !== writer.precision) {
    const what = `${written} precision ${writer.precision} and read with ${reader.precision}`;
    comparison.find('AvroDecimalPrecisionChanged', at, what, fix);
  }
}

function shifted(digits: number): string {
  return digits > 0 ? `1e${digits}` : `1e-${-digits}`;
}

function nameOf(logical: Logical | undefined): string {
  return logical === undefined ? 'a plain value' : `"${logical.name}"`;
}

/** timestamp-millis and timestamp-micros are of one kind, in other units. */
function unitless(name: string): string {
  return name.replace(/-(millis|micros|nanos)$/, '');
}
