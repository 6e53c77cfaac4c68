import type { Json } from '../json.ts';
import { atomOf, canonical, entriesOf, type Sure, stringValue } from './data.ts';
import { compareDecimals, decimalOf, isMultipleOf } from './decimal.ts';
import { matches } from './patterns.ts';
import { type Bound, inPlace, type Schema } from './schema.ts';

/** Schemas in schemas, and values in values; ordinary ones have some ten. */
const mostLevels = 250;

type JsonObject = Extract<Json, { kind: 'object' }>;
type JsonArray = Extract<Json, { kind: 'array' }>;

/** One thing that a schema asks of a value; `undefined`: it cannot be told. */
type Holds<Value = Json> = (validity: Validity, schema: Schema, value: Value) => Sure;

/** All of them; one that fails decides. */
export function all(sures: Iterable<Sure>): Sure {
  let result: Sure = true;
  for (const sure of sures) {
    if (sure === false) return false;
    if (sure === undefined) result = undefined;
  }
  return result;
}

/** One of them is enough. */
export function any(sures: Iterable<Sure>): Sure {
  let result: Sure = false;
  for (const sure of sures) {
    if (sure === true) return true;
    if (sure === undefined) result = undefined;
  }
  return result;
}

export function inverse(sure: Sure): Sure {
  return sure === undefined ? undefined : !sure;
}

const ofNumber = (judge: (schema: Schema, text: string) => Sure): Holds => {
  return (_validity, schema, value) => value.kind !== 'number' || judge(schema, value.text);
};
const ofString = (judge: (schema: Schema, text: string) => Sure): Holds => {
  return (_validity, schema, value) => value.kind !== 'string' || judge(schema, value.value);
};
const ofArray = (judge: Holds<JsonArray>): Holds => {
  return (validity, schema, value) => value.kind !== 'array' || judge(validity, schema, value);
};
const ofObject = (judge: Holds<JsonObject>): Holds => {
  return (validity, schema, value) => value.kind !== 'object' || judge(validity, schema, value);
};

/** How many characters there are, as JSON Schema counts them: by code points. */
export function lengthOf(text: string): number {
  let length = 0;
  for (const _character of text) length += 1;
  return length;
}

function isWithin(bound: Bound | undefined, text: string, sign: 1 | -1): Sure {
  if (bound === undefined) return true;
  const number = decimalOf(text);
  if (number === undefined) return undefined;
  const order = compareDecimals(number, bound.value) * sign;
  return bound.exclusive ? order > 0 : order >= 0;
}

