import { describeType, type Field } from '../schema.ts';
import { oneBytes } from './bytes.ts';
import { compareEnums } from './compare-enums.ts';
import { compareNumbers } from './compare-numbers.ts';
import type { Comparison, Meeting } from './comparison.ts';
import { defaultOf, isZero } from './defaults.ts';
import { called, newNumber, noteTypeRead, someBytes, twoBytes, typesOf } from './values.ts';
import { numberTypeOf } from './wire.ts';

/** Two fields of one number. */
export function compareFields(comparison: Comparison, meeting: Meeting, reader: Field, writer: Field): void {
  noteNames(comparison, meeting, reader, writer);
  if (!compareTypes(comparison, meeting, reader, writer)) return;
  if (writer.presence === 'list' || reader.presence === 'list') compareLists(comparison, meeting, reader, writer);
  else if (writer.type.kind !== 'message') comparePresence(comparison, meeting, reader, writer);
}

function noteNames(
  comparison: Comparison,
  { reader: { isEntry }, writer: message }: Meeting,
  reader: Field,
  writer: Field,
): void {
  if (isEntry || message.isEntry) return;
  const named = called(writer, message);
  if (reader.name !== writer.name) {
    comparison.note({
      ...{ rule: 'ProtoFieldRenamed', reader, writer },
      what: `${named} is "${reader.name}" for the reader: the same in binary data, and not in JSON or in code`,
      fixes: [`Keep the name "${writer.name}".`, `Keep the name "${reader.name}".`],
    });
  } else if (reader.jsonName !== writer.jsonName) {
    comparison.note({
      ...{ rule: 'ProtoJsonNameChanged', reader, writer },
      what: `${named} is "${writer.jsonName}" in JSON for the writer and "${reader.jsonName}" for the reader`,
      fixes: [`Keep json_name "${writer.jsonName}".`, `Keep json_name "${reader.jsonName}".`],
    });
  }
}

/** Whether a value of the one may be one of the other; what is in messages is compared later. */
function compareTypes(comparison: Comparison, meeting: Meeting, reader: Field, writer: Field): boolean {
  const [to, from] = [reader.type, writer.type];
  if (to.kind === 'unknown' || from.kind === 'unknown') {
    comparison.note({
      ...{ rule: 'ProtoNotProven', reader, writer },
      what: `${called(writer, meeting.writer)} is of type ${describeType(from)}, read as ${describeType(to)}, which is not given`,
      fixes: ['Hand in what is imported.', 'Hand in what is imported.'],
    });
    return false;
  }
  if (to.kind === 'message' && from.kind === 'message')
    return compareMessageFields(comparison, meeting, reader, writer);
  if (to.kind === 'enum' && from.kind === 'enum') return compareEnums(comparison, meeting, reader, writer);
  const [toNumber, fromNumber] = [numberTypeOf(to), numberTypeOf(from)];
  if (toNumber !== undefined && fromNumber !== undefined) return compareNumbers(comparison, meeting, reader, writer);
  if (to.kind === 'scalar' && from.kind === 'scalar') {
    if (to.name === from.name) {
      if (to.name === 'string') noteUtf8(comparison, meeting, reader, writer);
      return true;
    }
    if (to.name === 'bytes' && from.name === 'string') {
      noteTypeRead(comparison, meeting, reader, writer);
      return true;
    }
  }
  breakType(comparison, meeting, reader, writer);
  return false;
}

function breakType(comparison: Comparison, meeting: Meeting, reader: Field, writer: Field): void {
  const suspect = {
    ...({ rule: 'ProtoTypeChanged', reader, writer } as const),
    what: typesOf(meeting, reader, writer),
    fixes: [newNumber, newNumber] as const,
  };
  const { type } = writer;
  // What is no text in any reading.
  const bytes =
    type.kind === 'scalar' && type.name === 'bytes'
      ? oneBytes(writer, { framing: 'length', bytes: [0xff] })
      : someBytes(comparison, writer);
  comparison.break(suspect, meeting, [writer.number], bytes);
}

function noteUtf8(comparison: Comparison, meeting: Meeting, reader: Field, writer: Field): void {
  if (writer.checksUtf8 || !reader.checksUtf8) return;
  comparison.note({
    ...{ rule: 'ProtoUtf8Checked', reader, writer },
    what: `${called(writer, meeting.writer)} is not checked for UTF-8 where it is written, and is where it is read`,
    fixes: ['Write UTF-8 only.', 'Write UTF-8 only.'],
  });
}

