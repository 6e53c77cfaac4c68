import { escapeStep, type Json, lineAndColumn } from '../../json.ts';
import type { JsonSchemaRule } from '../rules.ts';
import type { Finding, Schema } from '../schema.ts';

/** By the number in its name; 2019-09 and 2020-12 by their years. */
export type Draft = 4 | 6 | 7 | 2019 | 2020;

/** One text, or a part of it with an `$id` of its own. */
export interface Resource {
  base: string;
  root: Spot;
  anchors: Map<string, Spot>;
}

export interface Source {
  text: string;
  /** What stands before the paths of this text. */
  prefix: string;
  draft: Draft;
}

export interface Spot {
  path: string;
  value: Json;
  source: Source;
  resource: Resource;
}

/** By one rule; more help nobody. */
const mostFindings = 100;

/** What is gathered while the texts of one schema are read. */
export class Reading {
  /** By where they stand. */
  readonly schemas = new Map<string, Schema>();
  readonly resources = new Map<string, Resource>();
  readonly uses: { schema: Schema; spot: Spot; reference: string; dynamic: boolean }[] = [];
  /** Schemas that are met and not yet read: a queue, so that no chain of them is too long for the stack. */
  readonly due: { schema: Schema; spot: Spot }[] = [];
  readonly findings: Finding[] = [];
  /** Before 2019-09 what stands beside a `$ref` is passed over, and many validators look at it. */
  readonly siblings: 'ignored' | 'applied';
  hasSiblings = false;

  readonly #found = new Map<JsonSchemaRule, number>();

  constructor(siblings: 'ignored' | 'applied') {
    this.siblings = siblings;
  }

  /** The schema at the spot; it is read later. */
  schemaAt(spot: Spot): Schema {
    const known = this.schemas.get(spot.path);
    if (known) return known;
    const schema: Schema = { id: nextId(), path: spot.path };
    this.schemas.set(spot.path, schema);
    this.due.push({ schema, spot });
    return schema;
  }

  find(
    rule: JsonSchemaRule,
    { path, value, source }: Pick<Spot, 'path' | 'value' | 'source'>,
    message: string,
    fix: string,
  ): void {
    const found = this.#found.get(rule) ?? 0;
    if (found >= mostFindings) return;
    this.#found.set(rule, found + 1);
    this.findings.push({ rule, path, ...lineAndColumn(source.text, value.at), message, fix });
  }
}

let lastId = 0;

/** Of each schema in this process its own, so that what is found out about one can be kept. */
export function nextId(): number {
  lastId += 1;
  return lastId;
}

export function child(spot: Spot, step: string | number, value: Json): Spot {
  return { ...spot, path: `${spot.path}/${escapeStep(step)}`, value };
}
