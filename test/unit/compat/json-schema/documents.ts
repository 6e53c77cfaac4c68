import type { SchemaJson } from './oracle.ts';

type Part = { readonly [key: string]: unknown };
type Chance = (below: number) => number;

/** The same numbers for the same seed. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const strings = ['', 'a', 'ab', 'abc', 'abcdefg', 'A', 'B', 'C', 'AB', '1', 'ABC-12', 'x y'];
const numbers = [0, 1, 2, 3, 4, 5, 6, 8, 9, 10, -1, -2, -3, 0.5, 2.5, 12];
const names = ['a', 'b', 'c', 'x-d', 'ab', 'x-e', 'q'];

/** Documents that are mostly made as the schema asks, and sometimes not. */
export function documentsFor(root: SchemaJson, chance: Chance, count: number): readonly unknown[] {
  return Array.from({ length: count }, () => new Making(root, chance).any(root, 0));
}

class Making {
  readonly #root: SchemaJson;
  readonly #chance: Chance;

  constructor(root: SchemaJson, chance: Chance) {
    this.#root = root;
    this.#chance = chance;
  }

  any(schema: SchemaJson, depth: number): unknown {
    if (typeof schema === 'boolean' || depth > 6 || this.#chance(12) === 0) return this.#free(depth);
    const whole = this.#whole(schema, depth);
    if (whole.const !== undefined) return whole.const;
    if (Array.isArray(whole.enum)) return this.#one(whole.enum);
    const types =
      whole.type ??
      (whole.properties || whole.required || whole.if
        ? 'object'
        : whole.items || whole.prefixItems
          ? 'array'
          : undefined);
    const type = Array.isArray(types) ? this.#one(types) : types;
    switch (type) {
      case 'string':
        return this.#one(strings);
      case 'integer':
        return Math.trunc(this.#one(numbers));
      case 'number':
        return this.#one(numbers);
      case 'boolean':
        return this.#chance(2) === 0;
      case 'null':
        return null;
      case 'object':
        return this.#object(whole, depth);
      case 'array':
        return this.#array(whole, depth);
      default:
        return this.#free(depth);
    }
  }

  /** With what it refers to, and one of its alternatives. */
  #whole(schema: Part, depth: number): Part {
    if (depth > 12) return schema;
    const parts: SchemaJson[] = [];
    if (typeof schema.$ref === 'string') parts.push(schema.$ref === '#' ? this.#root : this.#definition(schema.$ref));
    parts.push(...((schema.allOf as SchemaJson[]) ?? []));
    for (const key of ['anyOf', 'oneOf'])
      if (Array.isArray(schema[key])) parts.push(this.#one(schema[key] as SchemaJson[]));
    for (const key of ['then', 'else'])
      if (schema[key] !== undefined && this.#chance(2) === 0) parts.push(schema[key] as SchemaJson);
    let whole: Part = schema;
    for (const part of parts) {
      if (typeof part === 'boolean') continue;
      const other = this.#whole(part, depth + 4);
      const properties = { ...(whole.properties as Part), ...(other.properties as Part) };
      const required = [...((whole.required as string[]) ?? []), ...((other.required as string[]) ?? [])];
      whole = { ...whole, ...other, properties, required };
      if (Object.keys(properties).length === 0 && required.length === 0) {
        const { properties: _none, required: _neither, ...rest } = whole;
        whole = rest;
      }
    }
    return whole;
  }

  #definition(reference: string): SchemaJson {
    const { definitions = {} } = typeof this.#root === 'boolean' ? {} : this.#root;
    return (definitions as { [name: string]: SchemaJson })[reference.split('/').at(-1) ?? ''] ?? true;
  }

  #object(schema: Part, depth: number): unknown {
    const properties = (schema.properties ?? {}) as { readonly [name: string]: SchemaJson };
    const required = (schema.required ?? []) as readonly string[];
    const wanted = [...names, ...Object.keys(properties)].filter((name) => {
      const isNamed = Object.hasOwn(properties, name);
      return required.includes(name)
        ? this.#chance(10) > 0
        : this.#chance(isNamed ? 2 : schema.additionalProperties === false ? 20 : 6) === 0;
    });
    const other = this.#one([
      true,
      ...Object.values((schema.patternProperties ?? {}) as Part),
      schema.additionalProperties ?? true,
    ]) as SchemaJson;
    return Object.fromEntries(wanted.map((name) => [name, this.any(properties[name] ?? other, depth + 1)]));
  }

  #array(schema: Part, depth: number): unknown {
    const tuple = (schema.prefixItems ?? (Array.isArray(schema.items) ? schema.items : [])) as readonly SchemaJson[];
    const further = (Array.isArray(schema.items) ? schema.additionalItems : schema.items) as SchemaJson | undefined;
    const length = this.#chance(4) + (this.#chance(3) === 0 ? Number(schema.minItems ?? 0) : 0);
    return Array.from({ length }, (_, index) => this.any(tuple[index] ?? further ?? true, depth + 1));
  }

  #free(depth: number): unknown {
    const flat = [null, true, false, this.#one(strings), this.#one(numbers), this.#one(numbers), this.#one(strings)];
    if (depth > 4) return this.#one(flat);
    return this.#one([...flat, [], {}, { [this.#one(names)]: this.#one(flat) }, [this.#one(flat), this.#one(flat)]]);
  }

  #one<T>(from: readonly T[]): T {
    return from[this.#chance(from.length)] as T;
  }
}
