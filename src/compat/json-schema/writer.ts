import type { Atom } from './data.ts';
import { nextId } from './reading/reading.ts';
import type { Schema } from './schema.ts';

/** Nobody writes that many schemas for one value. */
const mostSchemas = 200;

/**
 * What is known of a value that was written: it is valid under all of the schemas, what they refer to and what they
 * demand by `allOf` among them. Alternatives become schemas of their own once they are chosen.
 */
export class Writer {
  readonly schemas: readonly Schema[];
  readonly key: string;
  /** Alternatives that were chosen among, so that they are not again. */
  readonly chosen: ReadonlySet<string>;

  constructor(schemas: readonly Schema[], chosen: ReadonlySet<string> = new Set()) {
    this.schemas = flat(schemas);
    this.chosen = chosen;
    this.key = `${this.schemas
      .map(({ id }) => id)
      .sort((a, b) => a - b)
      .join()}|${[...chosen].sort().join()}`;
  }

  and(...schemas: readonly Schema[]): Writer {
    return new Writer([...this.schemas, ...schemas], this.chosen);
  }

  choosing(what: string, ...schemas: readonly Schema[]): Writer {
    return new Writer([...this.schemas, ...schemas], new Set([...this.chosen, what]));
  }

  /** Where it stands. */
  get path(): string {
    return this.schemas[0]?.path ?? '';
  }
}

function flat(schemas: readonly Schema[]): readonly Schema[] {
  const seen = new Set<Schema>();
  const due = [...schemas].reverse();
  for (let schema = due.pop(); schema !== undefined && seen.size < mostSchemas; schema = due.pop()) {
    if (seen.has(schema)) continue;
    seen.add(schema);
    due.push(...[...(schema.allOf ?? [])].reverse());
    if (schema.ref) due.push(schema.ref);
  }
  return [...seen];
}

const made = new Map<string, Schema>();

/** A schema that stands in no text; the same one for the same name. */
export function synthetic(name: string, content: Omit<Schema, 'id' | 'path'>): Schema {
  const known = made.get(name);
  if (known) return known;
  if (made.size > 1_000) made.clear();
  const schema = { ...content, id: nextId(), path: '' };
  made.set(name, schema);
  return schema;
}

export function ofType(...types: readonly Atom[]): Schema {
  return synthetic(`type ${types.join()}`, { types: new Set(types) });
}

export function requiring(name: string): Schema {
  return synthetic(`required ${name}`, { types: new Set<Atom>(['object']), required: [name] });
}
