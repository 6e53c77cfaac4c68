/**
 * Data and schema resolution by the specification, on parsed JSON and without any part of the checker, so that each can be
 * held against the other. Data is as it is written: of a union, with the branch that was taken.
 */

export interface RecordJson {
  type: 'record';
  name: string;
  aliases?: string[];
  fields: FieldJson[];
}
export interface FieldJson {
  name: string;
  aliases?: string[];
  type: SchemaJson;
  default?: unknown;
}
export interface EnumJson {
  type: 'enum';
  name: string;
  aliases?: string[];
  symbols: string[];
  default?: string;
}
export interface FixedJson {
  type: 'fixed';
  name: string;
  aliases?: string[];
  size: number;
}
export interface DecimalJson {
  type: 'bytes';
  logicalType: 'decimal';
  precision: number;
  scale: number;
}
/** With a logical type that does not say how to read it. */
export interface MeaningJson {
  type: 'int' | 'long';
  logicalType: string;
}
export type NamedJson = RecordJson | EnumJson | FixedJson;
export type SchemaJson =
  | string
  | NamedJson
  | DecimalJson
  | MeaningJson
  | { type: 'array'; items: SchemaJson }
  | { type: 'map'; values: SchemaJson }
  | SchemaJson[];

type Names = ReadonlyMap<string, NamedJson>;

/** The datum is not read, or is read as something else. */
class NotRead extends Error {}

/** All named types; names stand there in full. */
export function namesIn(schema: SchemaJson, found = new Map<string, NamedJson>()): Map<string, NamedJson> {
  if (typeof schema === 'string') return found;
  if (Array.isArray(schema)) for (const branch of schema) namesIn(branch, found);
  else if (schema.type === 'array') namesIn(schema.items, found);
  else if (schema.type === 'map') namesIn(schema.values, found);
  else if (isNamed(schema)) {
    found.set(schema.name, schema);
    if (schema.type === 'record') for (const field of schema.fields) namesIn(field.type, found);
  }
  return found;
}

const isNamed = (schema: SchemaJson): schema is NamedJson =>
  typeof schema === 'object' && !Array.isArray(schema) && ['record', 'enum', 'fixed'].includes(schema.type);

const hasMeaning = (schema: SchemaJson): schema is MeaningJson =>
  typeof schema === 'object' && !Array.isArray(schema) && (schema.type === 'int' || schema.type === 'long');

/** What a name or a logical type stands for. */
function plain(schema: SchemaJson, names: Names): Exclude<SchemaJson, MeaningJson> {
  if (typeof schema === 'string') return names.get(schema) ?? schema;
  return hasMeaning(schema) ? schema.type : schema;
}

const kindOf = (schema: SchemaJson): string =>
  typeof schema === 'string' ? schema : Array.isArray(schema) ? 'union' : schema.type;

const simple = (name: string) => name.split('.').at(-1);

/** Data that takes each branch and symbol at least once, in records within records too; empty: there can be none. */
export function covering(schema: SchemaJson, names = namesIn(schema), depth = 0): unknown[] {
  const type = plain(schema, names);
  if (typeof type === 'string') return samples[type] ?? [];
  if (Array.isArray(type)) {
    return type.flatMap((branch, index) => covering(branch, names, depth).map((value) => ({ branch: index, value })));
  }
  switch (type.type) {
    case 'bytes':
      return ['\u0001'];
    case 'array':
      return [[], ...covering(type.items, names, depth).map((item) => [item])];
    case 'map':
      return [{}, ...covering(type.values, names, depth).map((value) => ({ key: value }))];
    case 'enum':
      return type.symbols;
    case 'fixed':
      return ['x'.repeat(type.size)];
    case 'record':
      return depth > 4 ? [] : recordsOf(type, names, depth + 1);
  }
}

const samples: Readonly<Record<string, readonly unknown[] & unknown[]>> = {
  null: [null],
  boolean: [true],
  int: [7, -1],
  long: [8],
  float: [0.5],
  double: [0.25],
  string: ['text'],
  bytes: ['\u0001'],
};

function recordsOf({ fields }: RecordJson, names: Map<string, NamedJson>, depth: number): unknown[] {
  const values = fields.map((field) => covering(field.type, names, depth));
  if (values.some((list) => list.length === 0)) return [];
  const rows = Math.min(2_000, Math.max(1, ...values.map((list) => list.length)));
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(fields.map((field, index) => [field.name, pick(values[index] ?? [], row)])),
  );
}

const pick = (list: readonly unknown[], row: number) => list[row % list.length];

export interface Schemas {
  reader: SchemaJson;
  writer: SchemaJson;
}

/** What `schemas.reader` makes of a datum; a union is left out of what was read. Throws NotRead. */
function read({ reader, writer }: Schemas, datum: unknown): unknown {
  return new Resolver(namesIn(reader), namesIn(writer)).resolve(reader, writer, datum);
}

/** Whether the datum is read, and as what it is. */
export function isRead(schemas: Schemas, datum: unknown): boolean {
  try {
    read(schemas, datum);
    return true;
  } catch (error) {
    if (error instanceof NotRead) return false;
    throw error;
  }
}

