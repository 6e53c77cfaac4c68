import { type Json, type JsonObject, memberOf } from '../../json.ts';
import { type DefaultFit, type DefinedType, defined, type Field, type Type } from '../schema.ts';

type Named = Parameters<typeof defined>[1];

/** Records whose defaults nest deeper than this, name by name, are not followed. */
const mostNested = 100;

/** A default of unions in unions takes exponentially many; nobody writes one that needs more. */
const mostSteps = 200_000;

/** Which defaults of a schema fit the types of their fields. */
export class Defaults {
  readonly #schema: Named;
  readonly #fits = new Map<Field, DefaultFit>();
  readonly #open = new Set<Field>();
  #steps = 0;

  constructor(schema: Named) {
    this.#schema = schema;
  }

  get all(): ReadonlyMap<Field, DefaultFit> {
    return this.#fits;
  }

  /** Not every default was looked at to its end. */
  get gaveUp(): boolean {
    return this.#steps > mostSteps;
  }

  /** `undefined`: the field has no default. */
  judge(field: Field): DefaultFit | undefined {
    if (field.default === undefined) return undefined;
    const known = this.#fits.get(field);
    if (known !== undefined) return known;
    // A default that needs itself has no end.
    if (this.#open.has(field)) return 'unfit';
    if (this.#open.size > mostNested) this.#steps = mostSteps + 1;
    this.#open.add(field);
    const fit = this.#fitOf(field.default, field.type);
    this.#open.delete(field);
    this.#fits.set(field, fit);
    return fit;
  }

  /** Of a union, the specification took the first branch; since 1.12 it takes the first one that fits. */
  #fitOf(value: Json, named: Type): DefaultFit {
    this.#steps += 1;
    if (this.gaveUp) return 'fits';
    const type = defined(named, this.#schema);
    if (type.kind !== 'union') return this.#fitOfOne(value, type);
    const [first] = type.branches;
    if (first !== undefined && this.#fitOf(value, first) === 'fits') return 'fits';
    const fitsLater = type.branches.some((branch) => this.#fitOf(value, branch) !== 'unfit');
    return fitsLater ? 'otherBranch' : 'unfit';
  }

  #fitOfOne(value: Json, type: Exclude<DefinedType, { kind: 'union' }>): DefaultFit {
    switch (type.kind) {
      case 'primitive':
        return fitIf(primitiveFits[type.name](value));
      case 'enum':
        return fitIf(value.kind === 'string' && type.symbols.includes(value.value));
      case 'fixed':
        return fitIf(isBytes(value) && value.value.length === type.size);
      case 'array':
        return value.kind === 'array' ? worst(value.items.map((item) => this.#fitOf(item, type.items))) : 'unfit';
      case 'map':
        return value.kind === 'object'
          ? worst(value.members.map((one) => this.#fitOf(one.value, type.values)))
          : 'unfit';
      case 'record':
        return value.kind === 'object' ? worst(type.fields.map((field) => this.#fieldFit(value, field))) : 'unfit';
    }
  }

  /** A field that the object leaves out takes its own default. */
  #fieldFit(object: JsonObject, field: Field): DefaultFit {
    const value = memberOf(object, field.name);
    return value === undefined ? (this.judge(field) ?? 'unfit') : this.#fitOf(value, field.type);
  }
}

const primitiveFits = {
  null: ({ kind }: Json) => kind === 'null',
  boolean: ({ kind }: Json) => kind === 'boolean',
  int: (value: Json) => isInteger(value, 32n),
  long: (value: Json) => isInteger(value, 64n),
  float: ({ kind }: Json) => kind === 'number',
  double: ({ kind }: Json) => kind === 'number',
  string: ({ kind }: Json) => kind === 'string',
  bytes: isBytes,
} as const;

function isInteger(value: Json, bits: bigint): boolean {
  // Longer ones are no integers of Avro, and slow to read.
  if (value.kind !== 'number' || !/^-?\d{1,20}$/.test(value.text)) return false;
  const number = BigInt(value.text);
  const limit = 1n << (bits - 1n);
  return number >= -limit && number < limit;
}

/** Each character is a byte. */
function isBytes(value: Json): value is Extract<Json, { kind: 'string' }> {
  return value.kind === 'string' && !/[\u0100-\uffff]/.test(value.value);
}

function fitIf(fits: boolean): DefaultFit {
  return fits ? 'fits' : 'unfit';
}

function worst(fits: readonly DefaultFit[]): DefaultFit {
  if (fits.includes('unfit')) return 'unfit';
  return fits.includes('otherBranch') ? 'otherBranch' : 'fits';
}