/** What a schema may ask for, by name, so that it can be asked for one by one. */
export const aspects = {
  opaque: (_validity, schema) => (schema.opaque === undefined ? true : undefined),
  never: (_validity, schema) => schema.never !== true,
  type: (_validity, { types }, value) => {
    if (types === undefined) return true;
    const atom = atomOf(value);
    return atom === undefined ? (types.has('fraction') ? true : undefined) : types.has(atom);
  },
  values: (_validity, { values }, value) => values === undefined || holdsValue(values, value),
  lower: ofNumber((schema, text) => isWithin(schema.lower, text, 1)),
  upper: ofNumber((schema, text) => isWithin(schema.upper, text, -1)),
  multipleOf: ofNumber(({ multipleOf }, text) => {
    if (multipleOf === undefined) return true;
    const number = decimalOf(text);
    return number && isMultipleOf(number, multipleOf);
  }),
  minLength: ofString(({ minLength = 0 }, text) => minLength === 0 || lengthOf(text) >= minLength),
  maxLength: ofString(({ maxLength }, text) => maxLength === undefined || lengthOf(text) <= maxLength),
  pattern: ofString(({ pattern }, text) => pattern === undefined || matches(pattern, text)),
  items: ofArray((validity, { prefix = [], rest }, { items }) =>
    all(items.map((item, index) => validity.of(prefix[index] ?? rest, item))),
  ),
  contains: ofArray((validity, { contains }, { items }) => {
    if (contains === undefined) return true;
    const found = items.map((item) => validity.of(contains.schema, item));
    const [sure, maybe] = [found.filter((one) => one === true).length, found.filter((one) => one !== false).length];
    const { min, max = Number.POSITIVE_INFINITY } = contains;
    if (maybe < min || sure > max) return false;
    return sure >= min && maybe <= max ? true : undefined;
  }),
  minItems: ofArray((_validity, { minItems = 0 }, { items }) => items.length >= minItems),
  maxItems: ofArray((_validity, { maxItems }, { items }) => maxItems === undefined || items.length <= maxItems),
  unique: ofArray(
    (_validity, { unique }, { items }) => unique !== true || new Set(items.map(canonical)).size === items.length,
  ),
  properties: ofObject((validity, schema, value) => {
    if (schema.properties === undefined && schema.patterns === undefined && schema.additional === undefined)
      return true;
    return all([...entriesOf(value)].map(([name, inner]) => validity.ofProperty(schema, name, inner)));
  }),
  required: ofObject((_validity, { required = [] }, value) => required.length === 0 || hasAll(value, required)),
  names: ofObject((validity, { names }, value) => {
    return (
      names === undefined || all([...entriesOf(value).keys()].map((name) => validity.of(names, stringValue(name))))
    );
  }),
  minProperties: ofObject((_validity, { minProperties = 0 }, value) => entriesOf(value).size >= minProperties),
  maxProperties: ofObject(
    (_validity, { maxProperties }, value) => maxProperties === undefined || entriesOf(value).size <= maxProperties,
  ),
  dependentRequired: ofObject((_validity, { dependentRequired }, value) => {
    if (dependentRequired === undefined) return true;
    const entries = entriesOf(value);
    return [...dependentRequired].every(
      ([name, others]) => !entries.has(name) || others.every((one) => entries.has(one)),
    );
  }),
  dependentSchemas: ofObject((validity, { dependentSchemas }, value) => {
    if (dependentSchemas === undefined) return true;
    const entries = entriesOf(value);
    return all([...dependentSchemas].map(([name, schema]) => !entries.has(name) || validity.of(schema, value)));
  }),
  ref: (validity, { ref }, value) => validity.of(ref, value),
  allOf: (validity, { allOf = [] }, value) => all(allOf.map((one) => validity.of(one, value))),
  anyOf: (validity, { anyOf }, value) => anyOf === undefined || any(anyOf.map((one) => validity.of(one, value))),
  oneOf: (validity, { oneOf }, value) => {
    if (oneOf === undefined) return true;
    const found = oneOf.map((one) => validity.of(one, value));
    const [sure, maybe] = [found.filter((one) => one === true).length, found.filter((one) => one !== false).length];
    if (sure > 1 || maybe === 0) return false;
    return maybe === 1 && sure === 1 ? true : undefined;
  },
  not: (validity, { not }, value) => not === undefined || inverse(validity.of(not, value)),
  condition: (validity, schema, value) => {
    if (schema.if === undefined || (schema.then === undefined && schema.else === undefined)) return true;
    const met = validity.of(schema.if, value);
    if (met === undefined) return all([validity.of(schema.then, value), validity.of(schema.else, value)]) || undefined;
    return validity.of(met ? schema.then : schema.else, value);
  },
  unevaluatedProperties: ofObject((validity, schema, value) => {
    if (schema.unevaluatedProperties === undefined) return true;
    const seen = validity.evaluatedNames(schema, value);
    const others = [...entriesOf(value)].filter(([name]) => seen.get(name) !== true);
    const sures = others.map(([name, inner]) => {
      const sure = validity.of(schema.unevaluatedProperties, inner);
      return seen.get(name) === undefined && seen.has(name) && sure !== true ? undefined : sure;
    });
    return all(sures);
  }),
  unevaluatedItems: ofArray((validity, schema, value) => {
    if (schema.unevaluatedItems === undefined) return true;
    return all(
      value.items.map((item, index) => {
        const isSeen = validity.hasEvaluated(schema, value, index);
        if (isSeen === true) return true;
        const sure = validity.of(schema.unevaluatedItems, item);
        return isSeen === undefined && sure !== true ? undefined : sure;
      }),
    );
  }),
} as const satisfies Readonly<Record<string, Holds>>;

export type Aspect = keyof typeof aspects;

const aspectNames = Object.keys(aspects) as Aspect[];

const listed = new WeakMap<readonly Json[], ReadonlySet<string>>();

function holdsValue(values: readonly Json[], value: Json): boolean {
  const known = listed.get(values) ?? new Set(values.map(canonical));
  listed.set(values, known);
  return known.has(canonical(value));
}

function hasAll(value: JsonObject, names: readonly string[]): boolean {
  const entries = entriesOf(value);
  return names.every((name) => entries.has(name));
}

/** Which of the aspects a schema has at all; most have few. */
const asked = new WeakMap<Schema, readonly Aspect[]>();

const triggers: Readonly<Partial<Record<Aspect, (schema: Schema) => boolean>>> = {
  type: ({ types }) => types !== undefined,
  items: ({ prefix, rest }) => prefix !== undefined || rest !== undefined,
  properties: ({ properties, patterns, additional }) => (properties ?? patterns ?? additional) !== undefined,
  condition: (schema) => schema.if !== undefined && (schema.then ?? schema.else) !== undefined,
};

