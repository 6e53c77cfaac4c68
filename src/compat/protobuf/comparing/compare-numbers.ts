import type { Enum, Field } from '../schema.ts';
import { numberWritten, oneBytes } from './bytes.ts';
import type { Comparison, Meeting } from './comparison.ts';
import { newNumber, noteTypeRead, typesOf } from './values.ts';
import { decoded, encoded, framingOf, isZigzag, type NumberType, numberTypeOf, samplesOf } from './wire.ts';

/** Types of integers, bool and enums, not both of them enums. */
export function compareNumbers(comparison: Comparison, meeting: Meeting, reader: Field, writer: Field): boolean {
  const [to, from] = [numberTypeOf(reader.type), numberTypeOf(writer.type)];
  if (to === undefined || from === undefined) return false;
  if (to === from) return true;
  const lost = lostValue(to, from, writer);
  if (lost === undefined) {
    noteTypeRead(comparison, meeting, reader, writer);
    return true;
  }
  const isOther = framingOf(to) !== framingOf(from) || isZigzag(to) !== isZigzag(from);
  const suspect = {
    ...({ rule: isOther ? 'ProtoTypeChanged' : 'ProtoNumberNarrowed', reader, writer } as const),
    what: typesOf(meeting, reader, writer) + (isOther ? '' : `, which does not hold ${lost}`),
    fixes: [newNumber, newNumber] as const,
  };
  comparison.break(suspect, meeting, [writer.number], oneBytes(writer, numberWritten(from, lost)));
  return false;
}

/** A value that the writer writes, and the reader takes for another one or for none. */
function lostValue(to: NumberType, from: NumberType, { presence }: Field): bigint | undefined {
  const isOther = framingOf(to) !== framingOf(from);
  const values =
    typeof to !== 'string' && typeof from === 'string' ? [...samplesOf(from), ...nameless(to, from)] : samplesOf(from);
  return values.find((value) => {
    if (value === 0n && presence === 'implicit') return false;
    return isOther || decoded(to, encoded(from, value)) !== value || !isKnown(to, value);
  });
}

function isKnown(to: NumberType, value: bigint): boolean {
  return typeof to === 'string' || !to.isClosed || to.byNumber.has(Number(value));
}

/** A number that the enum has no name for. */
function nameless({ byNumber }: Enum, from: NumberType): readonly bigint[] {
  let number = 1;
  while (byNumber.has(number)) number += 1;
  return from === 'bool' && number > 1 ? [] : [BigInt(number)];
}
