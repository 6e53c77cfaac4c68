import protobuf from 'protobufjs';

type Value = bigint | string | Read;

/** What a message says, by the numbers of its fields, as a reader by the specification takes it. */
interface Read {
  type: protobuf.Type | protobuf.MapField;
  values: Map<number, Value[]>;
  /** Fields that the type does not have, or that are framed in another way. */
  unknown: number;
}

export function typeOf(text: string, name: string): protobuf.Type | undefined {
  const { root, package: within } = protobuf.parse(text, { keepCase: true });
  root.resolveAll();
  try {
    return root.lookupType(within ? `${within}.${name}` : name);
  } catch {
    return undefined;
  }
}

/** Whether data says to the reader what it said to the writer; a reader without the type reads nothing. */
export function isReadAlike(writer: protobuf.Type, reader: protobuf.Type | undefined, bytes: Uint8Array): boolean {
  if (!reader) return false;
  const written = read(writer, bytes);
  try {
    return isSame(written, read(reader, bytes));
  } catch {
    return false;
  }
}

/** Throws if the type could not have written that. */
export function mustBeWritten(writer: protobuf.Type, bytes: Uint8Array): void {
  if (read(writer, bytes).unknown > 0)
    throw new Error(`${writer.name} does not write ${Buffer.from(bytes).toString('hex')}`);
}

function read(type: protobuf.Type, bytes: Uint8Array): Read {
  return readMessage(type, protobuf.Reader.create(bytes), (reader) => reader.pos >= reader.len);
}

const endOfGroup = 4;

function readMessage(type: Read['type'], reader: protobuf.Reader, isEnd: (reader: protobuf.Reader) => boolean): Read {
  const found: Read = { type, values: new Map(), unknown: 0 };
  while (!isEnd(reader)) {
    const tag = reader.uint32();
    if ((tag & 7) === endOfGroup) break;
    if (!readField(found, fieldsOf(type).get(tag >>> 3), tag & 7, reader)) {
      found.unknown += 1;
      reader.skipType(tag & 7);
    }
  }
  if (type instanceof protobuf.MapField) return found;
  const missing = type.fieldsArray.find((field) => field.required && !found.values.has(field.id));
  if (missing) throw new Error(`${missing.name} is required`);
  return found;
}

interface Part {
  id: number;
  name: string;
  type: string;
  resolved: protobuf.Type | protobuf.Enum | null;
  map?: protobuf.MapField;
  isList: boolean;
  isDelimited: boolean;
  oneof: readonly number[];
  /** What is read where nothing is written; of what has to be told from zero, nothing. */
  implicit: boolean;
  default: unknown;
}

const known = new WeakMap<Read['type'], ReadonlyMap<number, Part>>();

function fieldsOf(type: Read['type']): ReadonlyMap<number, Part> {
  const parts = known.get(type) ?? new Map(partsOf(type).map((part) => [part.id, part]));
  known.set(type, parts);
  return parts;
}

function partsOf(type: Read['type']): Part[] {
  if (type instanceof protobuf.MapField) {
    const part = { isList: false, isDelimited: false, oneof: [], implicit: true, default: undefined };
    return [
      { ...part, id: 1, name: 'key', type: type.keyType, resolved: null },
      { ...part, id: 2, name: 'value', type: type.type, resolved: type.resolvedType },
    ];
  }
  return type.fieldsArray.map((field) => ({
    ...{
      id: field.id,
      name: field.name,
      type: field.type,
      resolved: field.map ? null : field.resolvedType,
      isList: field.repeated || field.map,
    },
    ...(field instanceof protobuf.MapField && { map: field }),
    isDelimited: field.delimited,
    oneof: field.partOf ? field.partOf.fieldsArray.map(({ id }) => id) : [],
    implicit: !field.repeated && !field.map && !field.required && !field.hasPresence,
    default: field.options?.default,
  }));
}

function readField(found: Read, part: Part | undefined, framing: number, reader: protobuf.Reader): boolean {
  if (!part) return false;
  if (part.isList && framing === 2 && framingOf(part) !== 2 && framingOf(part) !== 3) {
    const end = reader.uint32() + reader.pos;
    while (reader.pos < end) keep(found, part, readValue(part, reader));
    return true;
  }
  if (framing !== framingOf(part)) return false;
  keep(found, part, readValue(part, reader));
  return true;
}

/** A closed enum passes over what has no name; of one value and of a oneof the last one counts. */
function keep({ values }: Read, part: Part, value: Value): void {
  if (part.resolved instanceof protobuf.Enum && isClosed(part.resolved) && !(Number(value) in part.resolved.valuesById))
    return;
  for (const other of part.oneof) if (other !== part.id) values.delete(other);
  values.set(part.id, part.isList ? [...(values.get(part.id) ?? []), value] : [value]);
}

