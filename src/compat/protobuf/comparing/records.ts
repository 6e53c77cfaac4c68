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

/** A message of another name is taken for it if both have the same fields. */
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

/** Whether the fields of the one are those of the other one, by number and name. Records often share a few. */
function hasFieldsOf(comparison: Comparison, one: Message, other: Message): boolean {
  const { size } = one.fields;
  if (size === 0 || size !== other.fields.size) return false;
  comparison.count(size);
  return [...one.fields.values()].every(({ number, name }) => other.fields.get(number)?.name === name);
}

function byName({ messages }: ProtobufSchema): ReadonlyMap<string, Message> {
  return new Map(messages.map((message) => [message.localName, message]));
}

/** Those that are no part of another one, wherever they stand; of messages that are parts of one another the first one. */
function recordsOf({ messages }: ProtobufSchema): ReadonlySet<Message> {
  const parts = new Set(messages.flatMap((message) => partsOf(message).filter((part) => part !== message)));
  const records = new Set(messages.filter((message) => !parts.has(message)));
  const reached = new Set<Message>();
  for (const record of records) reach(record, reached);
  for (const message of messages) {
    if (reached.has(message)) continue;
    records.add(message);
    reach(message, reached);
  }
  return records;
}

function reach(from: Message, reached: Set<Message>): void {
  const open = [from];
  for (let message = open.pop(); message; message = open.pop()) {
    if (reached.has(message)) continue;
    reached.add(message);
    open.push(...partsOf(message));
  }
}

/** The messages that its fields are of. */
function partsOf({ fields }: Message): readonly Message[] {
  return [...fields.values()].flatMap(({ type, isMap }) => {
    const part = isMap && type.kind === 'message' ? type.fields.get(2)?.type : type;
    return part?.kind === 'message' ? [part] : [];
  });
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
