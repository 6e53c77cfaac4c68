import { parseJson } from '../../base/json.ts';
import { isRecord } from '../../base/records.ts';
import type { SchemaFormat } from '../../compat/check.ts';

/** What only a JSON Schema has at its root. */
const jsonSchemaKeys = [
  '$schema',
  '$id',
  '$ref',
  '$defs',
  'definitions',
  'properties',
  'allOf',
  'anyOf',
  'oneOf',
  'required',
];
const jsonSchemaTypes: readonly unknown[] = ['object', 'integer', 'number'];
const avroTypes: readonly unknown[] = ['record', 'enum', 'fixed', 'map', 'int', 'long', 'float', 'double', 'bytes'];

/** By the ending of the file, and otherwise by what the text looks like; `undefined`: it could be more than one. */
export function formatOf(path: string, text: string): SchemaFormat | undefined {
  if (path.endsWith('.proto')) return 'Protobuf';
  if (path.endsWith('.avsc')) return 'Avro';
  const root = parseJson(text.replace(/^\uFEFF/, ''));
  if (typeof root === 'boolean') return 'JSONSchema';
  if (typeof root === 'string' || Array.isArray(root)) return 'Avro';
  if (!isRecord(root)) return undefined;
  if (avroTypes.includes(root.type)) return 'Avro';
  const isJsonSchema = jsonSchemaTypes.includes(root.type) || jsonSchemaKeys.some((key) => Object.hasOwn(root, key));
  return isJsonSchema ? 'JSONSchema' : undefined;
}
