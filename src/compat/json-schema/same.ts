import { canonical } from './data.ts';
import { compareDecimals } from './decimal.ts';
import type { Bound, Schema } from './schema.ts';
import type { Aspect } from './validity.ts';

const mostLevels = 150;

/** Finds schemas that ask for the very same, in two texts. What has no say in validity may differ. */
export class Same {
  readonly #proven = new Set<string>();
  readonly #refuted = new Set<string>();
  #assumed = new Set<string>();
  #levels = 0;

  schemas(a: Schema, b: Schema): boolean {
    if (a === b) return true;
    const key = `${a.id} ${b.id}`;
    if (this.#proven.has(key) || this.#assumed.has(key)) return true;
    if (this.#refuted.has(key) || this.#levels >= mostLevels) return false;
    // What it stands for is not known.
    if (a.opaque !== undefined || b.opaque !== undefined) return false;
    // Schemas that refer to themselves meet again, which brings nothing new.
    this.#assumed.add(key);
    this.#levels += 1;
    const isSame = parts.every((part) => this.aspect(part, a, b));
    this.#levels -= 1;
    if (!isSame) this.#refuted.add(key);
    if (this.#levels === 0) {
      if (isSame) for (const one of this.#assumed) this.#proven.add(one);
      this.#assumed = new Set();
    }
    return isSame;
  }

  /** Of one thing that schemas ask for, by itself. */
  aspect(part: Part, a: Schema, b: Schema): boolean {
    return this.#values(a[part], b[part]);
  }

  #values(a: unknown, b: unknown): boolean {
    if (a === b) return true;
    if (a === undefined || b === undefined) return false;
    if (Array.isArray(a) && Array.isArray(b)) {
      return a.length === b.length && a.every((one, index) => this.#values(one, b[index]));
    }
    if (a instanceof Map && b instanceof Map) {
      return a.size === b.size && [...a].every(([key, one]) => b.has(key) && this.#values(one, b.get(key)));
    }
    if (a instanceof Set && b instanceof Set) return a.size === b.size && [...a].every((one) => b.has(one));
    return isObject(a) && isObject(b) && this.#objects(a, b);
  }

  #objects(a: object, b: object): boolean {
    if (isSchema(a) && isSchema(b)) return this.schemas(a, b);
    if (isJson(a) && isJson(b)) return canonical(a) === canonical(b);
    if (isBound(a) && isBound(b)) return a.exclusive === b.exclusive && compareDecimals(a.value, b.value) === 0;
    const [mine, other] = [Object.entries(a), new Map(Object.entries(b))];
    return mine.length === other.size && mine.every(([key, value]) => this.#values(value, other.get(key)));
  }
}

/** What of a schema has a say in validity. */
const parts = [
  ...([
    'never',
    'ref',
    'types',
    'values',
    'lower',
    'upper',
    'multipleOf',
    'minLength',
    'maxLength',
    'pattern',
  ] as const),
  ...([
    'prefix',
    'rest',
    'contains',
    'minItems',
    'maxItems',
    'unique',
    'properties',
    'patterns',
    'additional',
  ] as const),
  ...(['required', 'names', 'minProperties', 'maxProperties', 'dependentRequired', 'dependentSchemas'] as const),
  ...(['allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else', 'unevaluatedProperties', 'unevaluatedItems'] as const),
] as const satisfies readonly (keyof Schema)[];

type Part = (typeof parts)[number];

/** Aspects of which one alone can be the same, whatever stands beside it. */
const alone: Readonly<Partial<Record<Aspect, readonly Part[]>>> = {
  ...{
    contains: ['contains'],
    names: ['names'],
    dependentSchemas: ['dependentSchemas'],
    anyOf: ['anyOf'],
    oneOf: ['oneOf'],
  },
  ...{ not: ['not'], condition: ['if', 'then', 'else'], items: ['prefix', 'rest'] },
  properties: ['properties', 'patterns', 'additional'],
};

export function isSameAlone(same: Same, aspect: Aspect, a: Schema, b: Schema): boolean {
  const needed = alone[aspect];
  return needed?.every((part) => same.aspect(part, a, b)) ?? false;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isSchema(value: object): value is Schema {
  return 'id' in value && 'path' in value;
}

function isJson(value: object): value is Parameters<typeof canonical>[0] {
  return 'kind' in value && 'at' in value;
}

function isBound(value: object): value is Bound {
  return 'exclusive' in value;
}
