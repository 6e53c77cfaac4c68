import type { Message, ProtobufSchema } from '../schema.ts';
import type { Comparison } from './comparison.ts';

const root = { path: '' };

/** Any message of a text may be a record, so each meets the one of its name. */
export function meetRecords(comparison: Comparison, reader: ProtobufSchema, writer: ProtobufSchema): void {
  const [ofReader, ofWriter] = [byName(reader), byName(writer)];
  const free = new Set(reader.messages.filter(({ localName }) => !ofWriter.has(localName)));
  const records = recordsOf(writer);
  for (const message of writer.messages) {
    const other = ofReader.get(message.localName);
    if (other) meet(comparison, other, message);
    else if (records.has(message)) meetRenamed(comparison, message, free);
  }
  noteNames(comparison, reader, writer);
}

function meet(comparison: Comparison, reader: Message, writer: Message): void {
  if (comparison.writable.canWrite(writer)) comparison.later({ reader, writer });
}

/** A message of another name is taken for it if the one has all fields of the other. */
function meetRenamed(comparison: Comparison, writer: Message, free: Set<Message>): void {
  comparison.count(free.size);
  // Then it is not told any more, neither way.
  if (comparison.gaveUp) return;
  const renamed = [...free].find((reader) => hasFieldsOf(comparison, reader, writer));
  const named = `message "${writer.localName}"`;
  if (renamed) {
    free.delete(renamed);
    meet(comparison, renamed, writer);
    comparison.note({
      ...{ rule: 'ProtoMessageRenamed', reader: renamed, writer },
      what: `${named} is "${renamed.localName}" for the reader, which clients that look for types by name do not find`,
      fixes: [`Keep the name "${writer.localName}".`, `Keep the name "${renamed.localName}".`],
    });
    return;
  }
  if (!comparison.writable.canWrite(writer)) return;
  const removed = {
    ...({ rule: 'ProtoMessageRemoved', reader: root, writer } as const),
    what: `${named} may be a record, and the reader does not have it`,
    fixes: [`Keep ${named}.`, 'Put the new message into a schema of its own.'] as const,
  };
  comparison.break(removed, { reader: writer, writer }, [], []);
}

/** Whether all fields of the one are there in the other one, by number and name. */
function hasFieldsOf(comparison: Comparison, one: Message, other: Message): boolean {
  const [less, more] = one.fields.size < other.fields.size ? [one, other] : [other, one];
  comparison.count(less.fields.size);
  return (
    less.fields.size > 0 &&
    [...less.fields.values()].every((field) => more.fields.get(field.number)?.name === field.name)
  );
}

function byName({ messages }: ProtobufSchema): ReadonlyMap<string, Message> {
  return new Map(messages.map((message) => [message.localName, message]));
}

/** Those that are no part of another one; if all are, the first one. */
function recordsOf({ messages }: ProtobufSchema): ReadonlySet<Message> {
  const parts = new Set<Message>();
  for (const message of messages) {
    for (const { type, isMap } of message.fields.values()) {
      const part = isMap && type.kind === 'message' ? type.fields.get(2)?.type : type;
      if (part?.kind === 'message' && part !== message) parts.add(part);
    }
  }
  const records = messages.filter((message) => !parts.has(message) && !message.localName.includes('.'));
  return new Set(records.length > 0 ? records : messages.slice(0, 1));
}

function noteNames(comparison: Comparison, reader: ProtobufSchema, writer: ProtobufSchema): void {
  if (reader.package !== writer.package) {
    comparison.note({
      ...{ rule: 'ProtoPackageChanged', reader: root, writer: root },
      what: `the package is "${writer.package}" for the writer and "${reader.package}" for the reader, which changes the name of every type`,
      fixes: [`Keep package "${writer.package}".`, `Keep package "${reader.package}".`],
    });
  }
  const [first, other] = [writer.messages[0], reader.messages[0]];
  if (!first || !other || first.localName === other.localName) return;
  if (!reader.messages.some(({ localName }) => localName === first.localName)) return;
  comparison.note({
    ...{ rule: 'ProtoFirstMessageChanged', reader: other, writer: first },
    what: `the first message is "${first.localName}" for the writer and "${other.localName}" for the reader, and some clients take the first one`,
    fixes: [`Leave message "${first.localName}" in front.`, `Leave message "${other.localName}" in front.`],
  });
}

/** Parts of records that the reader has no message for, neither by name nor where they are used. */
export function noteRemovedTypes(comparison: Comparison, reader: ProtobufSchema, writer: ProtobufSchema): void {
  const [ofReader, records] = [byName(reader), recordsOf(writer)];
  for (const message of writer.messages) {
    if (ofReader.has(message.localName) || records.has(message) || comparison.hasMet(message)) continue;
    comparison.note({
      ...{ rule: 'ProtoTypeRemoved', reader: root, writer: message },
      what: `the reader has no message "${message.localName}", which is a part of records here and may be a record elsewhere`,
      fixes: [`Keep message "${message.localName}".`, 'Nothing needs to be done, if it is never a record itself.'],
    });
  }
}
