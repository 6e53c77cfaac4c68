import type { Json } from '../json.ts';
import { type Atom, arrayValue, canonical, numberValue, objectValue, stringValue } from './data.ts';
import { type Decimal, decimal, one, plus, quotient, times } from './decimal.ts';
import { examplesOf } from './examples.ts';
import { boundsOf, choicesOf, type Facts, least, most, prefixLength, requiredOf } from './facts.ts';
import { ofType, requiring, type Writer } from './writer.ts';

/** What a value should look like to be refused. */
export interface Hints {
  numbers?: readonly Decimal[];
  lengths?: readonly number[];
  strings?: readonly string[];
  /** Of items, and of properties. */
  counts?: readonly number[];
}

const mostLevels = 25;
const mostItems = 200;
const mostLength = 5_000;
const mostChoices = 6;

/** Makes values that a writer may write. What is handed out as one was seen to be valid. */
export class Samples {
  readonly #facts: Facts;
  readonly #known = new Map<string, readonly Json[]>();
  #levels = 0;

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  /** A valid value among those that `make` makes for the writer, or for one of its alternatives, and that is accepted. */
  find(
    writer: Writer,
    make: (writer: Writer) => Iterable<Json>,
    accept: (value: Json) => boolean,
    depth = 0,
  ): Json | undefined {
    for (const value of make(writer)) {
      if (accept(value) && this.#facts.isOf(writer, value) === true) return value;
    }
    if (depth >= mostChoices || this.#facts.validity.isSpent) return undefined;
    for (const choice of choicesOf(writer)[0] ?? []) {
      if (this.#facts.isEmpty(choice)) continue;
      const value = this.find(choice, make, accept, depth + 1);
      if (value) return value;
    }
    return undefined;
  }

  /** Some that differ; none where nothing valid was found. */
  of(writer: Writer): readonly Json[] {
    const known = this.#known.get(writer.key);
    if (known) return known;
    if (this.#levels >= mostLevels || this.#facts.validity.isSpent) return [];
    // A schema that needs itself has no values; whoever comes back here on the way finds none.
    this.#known.set(writer.key, []);
    this.#levels += 1;
    const found = [...this.#facts.atomsOf(writer)].flatMap((atom) => this.#ofAtom(writer, atom));
    this.#levels -= 1;
    this.#known.set(writer.key, found);
    return found;
  }

  #ofAtom(writer: Writer, atom: Atom): readonly Json[] {
    const narrowed = writer.and(ofType(atom));
    const valid = [...this.made(narrowed, atom)]
      .filter((value) => this.#facts.isOf(writer, value) === true)
      .slice(0, 6);
    if (valid.length > 0) return valid;
    const chosen = this.find(
      narrowed,
      (choice) => this.made(choice, atom),
      () => true,
    );
    return chosen ? [chosen] : [];
  }

  /** Of one type, and perhaps not valid. */
  *made(writer: Writer, atom: Atom, hints: Hints = {}): Iterable<Json> {
    const values = this.#facts.valuesOf(writer);
    if (values) yield* values;
    else if (atom === 'integer' || atom === 'fraction') yield* numbers(writer, atom === 'integer', hints);
    else if (atom === 'string') yield* strings(writer, hints);
    else if (atom === 'array') yield* this.#arrays(writer, hints);
    else if (atom === 'object') yield* this.#objects(writer, hints);
  }

  *#arrays(writer: Writer, { counts = [] }: Hints): Iterable<Json> {
    const { min, max } = this.#facts.countOf(writer);
    for (const count of new Set([min, ...counts, min + 1, prefixLength(writer)])) {
      const value = count >= 0 && count <= max ? this.arrayWith(writer, new Map(), count) : undefined;
      if (value) yield value;
    }
  }

  arrayWith(writer: Writer, given: ReadonlyMap<number, Json>, length: number): Json | undefined {
    if (length > mostItems) return undefined;
    const items: Json[] = [];
    const contained = writer.schemas.flatMap(({ contains }) =>
      Array(Math.min(contains?.min ?? 0, mostItems)).fill(contains?.schema),
    );
    const isUnique = writer.schemas.some(({ unique }) => unique);
    const taken = new Set([...given.values()].map(canonical));
    for (let index = 0; index < length; index += 1) {
      const place = this.#facts.itemOf(writer, index);
      const wanted = given.has(index) ? undefined : contained.shift();
      const choices = [...(wanted ? this.of(place.and(wanted)) : []), ...this.of(place)];
      const item = given.get(index) ?? choices.find((one) => !isUnique || !taken.has(canonical(one)));
      if (item === undefined) return undefined;
      taken.add(canonical(item));
      items.push(item);
    }
    return arrayValue(items);
  }

  *#objects(writer: Writer, { counts = [] }: Hints): Iterable<Json> {
    const plain = this.objectWith(writer, new Map());
    if (plain) yield plain;
    for (const count of counts) {
      const value = this.objectWith(writer, new Map(), { count });
      if (value) yield value;
    }
    const all = new Map(
      this.namesOf(writer)
        .slice(0, 50)
        .flatMap((name) => this.#property(writer, name)),
    );
    const full = all.size > 0 ? this.objectWith(writer, all) : undefined;
    if (full) yield full;
  }

  /** An object with these properties and those that it needs; `without` one of them, or with `count` of them. */
  objectWith(
    writer: Writer,
    given: ReadonlyMap<string, Json>,
    wish: { without?: string; count?: number } = {},
  ): Json | undefined {
    const with_ = [...given.keys()].map(requiring);
    const needed = requiredOf(given.size > 0 && given.size < 20 ? writer.and(...with_) : writer);
    const entries = new Map<string, Json>();
    for (const name of needed) {
      if (name === wish.without) continue;
      const value = given.get(name) ?? this.#property(writer, name)[0]?.[1];
      if (value === undefined) return undefined;
      entries.set(name, value);
    }
    for (const [name, value] of given) entries.set(name, value);
    this.#fill(writer, entries, wish);
    return objectValue(entries);
  }

  #fill(
    writer: Writer,
    entries: Map<string, Json>,
    { without, count = 0 }: { without?: string; count?: number },
  ): void {
    const wanted = Math.min(Math.max(count, most(writer, 'minProperties')), mostItems);
    if (entries.size >= wanted) return;
    const others = Array.from({ length: wanted }, (_, index) => `extra${index}`);
    for (const name of [...this.namesOf(writer), ...others]) {
      if (entries.size >= wanted) return;
      if (entries.has(name) || name === without) continue;
      for (const [, value] of this.#property(writer, name)) entries.set(name, value);
    }
  }

  #property(writer: Writer, name: string): readonly (readonly [string, Json])[] {
    if (this.#facts.forbids(writer, name)) return [];
    const [value] = this.of(this.#facts.propertyOf(writer, name));
    return value ? [[name, value]] : [];
  }

  /** Names that the writer's schemas speak of, and some that fit their patterns. */
  namesOf(writer: Writer): readonly string[] {
    const { schemas } = writer;
    const fitting = schemas.flatMap(({ patterns = [] }) => patterns.flatMap(({ pattern }) => examplesOf(pattern)));
    const shaped = schemas.flatMap(({ names }) => (names?.pattern === undefined ? [] : examplesOf(names.pattern)));
    return [...new Set([...listedNames(writer), ...fitting, ...shaped])];
  }
}

/** Names that the schemas speak of one by one. */
export function listedNames({ schemas }: Writer): readonly string[] {
  const named = schemas.flatMap(({ properties, required = [] }) => [...(properties?.keys() ?? []), ...required]);
  const values = schemas.flatMap(({ names }) => names?.values ?? []);
  return [...new Set([...named, ...values.flatMap((value) => (value.kind === 'string' ? [value.value] : []))])];
}

function numbers(writer: Writer, isWhole: boolean, { numbers: hinted = [] }: Hints): Iterable<Json> {
  const { lower, upper } = boundsOf(writer, isWhole);
  const half = decimal(5n, -1);
  const least = lower?.value ?? (upper ? plus(upper.value, decimal(-100n)) : decimal(0n));
  const steps = isWhole ? [0n, 1n, 2n, -1n] : [];
  const near = isWhole
    ? steps.map((step) => plus(least, decimal(step)))
    : [plus(least, half), plus(least, decimal(15n, -1)), plus(least, decimal(1n, -2))];
  const units = writer.schemas.flatMap(({ multipleOf }) => multipleOf ?? []);
  const multiples = units.flatMap((unit) => {
    const times_ = quotient(least, unit);
    return [0n, 1n, 2n, 3n].map((step) => times(unit, times_ + step));
  });
  const ends = [lower?.value, upper?.value].filter((value) => value !== undefined);
  const around = hinted.flatMap((value) => [
    value,
    plus(value, one),
    plus(value, decimal(-1n)),
    plus(value, half),
    plus(value, decimal(-5n, -1)),
  ]);
  return [...around, ...multiples, ...near, ...ends].map(numberValue);
}

function strings(writer: Writer, { strings: hinted = [], lengths = [] }: Hints): Iterable<Json> {
  const [min, max] = [most(writer, 'minLength'), least(writer, 'maxLength')];
  const wanted = [...lengths, min, min + 1].filter((length) => length >= min && length <= Math.min(max, mostLength));
  const patterns = writer.schemas.flatMap(({ pattern }) => pattern ?? []);
  const fitting = patterns.flatMap((pattern) => examplesOf(pattern, wanted));
  const plain = wanted.map((length) => 'a'.repeat(length));
  return [...new Set([...hinted, ...fitting, ...plain, ...usual])].map(stringValue);
}

/** Texts of the kinds that expressions tell apart. */
const usual = ['a', 'A', '0', '-', '', 'a b', 'Ab-0_.'];
