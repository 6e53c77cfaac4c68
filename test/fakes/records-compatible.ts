import type { CompatibilityLevel } from '../../src/ports/registry.ts';

/** Whether `next` may follow `previous`, compared as a pair, under `level`. */
export type IsCompatible = (previous: string, next: string, level: CompatibilityLevel) => boolean;

interface Field {
  name: string;
  type: unknown;
  default?: unknown;
}

/**
 * Avro's rule for flat records, and no other part of Avro: a reader needs each of its fields written, or a default. Of JSON
 * Schema, that what is required must have been.
 */
export const recordsCompatible: IsCompatible = (previous, next, level) => {
  if (level === 'None') return true;
  const backward = level.startsWith('Forward') || canRead(next, previous);
  const forward = level.startsWith('Backward') || canRead(previous, next);
  return backward && forward;
};

function canRead(reader: string, writer: string): boolean {
  const always = requiredBy(writer);
  if (!requiredBy(reader).every((name) => always.includes(name))) return false;
  const written = new Map(fieldsOf(writer).map((field) => [field.name, field]));
  return fieldsOf(reader).every((field) => {
    const source = written.get(field.name);
    return source === undefined
      ? field.default !== undefined
      : JSON.stringify(source.type) === JSON.stringify(field.type);
  });
}

function requiredBy(schema: string): readonly string[] {
  return JSON.parse(schema).required ?? [];
}

function fieldsOf(schema: string): readonly Field[] {
  return JSON.parse(schema).fields ?? [];
}
