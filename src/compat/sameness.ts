import { evenAvro } from './avro/even.ts';
import type { SchemaFormat } from './check.ts';
import { type Even, evenJson, pathsOfDifference } from './even.ts';
import { type Json, readJson } from './json.ts';

/** What one text says and another one does not. */
export interface Difference {
  /** JSON pointer into the schema; empty for all of it. */
  path: string;
  /** Whether readers or registries act upon it; nobody acts upon documentation and attributes of one's own. */
  matters: boolean;
}

/**
 * Where two texts say something different; none: they are one schema, however it is written. Key order, white space and
 * the spelling of namespaces do not count, and nothing else is passed over. What cannot be read is compared as text.
 */
export function differencesOf(format: SchemaFormat, one: string, other: string): readonly Difference[] {
  if (one === other) return [];
  const [evenOne, evenOther] = [evenOf(format, one), evenOf(format, other)];
  return pathsOfDifference(evenOne, evenOther).map((path) => ({
    path,
    matters: format !== 'Avro' || mattersInAvro(path),
  }));
}

function evenOf(format: SchemaFormat, text: string): Even {
  switch (format) {
    case 'Avro':
      return evenOfJson(text, evenAvro);
    case 'JSONSchema':
      return evenOfJson(text, evenJson);
    case 'Protobuf':
      return evenLines(text);
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

const attributesOfAvro = new Set([
  ...['type', 'name', 'fields', 'symbols', 'items', 'values', 'size', 'aliases', 'default', 'order'],
  ...['logicalType', 'precision', 'scale'],
]);

/** By the first step of one's own: what is below it is of one's own too. A default holds any names. */
function mattersInAvro(path: string): boolean {
  for (const step of path.split('/').slice(1)) {
    if (step === 'default') return true;
    if (!/^\d+$/.test(step) && !attributesOfAvro.has(step)) return false;
  }
  return true;
}