function isClosed(type: protobuf.Enum): boolean {
  return (type as unknown as { _features: { enum_type: string } })._features.enum_type === 'CLOSED';
}

function framingOf(part: Part): number {
  if (part.map) return 2;
  if (part.resolved instanceof protobuf.Enum) return 0;
  if (part.resolved) return part.isDelimited ? 3 : 2;
  if (part.type === 'string' || part.type === 'bytes') return 2;
  if (/^(?:s?fixed32|float)$/.test(part.type)) return 5;
  return /^(?:s?fixed64|double)$/.test(part.type) ? 1 : 0;
}

function readValue(part: Part, reader: protobuf.Reader): Value {
  const message = part.map ?? (part.resolved instanceof protobuf.Type ? part.resolved : undefined);
  if (message) {
    if (framingOf(part) === 3) return readMessage(message, reader, () => false);
    const end = reader.uint32() + reader.pos;
    if (end > reader.len) throw new Error('it ends too early');
    const inner = readMessage(message, reader, ({ pos }) => pos >= end);
    if (reader.pos !== end) throw new Error('it does not end where it should');
    return inner;
  }
  switch (part.type) {
    case 'bytes':
      return `bytes ${Buffer.from(reader.bytes()).toString('hex')}`;
    case 'string': {
      const bytes = reader.bytes();
      new TextDecoder('utf-8', { fatal: true }).decode(bytes);
      return `bytes ${Buffer.from(bytes).toString('hex')}`;
    }
    case 'float':
    case 'double':
      return `${part.type} ${part.type === 'float' ? reader.float() : reader.double()}`;
    case 'bool':
      return BigInt(reader.bool());
    default: {
      const type = part.resolved ? 'int32' : part.type;
      return BigInt(String(reader[type as 'int64']()));
    }
  }
}

function isSame(written: Read, got: Read): boolean {
  return [...fieldsOf(written.type).values()].every((from) => isFieldSame(written, got, from));
}

function isFieldSame(written: Read, got: Read, from: Part): boolean {
  const [values, to] = [written.values.get(from.id) ?? [], fieldsOf(got.type).get(from.id)];
  const isEntry = written.type instanceof protobuf.MapField || got.type instanceof protobuf.MapField;
  if (values.length > 0 && !isEntry && to?.name !== from.name) {
    const isNamed = (read: Read, name: string) => [...fieldsOf(read.type).values()].some((part) => part.name === name);
    if (isNamed(got, from.name) || (to && isNamed(written, to.name))) return false;
  }
  if (!to) return true;
  const others = inOrder(to, got.values.get(to.id) ?? []);
  if (values.length === 0) return from.implicit && others.length === 0 ? isZeroRead(to) : others.length === 0;
  const sent = to.map ? inOrder(to, values) : values;
  return sent.length === others.length && sent.every((value, index) => isValueSame(value, others[index], from, to));
}

/** A map keeps the last entry of each key, and has no order. */
function inOrder(part: Part, values: readonly Value[]): readonly Value[] {
  if (!part.map) return values;
  const keyOf = (value: Value) => String((value as Read).values.get(1)?.[0] ?? '');
  const entries = new Map(values.map((value) => [keyOf(value), value]));
  if (values.some((value) => (value as Read).type instanceof protobuf.Type)) return values;
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}

function isZeroRead(to: Part): boolean {
  if (to.isList || to.implicit) return true;
  if (to.resolved instanceof protobuf.Enum) {
    const first = Object.values(to.resolved.values)[0];
    return (to.default === undefined ? first : to.resolved.values[String(to.default)]) === 0;
  }
  return to.default === undefined || to.default === '' || Number(to.default) === 0 || to.default === false;
}

function isValueSame(one: Value, other: Value | undefined, from: Part, to: Part): boolean {
  if (other === undefined || typeof one !== typeof other) return false;
  if (typeof one === 'object' && typeof other === 'object') return isSame(one, other);
  return (
    one === other && !(isEnum(from.resolved) && isEnum(to.resolved) && isMoved(from.resolved, to.resolved, Number(one)))
  );
}

function isEnum(type: Part['resolved']): type is protobuf.Enum {
  return type instanceof protobuf.Enum;
}

/** Whether the number has other names, and not only new ones. */
function isMoved(from: protobuf.Enum, to: protobuf.Enum, number: number): boolean {
  const namesIn = ({ values }: protobuf.Enum) => Object.keys(values).filter((name) => values[name] === number);
  const [names, others] = [namesIn(from), namesIn(to)];
  if (names.some((name) => others.includes(name))) return false;
  return names.some((name) => name in to.values) || others.some((name) => name in from.values);
}