export function aspectsOf(schema: Schema): readonly Aspect[] {
  const known = asked.get(schema);
  if (known) return known;
  const found = aspectNames.filter((name) => {
    const trigger = triggers[name];
    return trigger ? trigger(schema) : schema[name as keyof Schema] !== undefined;
  });
  asked.set(schema, found);
  return found;
}

/** Says of values whether they are valid, within a budget: what is beyond cannot be told. */
export class Validity {
  #left: number;
  #levels = 0;

  constructor(steps: number) {
    this.#left = steps;
  }

  get isSpent(): boolean {
    return this.#left <= 0;
  }

  /** For what takes as long as to validate something. */
  spend(): void {
    this.#left -= 1;
  }

  /** `undefined` as a schema: nothing is asked. */
  of(schema: Schema | undefined, value: Json): Sure {
    if (schema === undefined) return true;
    this.#left -= 1;
    if (this.#left <= 0 || this.#levels >= mostLevels) return undefined;
    this.#levels += 1;
    let result: Sure = true;
    for (const name of aspectsOf(schema)) {
      const sure = aspects[name](this, schema, value);
      if (sure !== true) result = sure;
      if (sure === false) break;
    }
    this.#levels -= 1;
    return result;
  }

  holds(aspect: Aspect, schema: Schema, value: Json): Sure {
    return aspects[aspect](this, schema, value);
  }

  ofProperty(schema: Schema, name: string, value: Json): Sure {
    const { properties, patterns = [], additional } = schema;
    const own = properties?.get(name);
    let [isKnown, isUnsure]: [boolean, boolean] = [own !== undefined, false];
    const sures: Sure[] = [this.of(own, value)];
    for (const { pattern, schema: inner } of patterns) {
      this.#left -= 1;
      const found = matches(pattern, name);
      if (found === false) continue;
      const sure = this.of(inner, value);
      sures.push(found === undefined && sure === false ? undefined : sure);
      if (found) isKnown = true;
      else isUnsure = true;
    }
    if (isKnown) return all(sures);
    const sure = this.of(additional, value);
    return all([...sures, isUnsure && sure === false ? undefined : sure]);
  }

  /** Names that some schema has looked at; `undefined` behind a name: perhaps. */
  evaluatedNames(schema: Schema, value: JsonObject): ReadonlyMap<string, Sure> {
    const seen = new Map<string, Sure>();
    for (const name of entriesOf(value).keys()) {
      const sure = this.#hasLooked(schema, value, (one) => looksAtName(one, name), 0);
      if (sure !== false) seen.set(name, sure);
    }
    return seen;
  }

  hasEvaluated(schema: Schema, value: JsonArray, index: number): Sure {
    const item = value.items[index];
    const looks = (one: Schema): Sure => {
      if (one.rest !== undefined || index < (one.prefix?.length ?? 0)) return true;
      // In 2020-12, items that are contained have been looked at; in 2019-09 they have not.
      return one.contains !== undefined && item !== undefined && this.of(one.contains.schema, item) !== false
        ? undefined
        : false;
    };
    return this.#hasLooked(schema, value, looks, 0);
  }

  #hasLooked(schema: Schema, value: Json, looks: (schema: Schema) => Sure, depth: number, isRoot = true): Sure {
    this.#left -= 1;
    if (this.#left <= 0 || depth > 50) return undefined;
    if (!isRoot && (schema.unevaluatedProperties ?? schema.unevaluatedItems) !== undefined) return undefined;
    const own = looks(schema);
    if (own === true) return true;
    const applied = inPlace(schema).map((one) => {
      const isForced = one === schema.ref || schema.allOf?.includes(one) === true;
      const counts = isForced ? true : this.#applies(schema, one, value);
      if (counts === false) return false;
      const looked = this.#hasLooked(one, value, looks, depth + 1, false);
      return counts === undefined && looked === true ? undefined : looked;
    });
    return any([own, ...applied]);
  }

  #applies(schema: Schema, one: Schema, value: Json): Sure {
    if (one === schema.then) return this.of(schema.if, value);
    if (one === schema.else) return inverse(this.of(schema.if, value));
    for (const [name, dependent] of schema.dependentSchemas ?? []) {
      if (dependent === one) return value.kind === 'object' && entriesOf(value).has(name);
    }
    return this.of(one, value);
  }
}

function looksAtName({ properties, patterns = [], additional }: Schema, name: string): Sure {
  if (additional !== undefined || properties?.has(name)) return true;
  return any(patterns.map(({ pattern }) => matches(pattern, name)));
}
