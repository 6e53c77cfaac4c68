import type { Json } from '../json.ts';
import { type Atom, atoms, booleanValue, nullValue, type Sure, stringValue } from './data.ts';
import { compareDecimals, decimal, one, plus, quotient, times } from './decimal.ts';
import { matches } from './patterns.ts';
import { Same } from './same.ts';
import { type Bound, inPlace, type Schema } from './schema.ts';
import type { Validity } from './validity.ts';
import { ofType, requiring, synthetic, Writer } from './writer.ts';

const mostLevels = 60;

/** What follows from the schemas of a writer. All of it holds of every value; a value may have less. */
export class Facts {
  readonly validity: Validity;
  readonly same = new Same();
  readonly #atoms = new Map<string, ReadonlySet<Atom>>();
  readonly #values = new Map<string, readonly Json[]>();
  readonly #properties = new WeakMap<Writer, Map<string, Writer>>();
  #levels = 0;

  constructor(validity: Validity) {
    this.validity = validity;
  }

  /** What the values can be. Empty: there are none. */
  atomsOf(writer: Writer): ReadonlySet<Atom> {
    const known = this.#atoms.get(writer.key);
    if (known) return known;
    const rough = new Set(atoms.filter((atom) => writer.schemas.every((schema) => allowsAtom(schema, atom))));
    this.validity.spend();
    if (this.#levels >= mostLevels || this.validity.isSpent) return rough;
    // Whoever asks again on the way, of a schema that refers to itself, has to do with what is known by then.
    this.#atoms.set(writer.key, rough);
    this.#levels += 1;
    const found = this.#refined(writer, rough);
    this.#levels -= 1;
    this.#atoms.set(writer.key, found);
    return found;
  }

  isEmpty(writer: Writer): boolean {
    return this.atomsOf(writer).size === 0;
  }

  #refined(writer: Writer, rough: ReadonlySet<Atom>): ReadonlySet<Atom> {
    const values = this.valuesOf(writer, rough);
    if (values)
      return new Set(atoms.filter((atom) => rough.has(atom) && values.some((value) => kindOf(atom) === value.kind)));
    if (this.#contradicts(writer)) return new Set();
    const possible = [...rough].filter((atom) => this.#isPossible(writer, atom));
    return this.#byAlternatives(writer, new Set(possible));
  }

  /** Nothing is what it is not. */
  #contradicts({ schemas }: Writer): boolean {
    return schemas.some(({ not }) => not !== undefined && schemas.some((one) => this.same.schemas(one, not)));
  }

  #isPossible(writer: Writer, atom: Atom): boolean {
    switch (atom) {
      case 'integer':
        return this.#hasNumbers(writer, true);
      case 'fraction':
        return this.#hasNumbers(writer, false);
      case 'string':
        return most(writer, 'minLength') <= least(writer, 'maxLength');
      case 'array':
        return this.#hasArrays(writer);
      case 'object':
        return this.#hasObjects(writer);
      default:
        return true;
    }
  }