class Resolver {
  readonly #readers: Names;
  readonly #writers: Names;

  constructor(readers: Names, writers: Names) {
    this.#readers = readers;
    this.#writers = writers;
  }

  resolve(readerType: SchemaJson, writerType: SchemaJson, datum: unknown): unknown {
    const reader = plain(readerType, this.#readers);
    const writer = plain(writerType, this.#writers);
    if (Array.isArray(writer)) {
      const { branch, value } = datum as { branch: number; value: unknown };
      return this.resolve(reader, writer[branch] ?? [], value);
    }
    if (Array.isArray(reader)) return this.resolve(this.#branchFor(reader, writer), writer, datum);
    if (!this.#match(reader, writer)) throw new NotRead(`${kindOf(writer)} is no ${kindOf(reader)}`);
    return this.#resolveMatching(reader, writer, datum);
  }

  #resolveMatching(reader: SchemaJson, writer: SchemaJson, datum: unknown): unknown {
    if (typeof reader === 'string' || typeof writer === 'string' || Array.isArray(reader) || Array.isArray(writer)) {
      return datum;
    }
    if (reader.type === 'record' && writer.type === 'record') {
      return this.#resolveRecord(reader, writer, datum as Record<string, unknown>);
    }
    if (reader.type === 'enum' && writer.type === 'enum') {
      const symbol = reader.symbols.includes(String(datum)) ? String(datum) : reader.default;
      if (symbol === undefined) throw new NotRead(`no symbol ${datum}`);
      return symbol;
    }
    if (reader.type === 'array' && writer.type === 'array') {
      return (datum as unknown[]).map((item) => this.resolve(reader.items, writer.items, item));
    }
    if (reader.type === 'map' && writer.type === 'map') {
      const entries = Object.entries(datum as Record<string, unknown>);
      return Object.fromEntries(
        entries.map(([key, value]) => [key, this.resolve(reader.values, writer.values, value)]),
      );
    }
    // The bytes say nothing of the scale, so that they are taken for another number.
    const isOther = reader.type === 'bytes' && writer.type === 'bytes' && reader.scale !== writer.scale;
    if (isOther) throw new NotRead('another number');
    return datum;
  }

  /** The writer's fields are renamed by the reader's aliases first; where that makes two of one name, nobody can read. */
  #resolveRecord(reader: RecordJson, writer: RecordJson, datum: Record<string, unknown>): Record<string, unknown> {
    const renamed = new Map(reader.fields.flatMap(({ name, aliases = [] }) => aliases.map((alias) => [alias, name])));
    const written = writer.fields.map((field) => ({ ...field, as: renamed.get(field.name) ?? field.name }));
    if (new Set(written.map((field) => field.as)).size < written.length) throw new NotRead('two fields of one name');
    // One of them would take its default for what was written.
    const asked = (name: string) => reader.fields.filter((one) => [one.name, ...(one.aliases ?? [])].includes(name));
    if (writer.fields.some(({ name }) => asked(name).length > 1)) throw new NotRead('two fields ask for one');
    return Object.fromEntries(
      reader.fields.map((field) => {
        const source = written.find(({ as }) => as === field.name);
        if (source) return [field.name, this.resolve(field.type, source.type, datum[source.name])];
        if (field.default === undefined) throw new NotRead(`nothing for ${field.name}`);
        return [field.name, field.default];
      }),
    );
  }

  #branchFor(branches: readonly SchemaJson[], writer: SchemaJson): SchemaJson {
    const types = branches.map((one) => plain(one, this.#readers));
    const matching = types.filter((one) => this.#match(one, writer));
    const best = [this.#isSame, this.#hasAlias, () => true].map((test) => matching.find((one) => test(one, writer)));
    const found = best.find((one) => one !== undefined);
    if (found === undefined) throw new NotRead(`no branch for ${kindOf(writer)}`);
    return found;
  }

  readonly #isSame = (reader: SchemaJson, writer: SchemaJson): boolean => {
    if (kindOf(reader) !== kindOf(writer)) return false;
    return !isNamed(reader) || !isNamed(writer) || reader.name === writer.name;
  };

  readonly #hasAlias = (reader: SchemaJson, writer: SchemaJson): boolean =>
    isNamed(reader) && isNamed(writer) && (reader.aliases ?? []).includes(writer.name);

  #match(reader: SchemaJson, writer: SchemaJson): boolean {
    const [to, from] = [kindOf(reader), kindOf(writer)];
    if (to !== from) return promotions.includes(`${from}-${to}`);
    if (!isNamed(reader) || !isNamed(writer)) return true;
    if (reader.type === 'fixed' && writer.type === 'fixed' && reader.size !== writer.size) return false;
    return simple(reader.name) === simple(writer.name) || this.#hasAlias(reader, writer);
  }
}

const promotions = [
  ...['int-long', 'int-float', 'int-double', 'long-float', 'long-double', 'float-double'],
  ...['string-bytes', 'bytes-string'],
];
