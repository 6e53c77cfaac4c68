import type { SchemaFormat } from '../../compat/check.ts';
import { compatibilityLevels } from '../../crds/event-schema.ts';
import type { CompatibilityLevel } from '../../ports/registry.ts';

export const schemaFormats: readonly SchemaFormat[] = ['Avro', 'JSONSchema', 'Protobuf'];

export function isFormat(text: unknown): text is SchemaFormat {
  return schemaFormats.some((format) => format === text);
}

export function isLevel(text: unknown): text is CompatibilityLevel {
  return compatibilityLevels.some((level) => level === text);
}