  #hasNumbers(writer: Writer, whole: boolean): boolean {
    const { lower, upper } = boundsOf(writer, whole);
    if (!whole && writer.schemas.some(({ multipleOf }) => multipleOf !== undefined && multipleOf.exponent >= 0))
      return false;
    if (lower === undefined || upper === undefined) return true;
    const order = compareDecimals(lower.value, upper.value);
    return order < 0 || (order === 0 && !lower.exclusive && !upper.exclusive);
  }

  #hasArrays(writer: Writer): boolean {
    const { min, max } = this.countOf(writer);
    if (min > max) return false;
    const places = Array.from({ length: Math.min(prefixLength(writer) + 1, max, 20) }, (_, index) =>
      this.itemOf(writer, index),
    );
    const needed = writer.schemas.flatMap(({ contains }) => (contains && contains.min > 0 ? [contains.schema] : []));
    const isShort = prefixLength(writer) < 20;
    return !isShort || needed.every((schema) => places.some((place) => !this.isEmpty(place.and(schema))));
  }

  #hasObjects(writer: Writer): boolean {
    const required = requiredOf(writer);
    if (required.size > least(writer, 'maxProperties')) return false;
    return [...required].every((name) => !this.forbids(writer, name));
  }

  /** Whether no object has a property of that name. */
  forbids(writer: Writer, name: string): boolean {
    const required = requiredOf(writer);
    if (!required.has(name) && required.size >= least(writer, 'maxProperties')) return true;
    if (writer.schemas.some(({ names }) => this.validity.of(names, stringValue(name)) === false)) return true;
    return this.isEmpty(this.propertyOf(writer, name));
  }

  #byAlternatives(writer: Writer, possible: ReadonlySet<Atom>): ReadonlySet<Atom> {
    let left = possible;
    for (const choices of choicesOf(writer)) {
      if (left.size === 0) return left;
      const each = choices.map((choice) => this.atomsOf(choice));
      left = new Set([...left].filter((atom) => each.some((some) => some.has(atom))));
    }
    return left;
  }

  /** All values there are, if they are few and known; some of them may not be valid. */
  valuesOf(writer: Writer, rough: ReadonlySet<Atom> = this.atomsOf(writer)): readonly Json[] | undefined {
    const known = this.#values.get(writer.key);
    if (known) return known;
    const listed = writer.schemas.flatMap(({ values }) => (values ? [values] : []));
    const [shortest] = listed.sort((a, b) => a.length - b.length);
    const isSimple = [...rough].every((atom) => atom === 'null' || atom === 'boolean');
    const values = (shortest ?? (isSimple ? simpleValues : undefined))?.filter(
      (one) => this.isOf(writer, one) !== false,
    );
    if (values) this.#values.set(writer.key, values);
    return values;
  }

  isOf(writer: Writer, value: Json): Sure {
    let result: Sure = true;
    for (const schema of writer.schemas) {
      const sure = this.validity.of(schema, value);
      if (sure === false) return false;
      if (sure === undefined) result = undefined;
    }
    return result;
  }

  /** Of the values of that property, where it is there. */
  propertyOf(writer: Writer, name: string): Writer {
    const known = this.#properties.get(writer) ?? new Map<string, Writer>();
    this.#properties.set(writer, known);
    const found = known.get(name) ?? new Writer(writer.schemas.flatMap((schema) => propertyIn(schema, name)));
    known.set(name, found);
    return found;
  }

  itemOf(writer: Writer, index: number): Writer {
    return new Writer(
      writer.schemas.flatMap(({ prefix = [], rest }) => {
        const schema = prefix[index] ?? rest;
        return schema ? [schema] : [];
      }),
    );
  }

  /** How many items an array has; one that nothing can be ends it. */
  countOf(writer: Writer): { min: number; max: number } {
    const contained = writer.schemas.map(({ contains }) => contains?.min ?? 0);
    const min = Math.max(most(writer, 'minItems'), ...contained);
    const allowed = least(writer, 'maxItems');
    const places = prefixLength(writer);
    for (let index = 0; index <= places && index < allowed; index += 1) {
      if (this.isEmpty(this.itemOf(writer, index))) return { min, max: index };
    }
    return { min, max: allowed };
  }
}

/** What a schema says of a property of that name; what depends on a pattern that cannot be run is left out. */
function propertyIn(schema: Schema, name: string): readonly Schema[] {
  const { properties, patterns = [], additional, unevaluatedProperties } = schema;
  const own = properties?.get(name);
  const found = patterns.map(({ pattern, schema: inner }) => ({ sure: matches(pattern, name), inner }));
  const surely = found.filter(({ sure }) => sure === true).map(({ inner }) => inner);
  const isFurther = own === undefined && found.every(({ sure }) => sure === false);
  const isUnevaluated = unevaluatedProperties !== undefined && !mayLookAt(schema, name, 0);
  return [
    ...(own ? [own] : []),
    ...surely,
    ...(isFurther && additional ? [additional] : []),
    ...(isUnevaluated && unevaluatedProperties ? [unevaluatedProperties] : []),
  ];
}

const simpleValues: readonly Json[] = [nullValue, booleanValue(true), booleanValue(false)];

function kindOf(atom: Atom): Json['kind'] {
  return atom === 'integer' || atom === 'fraction' ? 'number' : atom;
}

function allowsAtom({ never, types, not }: Schema, atom: Atom): boolean {
  if (never || (types && !types.has(atom))) return false;
  return not === undefined || !isAllOf(not, atom);
}

/** Whether a schema takes all values of a type, as one does that says nothing else. */
function isAllOf(schema: Schema, atom: Atom): boolean {
  const {
    id: _id,
    path: _path,
    types,
    never,
    format: _format,
    hasDefault: _default,
    content: _content,
    ...rest
  } = schema;
  return (
    !never && Object.values(rest).every((value) => value === undefined) && (types === undefined || types.has(atom))
  );
}

export function prefixLength(writer: Writer): number {
  return Math.max(0, ...writer.schemas.map(({ prefix = [] }) => prefix.length));
}

/** The tightest of the lower limits. */
export function most(writer: Writer, key: 'minLength' | 'minItems' | 'minProperties'): number {
  return Math.max(0, ...writer.schemas.map((schema) => schema[key] ?? 0));
}

/** The tightest of the upper limits. */
export function least(writer: Writer, key: 'maxLength' | 'maxItems' | 'maxProperties'): number {
  return Math.min(Number.POSITIVE_INFINITY, ...writer.schemas.map((schema) => schema[key] ?? Number.POSITIVE_INFINITY));
}

export function boundsOf(writer: Writer, whole: boolean): { lower: Bound | undefined; upper: Bound | undefined } {
  const lower = tightest(writer, 'lower');
  const upper = tightest(writer, 'upper');
  return whole ? { lower: lower && wholeAbove(lower), upper: upper && wholeBelow(upper) } : { lower, upper };
}