function compareMessageFields(comparison: Comparison, meeting: Meeting, reader: Field, writer: Field): boolean {
  const [to, from] = [reader.type, writer.type];
  if (to.kind !== 'message' || from.kind !== 'message') return false;
  if (reader.isDelimited !== writer.isDelimited) {
    const how = ({ isDelimited }: Field) => (isDelimited ? 'between two marks (a group)' : 'behind its length');
    const suspect = {
      ...({ rule: 'ProtoEncodingChanged', reader, writer } as const),
      what: `${called(writer, meeting.writer)} is written ${how(writer)} and read ${how(reader)}`,
      fixes: ['Keep the encoding of the message.', 'Keep the encoding of the message.'] as const,
    };
    comparison.break(suspect, meeting, [writer.number], someBytes(comparison, writer));
    return false;
  }
  comparison.later({ reader: to, writer: from, through: { field: writer, meeting } });
  if (!reader.isMap && !writer.isMap && to.localName !== from.localName) {
    comparison.note({
      ...{ rule: 'ProtoTypeRenamed', reader, writer },
      what: `${called(writer, meeting.writer)} is of message "${from.localName}" for the writer and "${to.localName}" for the reader`,
      fixes: ['Keep the name of the message.', 'Keep the name of the message.'],
    });
  }
  return true;
}

function compareLists(comparison: Comparison, meeting: Meeting, reader: Field, writer: Field): void {
  const named = called(writer, meeting.writer);
  if (reader.presence !== 'list') {
    const suspect = {
      ...({ rule: 'ProtoListReadAsSingle', reader, writer } as const),
      what: `${named} is a list where it is written, and one value where it is read`,
      fixes: ['Keep it repeated.', 'Leave it as one value, or add a field with a new number for the list.'] as const,
    };
    comparison.break(suspect, meeting, [writer.number], twoBytes(comparison, writer));
  } else if (writer.presence !== 'list') {
    comparison.note({
      ...{ rule: 'ProtoSingleReadAsList', reader, writer },
      what: `${named} is one value where it is written, and a list of one where it is read`,
      fixes: ['Add a field with a new number for the list.', 'Keep it repeated.'],
    });
  } else if (reader.isMap && !writer.isMap) {
    const suspect = {
      ...({ rule: 'ProtoListReadAsMap', reader, writer } as const),
      what: `${named} is a list where it is written, and a map where it is read, which keeps one item of each key`,
      fixes: ['Keep it a list.', 'Keep it a map.'] as const,
    };
    comparison.break(suspect, meeting, [writer.number], twoBytes(comparison, writer));
  } else if (writer.isMap && !reader.isMap) {
    comparison.note({
      ...{ rule: 'ProtoMapReadAsList', reader, writer },
      what: `${named} is a map where it is written, and a list of its entries where it is read`,
      fixes: ['Keep it a map.', 'Keep it a list.'],
    });
  } else if (writer.isPacked !== reader.isPacked) {
    comparison.note({
      ...{ rule: 'ProtoPackingChanged', reader, writer },
      what: `${named} is ${writer.isPacked ? '' : 'not '}packed where it is written, which every reader takes`,
      fixes: ['Nothing needs to be done.', 'Nothing needs to be done.'],
    });
  }
}

function comparePresence(comparison: Comparison, meeting: Meeting, reader: Field, writer: Field): void {
  if (writer.presence === 'required' || writer.presence === 'always' || reader.presence === 'required') return;
  const named = called(writer, meeting.writer);
  const [to, from] = [defaultOf(reader), defaultOf(writer)];
  if (writer.presence === 'implicit' && !isZero(to)) {
    const suspect = {
      ...({ rule: 'ProtoZeroLost', reader, writer } as const),
      what: `${named} is not written where it is zero, and then is read as its default ${to}`,
      fixes: ['Remove the default.', 'Make the field optional, so that zero is written.'] as const,
    };
    comparison.break(suspect, meeting, [], []);
  } else if (to !== from) {
    comparison.note({
      ...{ rule: 'ProtoDefaultChanged', reader, writer },
      what: `${named} has the default ${from} for the writer and ${to} for the reader, who takes its own`,
      fixes: ['Keep the default.', 'Keep the default.'],
    });
  } else if (reader.presence !== 'always' && writer.presence !== reader.presence) {
    comparison.note({
      ...{ rule: 'ProtoPresenceChanged', reader, writer },
      what: `${named}: whether it is there can be told by the ${writer.presence === 'explicit' ? 'writer' : 'reader'} only`,
      fixes: ['Keep it optional, or not.', 'Keep it optional, or not.'],
    });
  }
}
