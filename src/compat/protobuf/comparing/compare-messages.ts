import type { Field } from '../schema.ts';
import type { Bytes } from './bytes.ts';
import { compareFields } from './compare-fields.ts';
import type { Comparison, Meeting } from './comparison.ts';
import { called, someBytes } from './values.ts';
import type { Shown } from './writable.ts';

/** Field by field, by their numbers. */
export function compareMessages(comparison: Comparison, meeting: Meeting): void {
  const { reader, writer } = meeting;
  comparison.count(reader.fields.size + writer.fields.size);
  if (reader.isSet || writer.isSet) {
    noteSet(comparison, meeting);
    return;
  }
  for (const field of writer.fields.values()) {
    if (!comparison.writable.canWrite(field.type)) continue;
    const other = reader.fields.get(field.number);
    if (isMoved(field, other, meeting)) breakMoved(comparison, meeting, field, other);
    else if (other) compareFields(comparison, meeting, other, field);
  }
  for (const field of reader.fields.values())
    if (field.presence === 'required') compareRequired(comparison, meeting, field);
  compareOneofs(comparison, meeting);
}

function noteSet(comparison: Comparison, { reader, writer }: Meeting): void {
  comparison.note({
    ...{ rule: 'ProtoNotProven', reader, writer },
    what: `message "${writer.localName}" has message_set_wire_format, which is not looked at`,
    fixes: ['Remove the option.', 'Remove the option.'],
  });
}

/** Whether the name of the one is that of another field for the other one. Of the entry of a map, names mean nothing. */
function isMoved({ name, number }: Field, other: Field | undefined, { reader, writer }: Meeting): boolean {
  if (reader.isEntry || writer.isEntry || other?.name === name) return false;
  const elsewhere = reader.byName.get(name);
  if (elsewhere && elsewhere.number !== number) return true;
  return other !== undefined && writer.byName.has(other.name);
}

function breakMoved(comparison: Comparison, meeting: Meeting, field: Field, other: Field | undefined): void {
  const elsewhere = meeting.reader.byName.get(field.name);
  const at = other === undefined ? 'is unknown to the reader there' : `is read as "${other.name}"`;
  const instead = elsewhere === undefined ? '' : `, whose "${field.name}" has number ${elsewhere.number}`;
  const suspect = {
    ...({ rule: 'ProtoFieldMoved', reader: elsewhere ?? other ?? meeting.reader, writer: field } as const),
    what: `${called(field, meeting.writer)} has number ${field.number}, and ${at}${instead}`,
    fixes: ['A field keeps its number.', 'A field keeps its number.'] as const,
  };
  comparison.break(suspect, meeting, [field.number], someBytes(comparison, field));
}

function compareRequired(comparison: Comparison, meeting: Meeting, field: Field): void {
  const other = meeting.writer.fields.get(field.number);
  if (other && other.presence !== 'explicit' && other.presence !== 'implicit') return;
  const why = other ? 'need not be' : 'is not';
  const suspect = {
    ...({ rule: 'ProtoRequiredAdded', reader: field, writer: other ?? meeting.writer } as const),
    what: `${called(field, meeting.reader)} is required, and ${why} written`,
    fixes: ['Make the field optional.', 'Keep the field, and require it.'] as const,
  };
  comparison.break(suspect, meeting, [], []);
}

/** Of what is in one oneof, only the last one is read. */
function compareOneofs(comparison: Comparison, meeting: Meeting): void {
  const { reader, writer } = meeting;
  const oneofs = new Map<string, Field[]>();
  for (const { oneof, number } of reader.fields.values()) {
    const field = oneof === undefined ? undefined : writer.fields.get(number);
    if (!field || oneof === undefined || field.presence === 'list' || !comparison.writable.canWrite(field.type))
      continue;
    const fields = oneofs.get(oneof);
    if (fields) fields.push(field);
    else oneofs.set(oneof, [field]);
  }
  for (const [oneof, [first, ...others]] of oneofs) {
    const other = others.find((one) => first?.oneof === undefined || one.oneof !== first.oneof);
    if (first && other) breakJoined(comparison, meeting, oneof, [first, other]);
  }
}

function breakJoined(comparison: Comparison, meeting: Meeting, oneof: string, fields: readonly [Field, Field]): void {
  const [first, second] = fields;
  const numbers = fields.map(({ number }) => number);
  const bytes = fields.map((field) => someBytes(comparison, field));
  const suspect = {
    ...({ rule: 'ProtoOneofJoined', writer: second } as const),
    reader: meeting.reader.fields.get(second.number) ?? meeting.reader,
    what: `fields "${first.name}" and "${second.name}" of message "${meeting.writer.localName}" may both be written, and are read in oneof "${oneof}", which keeps one`,
    fixes: ['Leave fields that are there where they are.', 'Keep the oneof.'] as const,
  };
  comparison.break(suspect, meeting, numbers, joined(bytes));
}

function joined(parts: readonly Shown[]): Shown {
  const shown = parts.filter((part): part is Bytes => part !== 'tooLong');
  return shown.length < parts.length ? 'tooLong' : shown.flat();
}
