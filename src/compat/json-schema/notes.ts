import type { JsonSchemaRule } from './rules.ts';
import type { Schema } from './schema.ts';

export interface Note {
  rule: JsonSchemaRule;
  /** In the newer schema. */
  path: string;
  message: string;
  fix: string;
}

/** Pairs of schemas that are looked at. */
const mostPairs = 20_000;

/** What has no say in validity and is known to hurt when it changes, in parts that have the same place in both. */
export function notesOn(newer: Schema, older: Schema): readonly Note[] {
  const notes: Note[] = [];
  const seen = new Set<string>();
  const due: (readonly [Schema, Schema])[] = [[newer, older]];
  for (let pair = due.pop(); pair !== undefined && seen.size < mostPairs; pair = due.pop()) {
    const [a, b] = [referred(pair[0]), referred(pair[1])];
    const key = `${a.id} ${b.id}`;
    if (seen.has(key)) continue;
    seen.add(key);
    notes.push(...notesBetween(a, b));
    due.push(...pairsIn(a, b));
  }
  return notes;
}

/** A schema that is nothing but a reference stands for what it refers to. */
function referred(schema: Schema): Schema {
  let [current, left] = [schema, 50];
  while (current.ref !== undefined && current.format === undefined && left > 0)
    [current, left] = [current.ref, left - 1];
  return current;
}

function notesBetween(newer: Schema, older: Schema): readonly Note[] {
  const notes: Note[] = [];
  if (newer.format !== older.format) {
    const message = `format ${called(older.format)} became ${called(newer.format)}, which some validators check and others do not`;
    notes.push({
      rule: 'JsonFormatChanged',
      path: newer.path,
      message,
      fix: 'Keep the format, or add a property for the new one.',
    });
  }
  if (newer.content !== older.content) {
    const message = `the content ${called(older.content)} became ${called(newer.content)}, and validators do not look at it`;
    notes.push({
      rule: 'JsonContentChanged',
      path: newer.path,
      message,
      fix: 'Keep the content, or add a property for the new one.',
    });
  }
  return notes;
}

function called(name: string | undefined): string {
  return name === undefined ? 'none' : JSON.stringify(name);
}

function pairsIn(a: Schema, b: Schema): readonly (readonly [Schema, Schema])[] {
  const single = (['rest', 'additional', 'names', 'not', 'if', 'then', 'else', 'unevaluatedProperties'] as const).map(
    (key) => [a[key], b[key]] as const,
  );
  const lists = (['prefix', 'allOf', 'anyOf', 'oneOf'] as const).flatMap((key) =>
    (a[key] ?? []).map((one, index) => [one, b[key]?.[index]] as const),
  );
  const named = [...(a.properties ?? [])].map(([name, one]) => [one, b.properties?.get(name)] as const);
  const patterns = (a.patterns ?? []).map(
    ({ pattern, schema }) => [schema, b.patterns?.find((one) => one.pattern === pattern)?.schema] as const,
  );
  const all = [...single, ...lists, ...named, ...patterns, [a.contains?.schema, b.contains?.schema] as const];
  return all.flatMap(([one, other]) => (one && other ? [[one, other] as const] : []));
}
