import { type Json, type JsonObject, lineAndColumn, memberOf } from '../../json.ts';
import type { AvroRule } from '../rules.ts';
import type { Finding, NamedType, NameType } from '../schema.ts';

/** By one rule; more help nobody. Another rule is heard all the same, so that no advice hides a break. */
const mostFindings = 100;

export interface Source {
  text: string;
  /** What stands before the paths of this text. */
  prefix: string;
}

export interface Spot {
  path: string;
  value: Json;
  /** Where names without a dot belong. */
  namespace: string;
}

/** What is gathered while the texts of one schema are read. */
export class Building {
  readonly named = new Map<string, NamedType>();
  /** Names that are used, in the order of their use, each with what was defined by then. */
  readonly uses: { type: NameType; spot: Spot; source: Source; wasDefined: boolean }[] = [];
  readonly aliased: { type: NamedType; spot: Spot; source: Source }[] = [];
  readonly findings: Finding[] = [];
  /** Something is missing without which there is no schema. */
  isBroken = false;

  readonly #found = new Map<AvroRule, number>();
  #source: Source = { text: '', prefix: '' };

  get source(): Source {
    return this.#source;
  }

  begin(source: Source): void {
    this.#source = source;
  }

  find(rule: AvroRule, { path, value }: Pick<Spot, 'path' | 'value'>, message: string, fix: string): void {
    const found = this.#found.get(rule) ?? 0;
    if (found >= mostFindings) return;
    this.#found.set(rule, found + 1);
    const { line, column } = lineAndColumn(this.#source.text, value.at);
    this.findings.push({ rule, path, line, column, message, fix });
  }

  /** The first definition of a name counts. */
  define(type: NamedType, spot: Spot): void {
    if (!this.named.has(type.name)) this.named.set(type.name, type);
    if (type.aliases.length > 0) this.aliased.push({ type, spot, source: this.#source });
  }

  break(...found: Parameters<Building['find']>): void {
    this.find(...found);
    this.isBroken = true;
  }
}

export function child(spot: Spot, step: string | number, value: Json): Spot {
  return { path: `${spot.path}/${step}`, value, namespace: spot.namespace };
}

/** The text under `key`; what is no text is found wrong, and null counts as nothing, as generators write it. */
export function textOf(building: Building, spot: Spot, object: JsonObject, key: string): string | undefined {
  const value = memberOf(object, key);
  if (value === undefined || value.kind === 'null') return undefined;
  if (value.kind === 'string') return value.value;
  building.find('AvroAttributeInvalid', child(spot, key, value), `"${key}" is no text`, `Write "${key}" in quotes.`);
  return undefined;
}

/** The text under `key`; without one there is no schema. */
export function requiredText(
  building: Building,
  spot: Spot,
  object: JsonObject,
  key: string,
  owner: string,
): string | undefined {
  const isThere = (memberOf(object, key)?.kind ?? 'null') !== 'null';
  if (!isThere) missing(building, spot, owner, key);
  const text = textOf(building, spot, object, key);
  if (text === undefined) building.isBroken = true;
  return text;
}

/** The list under `key`, item by item; without one there is no schema. */
export function requiredList(
  building: Building,
  spot: Spot,
  object: JsonObject,
  key: string,
  owner: string,
): readonly Spot[] {
  const value = memberOf(object, key);
  if (value?.kind === 'array') {
    const list = child(spot, key, value);
    return value.items.map((item, index) => child(list, index, item));
  }
  if (value === undefined) missing(building, spot, owner, key);
  else {
    const message = `"${key}" of ${owner} is no list`;
    building.break('AvroAttributeInvalid', child(spot, key, value), message, `Write "${key}" in brackets.`);
  }
  return [];
}

export function missing(building: Building, spot: Spot, owner: string, key: string): void {
  building.break('AvroAttributeMissing', spot, `${owner} has no "${key}"`, `Add "${key}".`);
}
