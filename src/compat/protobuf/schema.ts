import type { ProtobufRule } from './rules.ts';

export const scalars = [
  ...(['int32', 'int64', 'uint32', 'uint64', 'sint32', 'sint64', 'bool'] as const),
  ...(['fixed32', 'sfixed32', 'float', 'fixed64', 'sfixed64', 'double', 'string', 'bytes'] as const),
] as const;

export type ScalarName = (typeof scalars)[number];

interface Placed {
  /** JSON pointer by names, as `/Order/Item/price`; behind `NAME#` when it stands in a reference. */
  path: string;
}

export interface ScalarType {
  kind: 'scalar';
  name: ScalarName;
}

/** A type that stands in a text that is not given. */
export interface UnknownType {
  kind: 'unknown';
  name: string;
}

export type FieldType = ScalarType | Message | Enum | UnknownType;

/** A range of numbers, both ends included. */
export interface Range {
  from: number;
  to: number;
}

interface Named extends Placed {
  /** With its package. */
  name: string;
  /** Without it, as `Order.Item`. */
  localName: string;
  /** Merged. */
  reserved: readonly Range[];
}

export interface Message extends Named {
  kind: 'message';
  fields: ReadonlyMap<number, Field>;
  byName: ReadonlyMap<string, Field>;
  /** What a map is on the wire. Its key and value are always written. */
  isEntry: boolean;
  /** `message_set_wire_format`, which is encoded in a way of its own. */
  isSet: boolean;
}

/**
 * implicit: zero is not written, and nothing is read as zero. always: of the entry of a map. list: repeated.
 */
export type Presence = 'explicit' | 'implicit' | 'required' | 'always' | 'list';

export interface Field extends Placed {
  name: string;
  jsonName: string;
  number: number;
  type: FieldType;
  presence: Presence;
  isMap: boolean;
  isPacked: boolean;
  /** A group, or DELIMITED: a message between two marks and without its length. */
  isDelimited: boolean;
  /** Of texts: refuses what is no UTF-8. */
  checksUtf8: boolean;
  /** What is read where nothing is written: a number, `true`, or a text; `undefined`: the zero of the type. */
  default: string | undefined;
  /** Its name, of one that was written. */
  oneof: string | undefined;
}

export interface EnumValue extends Placed {
  name: string;
  number: number;
}

export interface Enum extends Named {
  kind: 'enum';
  values: readonly EnumValue[];
  byNumber: ReadonlyMap<number, readonly string[]>;
  byName: ReadonlyMap<string, EnumValue>;
  /** Numbers that have no name are not read. */
  isClosed: boolean;
}

export interface ProtobufSchema {
  package: string;
  /** Of the text itself, nested ones too, in the order of the text. Any of them may be a record. */
  messages: readonly Message[];
  enums: readonly Enum[];
}

/** What is wrong with one text, whatever it is compared with. */
export interface Finding {
  rule: ProtobufRule;
  path: string;
  /** From 1. */
  line: number;
  column: number;
  message: string;
  fix: string;
}

/** For messages. */
export function describeType(type: FieldType): string {
  switch (type.kind) {
    case 'scalar':
      return type.name;
    case 'unknown':
      return `"${type.name}"`;
    default:
      return `${type.kind} "${type.localName}"`;
  }
}

/** In order, and those that touch are one. */
export function merged(ranges: readonly Range[]): readonly Range[] {
  const all: Range[] = [];
  for (const { from, to } of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = all.at(-1);
    if (last && from <= last.to + 1) last.to = Math.max(last.to, to);
    else all.push({ from, to });
  }
  return all;
}

/** Whether merged ranges have the number; they may be many, so they are halved. */
export function isIn(ranges: readonly Range[], number: number): boolean {
  let [low, high] = [0, ranges.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle];
    if (!range) return false;
    if (number < range.from) high = middle - 1;
    else if (number > range.to) low = middle + 1;
    else return true;
  }
  return false;
}
