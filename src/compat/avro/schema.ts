import type { Json } from '../json.ts';
import type { AvroRule } from './rules.ts';

export const primitives = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const;

export type PrimitiveName = (typeof primitives)[number];

/** What a value means beyond its type. Those that are unknown or ill-formed count for nothing and are left out. */
export type Logical = { name: 'decimal'; precision: number; scale: number } | { name: Exclude<string, 'decimal'> };

interface Placed {
  /** JSON pointer into the text, behind `NAME#` when it stands in a reference. */
  path: string;
}

export interface PrimitiveType extends Placed {
  kind: 'primitive';
  name: PrimitiveName;
  logical: Logical | undefined;
}

export interface ArrayType extends Placed {
  kind: 'array';
  items: Type;
}

export interface MapType extends Placed {
  kind: 'map';
  values: Type;
}

export interface UnionType extends Placed {
  kind: 'union';
  branches: readonly Type[];
}

/** A type that is defined elsewhere, by its full name. */
export interface NameType extends Placed {
  kind: 'name';
  name: string;
}

interface Named extends Placed {
  /** With its namespace. */
  name: string;
  /** Full names. */
  aliases: readonly string[];
}

export interface RecordType extends Named {
  kind: 'record';
  fields: readonly Field[];
  byName: ReadonlyMap<string, Field>;
}

export interface Field extends Placed {
  name: string;
  aliases: readonly string[];
  type: Type;
  /** The same for the same type, where no name is in it: what most fields of two versions have in common. */
  plain: string | undefined;
  order: string;
  default: Json | undefined;
}

export interface EnumType extends Named {
  kind: 'enum';
  symbols: readonly string[];
  default: string | undefined;
}

export interface FixedType extends Named {
  kind: 'fixed';
  size: number;
  logical: Logical | undefined;
}

export type NamedType = RecordType | EnumType | FixedType;

export type DefinedType = PrimitiveType | ArrayType | MapType | UnionType | NamedType;

export type Type = DefinedType | NameType;

/** otherBranch: of a union, and it fits a branch that is not the first, which only newer libraries accept. */
export type DefaultFit = 'fits' | 'otherBranch' | 'unfit';

export interface AvroSchema {
  root: Type;
  /** By full name, those of references too. */
  named: ReadonlyMap<string, NamedType>;
  /** Of every field that has a default. */
  defaults: ReadonlyMap<Field, DefaultFit>;
}

/** What is wrong with one text, whatever it is compared with. */
export interface Finding {
  rule: AvroRule;
  path: string;
  /** From 1. */
  line: number;
  column: number;
  message: string;
  fix: string;
}

export function simpleName(fullName: string): string {
  return fullName.slice(fullName.lastIndexOf('.') + 1);
}

/** `undefined`: there is a name in the type, which may stand for something else in another schema. */
export function plainly(type: Type): string | undefined {
  switch (type.kind) {
    case 'primitive':
      return type.logical === undefined ? type.name : `${type.name}${JSON.stringify(type.logical)}`;
    case 'array':
      return enclosed('[', [plainly(type.items)]);
    case 'map':
      return enclosed('{', [plainly(type.values)]);
    case 'union':
      return enclosed('(', type.branches.map(plainly));
    default:
      return undefined;
  }
}

function enclosed(mark: string, parts: readonly (string | undefined)[]): string | undefined {
  return parts.includes(undefined) ? undefined : `${mark}${parts.join()})`;
}

/** Follows a name to its definition. Every name of a schema has one. */
export function defined(type: Type, { named }: Pick<AvroSchema, 'named'>): DefinedType {
  if (type.kind !== 'name') return type;
  const found = named.get(type.name);
  if (found === undefined) throw new Error(`type ${type.name} is used and not defined`);
  return found;
}

/** For messages. */
export function describeType(type: Type): string {
  switch (type.kind) {
    case 'primitive':
      return type.name;
    case 'array':
      return 'an array';
    case 'map':
      return 'a map';
    case 'union':
      return 'a union';
    case 'name':
      return `"${type.name}"`;
    default:
      return `${type.kind} "${type.name}"`;
  }
}