function tightest(writer: Writer, side: 'lower' | 'upper'): Bound | undefined {
  const bounds = writer.schemas.flatMap((schema) => schema[side] ?? []);
  return bounds.reduce<Bound | undefined>(
    (best, bound) => (best && covers(bound, best, side) ? best : bound),
    undefined,
  );
}

/** Whether what keeps within `inner` keeps within `outer`. */
export function covers(outer: Bound, inner: Bound, side: 'lower' | 'upper'): boolean {
  const order = compareDecimals(inner.value, outer.value) * (side === 'lower' ? 1 : -1);
  return order > 0 || (order === 0 && (inner.exclusive || !outer.exclusive));
}

/** Of integers, a limit is an integer that is itself allowed. */
function wholeAbove({ value, exclusive }: Bound): Bound {
  const floor = decimal(quotient(value, one));
  const isWhole = compareDecimals(floor, value) === 0;
  return { value: isWhole && !exclusive ? value : plus(floor, one), exclusive: false };
}

function wholeBelow({ value, exclusive }: Bound): Bound {
  const floor = decimal(quotient(value, one));
  const isWhole = compareDecimals(floor, value) === 0;
  return { value: isWhole && exclusive ? plus(value, times(one, -1n)) : floor, exclusive: false };
}

const requiredNames = new WeakMap<Writer, ReadonlySet<string>>();

/** Names that every object has. */
export function requiredOf(writer: Writer): ReadonlySet<string> {
  const known = requiredNames.get(writer) ?? requiredBy(writer);
  requiredNames.set(writer, known);
  return known;
}

function requiredBy({ schemas }: Writer): ReadonlySet<string> {
  const names = new Set(schemas.flatMap(({ required = [] }) => required));
  const dependencies = schemas.flatMap(({ dependentRequired }) => [...(dependentRequired ?? [])]);
  for (let size = -1; size < names.size; ) {
    size = names.size;
    for (const [name, others] of dependencies) if (names.has(name)) for (const one of others) names.add(one);
  }
  return names;
}

function mayLookAt(schema: Schema, name: string, depth: number): boolean {
  const { properties, patterns = [], additional } = schema;
  if (depth > 30 || additional !== undefined || properties?.has(name)) return true;
  if (depth > 0 && schema.unevaluatedProperties !== undefined) return true;
  if (patterns.some(({ pattern }) => matches(pattern, name) !== false)) return true;
  return inPlace(schema).some((one) => mayLookAt(one, name, depth + 1));
}

/** For each place where a schema has alternatives: the writers of which a value is that of one at least. */
export function choicesOf(writer: Writer): readonly (readonly Writer[])[] {
  return writer.schemas.flatMap((schema) => choicesIn(writer, schema));
}

function choicesIn(writer: Writer, schema: Schema): readonly (readonly Writer[])[] {
  const { id, anyOf, oneOf, dependentSchemas, dependentRequired } = schema;
  const choices: (readonly Writer[])[] = [];
  const offer = (what: string, options: readonly (readonly Schema[])[]) => {
    const name = `${id} ${what}`;
    if (!writer.chosen.has(name)) choices.push(options.map((option) => writer.choosing(name, ...option)));
  };
  if (oneOf)
    offer(
      'oneOf',
      oneOf.map((one) => [one]),
    );
  if (anyOf)
    offer(
      'anyOf',
      anyOf.map((one) => [one]),
    );
  if (schema.if && (schema.then ?? schema.else)) {
    const { if: condition, then, else: otherwise } = schema;
    const unmet = negated(condition);
    offer('if', [
      [condition, ...(then ? [then] : [])],
      [...unmet, ...(otherwise ? [otherwise] : [])],
    ]);
  }
  for (const [name, one] of dependentSchemas ?? []) offer(`with ${name}`, [[requiring(name), one], [lacking(name)]]);
  for (const [name] of dependentRequired ?? []) offer(`with ${name}`, [[requiring(name)], [lacking(name)]]);
  return choices;
}

/** What is known of values that are not valid; for most schemas, no more than that. */
function negated(schema: Schema): readonly Schema[] {
  return [synthetic(`not ${schema.id}`, { not: schema })];
}

/** It is no object, or one without that property. */
function lacking(name: string): Schema {
  const nothing = synthetic('never', { never: true });
  return synthetic(`without ${name}`, { properties: new Map([[name, nothing]]) });
}

/** By what the values are: the last way of looking at them one by one. */
export function byAtoms(writer: Writer, found: ReadonlySet<Atom>): readonly Writer[] | undefined {
  if (found.size < 2) return undefined;
  const isNumber = found.size === 2 && found.has('integer') && found.has('fraction');
  const groups = isNumber
    ? [['integer'], ['fraction']]
    : [...found]
        .filter((atom) => atom !== 'fraction')
        .map((atom) => [atom, ...(atom === 'integer' && found.has('fraction') ? ['fraction'] : [])]);
  return groups.map((group) => writer.and(ofType(...(group as Atom[]))));
}
