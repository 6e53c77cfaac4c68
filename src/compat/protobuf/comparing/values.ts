import { describeType, type Field, type Message } from '../schema.ts';
import { listBytes, messageWritten, oneBytes, someWritten, type Written } from './bytes.ts';
import type { Comparison, Meeting } from './comparison.ts';
import type { Shown } from './writable.ts';

/** A value of the field that is no zero, as far as that can be. */
export function someBytes(comparison: Comparison, field: Field): Shown {
  const value = someOf(comparison, field);
  return value === 'tooLong' ? value : oneBytes(field, value);
}

export function twoBytes(comparison: Comparison, field: Field): Shown {
  const value = someOf(comparison, field);
  return value === 'tooLong' ? value : listBytes(field, [value, value]);
}

function someOf({ writable }: Comparison, field: Field): Written | 'tooLong' {
  if (field.type.kind !== 'message') return someWritten(field.type);
  const least = writable.leastOf(field.type) ?? [];
  return least === 'tooLong' ? least : messageWritten(field, least);
}

export function called({ name }: Field, { localName }: Message): string {
  return `field "${name}" of message "${localName}"`;
}

export function noteTypeRead(comparison: Comparison, meeting: Meeting, reader: Field, writer: Field): void {
  comparison.note({
    ...{ rule: 'ProtoTypeRead', reader, writer },
    what: `${typesOf(meeting, reader, writer)}: the same in binary data, and not in JSON or in code`,
    fixes: ['Keep the type.', 'Keep the type.'],
  });
}

export function typesOf(meeting: Meeting, reader: Field, writer: Field): string {
  return `${called(writer, meeting.writer)} is written as ${describeType(writer.type)} and read as ${describeType(reader.type)}`;
}

export const newNumber = 'Keep the type, or add a field with a new number for the new one.';
