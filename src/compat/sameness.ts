import { evenAvro } from './avro/even.ts';
import type { SchemaFormat } from './check.ts';
import { areEven, type Even, evenJson, evenText, isList, membersOf, pathsOfDifference, stepsOf } from './even.ts';
import { type Json, readJson } from './json.ts';
import { mattersInJsonSchema } from './json-schema/matters.ts';
import { evenProtobuf } from './protobuf/even.ts';

/** What one text says and another one does not. */
export interface Difference {
  /** JSON pointer into the schema; empty for all of it. */
  path: string;
  /** Whether readers or registries act upon it; nobody acts upon documentation and attributes of one's own. */
  matters: boolean;
}

/**
 * Whether two texts are one schema, however it is written. Key order, white space and the spelling of namespaces do not
 * count, in Protobuf comments and the order of fields; nothing else is passed over. What cannot be read is compared as
 * text.
 */
export function areOneSchema(format: SchemaFormat, one: string, other: string): boolean {
  return one === other || areEven(evenOf(format, one), evenOf(format, other));
}

/** Where two texts say something different; nowhere if they are one schema. Takes long where that is in many places. */
export function differencesOf(format: SchemaFormat, one: string, other: string): readonly Difference[] {
  if (one === other) return [];
  const [evenOne, evenOther] = [evenOf(format, one), evenOf(format, other)];
  return pathsOfDifference(evenOne, evenOther).map((path) => ({ path, matters: matters(format, evenOne, path) }));
}

function matters(format: SchemaFormat, schema: Even, path: string): boolean {
  switch (format) {
    case 'Avro':
      return mattersInAvro(schema, path);
    case 'JSONSchema':
      return mattersInJsonSchema(path);
    case 'Protobuf':
      return true;
  }
}

function evenOf(format: SchemaFormat, text: string): Even {
  switch (format) {
    case 'Avro':
      return evenOfJson(text, evenAvro);
    case 'JSONSchema':
      return evenOfJson(text, evenJson);
    case 'Protobuf':
      return evenProtobuf(text) ?? evenLines(text);
  }
}

function evenOfJson(text: string, even: (value: Json) => Even): Even {
  const value = readJson(text);
  return value.kind === 'noJson' ? evenLines(text) : even(value);
}

/** White space within a line may stand in quotes, so only its ends and empty lines do not count. */
function evenLines(text: string): string {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
  return lines
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n');
}

const ofNamed = ['name', 'aliases'];
const ofAnyType = ['type', 'logicalType', 'precision', 'scale'];
const ofField = ['type', 'name', 'aliases', 'default', 'order'];

/** By the type as it is evened out. Elsewhere these names mean nothing, and registries may drop them. */
const ofKind: ReadonlyMap<Even | undefined, readonly string[]> = new Map([
  [evenText('record'), [...ofNamed, 'fields']],
  [evenText('error'), [...ofNamed, 'fields']],
  [evenText('enum'), [...ofNamed, 'symbols', 'default']],
  [evenText('fixed'), [...ofNamed, 'size']],
  [evenText('array'), ['items']],
  [evenText('map'), ['values']],
]);

/** By the first step that means nothing where it stands: what is below it means nothing too. A default holds any names. */
function mattersInAvro(schema: Even, path: string): boolean {
  let at: Even | undefined = schema;
  let isField = false;
  for (const step of stepsOf(path)) {
    if (at !== undefined && isList(at)) {
      at = memberOf(at, Number(step));
      continue;
    }
    const meaningful: readonly string[] = isField
      ? ofField
      : [...ofAnyType, ...(ofKind.get(memberOf(at, 'type')) ?? [])];
    if (!meaningful.includes(step)) return false;
    if (step === 'default') return true;
    at = memberOf(at, step);
    isField = step === 'fields';
  }
  return true;
}

function memberOf(even: Even | undefined, key: string | number): Even | undefined {
  return even === undefined || typeof even === 'string' ? undefined : membersOf(even).get(key);
}
