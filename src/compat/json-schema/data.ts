import type { Json } from '../json.ts';
import { type Decimal, decimalOf, isInteger, textOfDecimal } from './decimal.ts';

/** What a value can be; a number that is whole in value is an integer, however it is written. */
export const atoms = ['null', 'boolean', 'integer', 'fraction', 'string', 'array', 'object'] as const;

export type Atom = (typeof atoms)[number];

/** `undefined`: it cannot be told. */
export type Sure = boolean | undefined;

/** Values that are made here stand in no text. */
const at = 0;

export const nullValue: Json = { kind: 'null', at };

export function booleanValue(value: boolean): Json {
  return { kind: 'boolean', at, value };
}

export function numberValue(value: Decimal): Json {
  return { kind: 'number', at, text: textOfDecimal(value) };
}

export function stringValue(value: string): Json {
  return { kind: 'string', at, value };
}

export function arrayValue(items: readonly Json[]): Json {
  return { kind: 'array', at, items };
}

export function objectValue(members: Iterable<readonly [string, Json]>): Json {
  return { kind: 'object', at, members: [...members].map(([key, value]) => ({ key, value })) };
}

/** `undefined`: a number that is too far out. */
export function atomOf(value: Json): Atom | undefined {
  if (value.kind !== 'number') return value.kind;
  const number = decimalOf(value.text);
  return number && (isInteger(number) ? 'integer' : 'fraction');
}

/** Of a key that stands there twice, the last one counts. */
export function entriesOf(value: Extract<Json, { kind: 'object' }>): ReadonlyMap<string, Json> {
  return new Map(value.members.map((member) => [member.key, member.value]));
}

const canonicals = new WeakMap<Json, string>();

/** The same text for the same value, whatever the order of its keys and the spelling of its numbers. */
export function canonical(value: Json): string {
  const known = canonicals.get(value);
  if (known !== undefined) return known;
  const text = canonicalOf(value);
  canonicals.set(value, text);
  return text;
}

function canonicalOf(value: Json): string {
  switch (value.kind) {
    case 'null':
      return 'null';
    case 'boolean':
      return String(value.value);
    case 'string':
      return JSON.stringify(value.value);
    case 'number': {
      const number = decimalOf(value.text);
      return number ? textOfDecimal(number) : value.text;
    }
    case 'array':
      return `[${value.items.map(canonical).join()}]`;
    case 'object': {
      const entries = [...entriesOf(value)].sort(([a], [b]) => (a < b ? -1 : 1));
      return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join()}}`;
    }
  }
}

/** As a text of JSON, in the order of its making. */
export function textOf(value: Json): string {
  if (value.kind === 'array') return `[${value.items.map(textOf).join()}]`;
  if (value.kind !== 'object') return value.kind === 'number' ? value.text : canonical(value);
  return `{${value.members.map((member) => `${JSON.stringify(member.key)}:${textOf(member.value)}`).join()}}`;
}
