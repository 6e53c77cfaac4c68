import type { Enum, EnumValue, Field } from '../schema.ts';
import { numberWritten, oneBytes } from './bytes.ts';
import type { Comparison, Meeting } from './comparison.ts';

/** Value by value, by their numbers. Breaks are those of single values, so the rest of the field is compared too. */
export function compareEnums(comparison: Comparison, meeting: Meeting, reader: Field, writer: Field): boolean {
  const [to, from] = [reader.type, writer.type];
  if (to.kind !== 'enum' || from.kind !== 'enum' || to === from) return true;
  comparison.count(from.values.length);
  const at: Met = { comparison, meeting, field: writer, to, from };
  for (const value of from.values) compareValue(at, value);
  if (to.isClosed && !from.isClosed) {
    comparison.note({
      ...{ rule: 'ProtoEnumClosed', reader: to, writer: from },
      what: `enum "${from.localName}" is open where it is written, and closed where it is read, so that numbers without a name are not`,
      fixes: ['Leave the enum open.', 'Write numbers with a name only.'],
    });
  }
  return true;
}

interface Met {
  comparison: Comparison;
  meeting: Meeting;
  field: Field;
  to: Enum;
  from: Enum;
}

function compareValue(at: Met, value: EnumValue): void {
  const { comparison, to, from } = at;
  const names = from.byNumber.get(value.number) ?? [];
  const others = to.byNumber.get(value.number) ?? [];
  if (names[0] !== value.name) return;
  // Of several names for one number each may be the one that was meant.
  const elsewhere = names.flatMap((name) => to.byName.get(name) ?? []).find(({ number }) => number !== value.number);
  if (!elsewhere && names.some((name) => to.byName.has(name))) return;
  const what = `value "${elsewhere?.name ?? value.name}" of enum "${from.localName}"`;
  const place = { reader: to.byName.get(others[0] ?? '') ?? to, writer: value };
  if (elsewhere || others.some((name) => from.byName.has(name))) {
    const instead = others[0] === undefined ? 'as a number without a name' : `as "${others[0]}"`;
    breakValue(at, value, {
      ...{ rule: 'ProtoEnumValueMoved', ...place, reader: elsewhere ?? place.reader },
      what: `${what} has number ${value.number}, and is read ${instead}`,
      fixes: ['A value keeps its number.', 'A value keeps its number.'],
    });
  } else if (others.length > 0) {
    comparison.note({
      ...{ rule: 'ProtoEnumValueRenamed', ...place },
      what: `${what} is "${others[0]}" for the reader: the same in binary data, and not in JSON or in code`,
      fixes: [`Keep the name "${value.name}".`, `Keep the name "${others[0]}".`],
    });
  } else compareNameless(at, value, what);
}

function compareNameless(at: Met, value: EnumValue, what: string): void {
  const { comparison, field, to } = at;
  if (!to.isClosed) {
    comparison.note({
      ...{ rule: 'ProtoEnumValueUnknown', reader: to, writer: value },
      what: `${what} is read as number ${value.number}, without a name`,
      fixes: ['Keep the value.', 'Write it once readers know it.'],
    });
  } else if (value.number !== 0 || field.presence !== 'implicit') {
    breakValue(at, value, {
      ...{ rule: 'ProtoEnumValueMissing', reader: to, writer: value },
      what: `${what} is not read, because the reader's enum is closed and lacks it`,
      fixes: ['Keep the value.', 'Add it once readers know it.'],
    });
  }
}

function breakValue(
  { comparison, meeting, field, from }: Met,
  { number }: EnumValue,
  suspect: Parameters<Comparison['note']>[0],
): void {
  const isUnwritten = number === 0 && field.presence === 'implicit';
  const bytes = isUnwritten ? [] : oneBytes(field, numberWritten(from, BigInt(number)));
  comparison.break(suspect, meeting, [field.number], bytes);
}
