import type { Json } from '../../json.ts';
import { byAtoms, choicesOf, Facts } from '../facts.ts';
import { isSameAlone } from '../same.ts';
import { Samples } from '../samples.ts';
import type { Schema } from '../schema.ts';
import { type Aspect, aspectsOf, Validity } from '../validity.ts';
import { Writer } from '../writer.ts';
import { type Comparison, type Prover, type Suspect, unproven } from './comparison.ts';
import {
  proveContains,
  proveItems,
  proveMaxItems,
  proveMinItems,
  proveUnevaluatedItems,
  proveUnique,
} from './prove-arrays.ts';
import { proveAllOf, proveAnyOf, proveCondition, proveNot, proveOneOf, proveRef } from './prove-combined.ts';
import {
  proveDependentRequired,
  proveDependentSchemas,
  proveMaxProperties,
  proveMinProperties,
  proveNames,
  proveProperties,
  proveRequired,
  proveUnevaluatedProperties,
} from './prove-objects.ts';
import {
  proveLower,
  proveMaxLength,
  proveMinLength,
  proveMultiple,
  proveNever,
  proveOpaque,
  provePattern,
  proveType,
  proveUpper,
  proveValues,
} from './prove-values.ts';

const provers: Readonly<Record<Aspect, Prover>> = {
  opaque: proveOpaque,
  never: proveNever,
  type: proveType,
  values: proveValues,
  lower: proveLower,
  upper: proveUpper,
  multipleOf: proveMultiple,
  minLength: proveMinLength,
  maxLength: proveMaxLength,
  pattern: provePattern,
  items: proveItems,
  contains: proveContains,
  minItems: proveMinItems,
  maxItems: proveMaxItems,
  unique: proveUnique,
  properties: proveProperties,
  required: proveRequired,
  names: proveNames,
  minProperties: proveMinProperties,
  maxProperties: proveMaxProperties,
  dependentRequired: proveDependentRequired,
  dependentSchemas: proveDependentSchemas,
  ref: proveRef,
  allOf: proveAllOf,
  anyOf: proveAnyOf,
  oneOf: proveOneOf,
  not: proveNot,
  condition: proveCondition,
  unevaluatedProperties: proveUnevaluatedProperties,
  unevaluatedItems: proveUnevaluatedItems,
};

/** Of schemas that meet; those of persons take some thousands. */
const mostSteps = 10_000;
/** Of schemas that values are held against. */
const mostValidations = 200_000;
/** Schemas in schemas. */
const mostLevels = 100;
/** Nobody reads more. */
const mostSuspects = 200;
/** Alternatives of alternatives. */
const mostChoices = 6;

/** What of a document that is valid under the one schema is not valid under the other; and whether the end was reached. */
export function compareSchemas(reader: Schema, writer: Schema): { suspects: readonly Suspect[]; gaveUp: boolean } {
  const looking = new Looking();
  return { suspects: looking.diff(new Writer([writer]), reader), gaveUp: looking.gaveUp };
}

class Looking implements Comparison {
  readonly facts = new Facts(new Validity(mostValidations));
  readonly samples = new Samples(this.facts);

  readonly #known = new Map<string, readonly Suspect[]>();
  /** How deep within the document those are that are being looked at. */
  readonly #begun = new Map<string, { depth: number; place: number }>();
  #depth = 0;
  #steps = 0;
  /** The outermost of those that were taken for granted, by place; what was found on the way holds only with it. */
  #granted = Number.POSITIVE_INFINITY;

  get gaveUp(): boolean {
    return this.#steps > mostSteps || this.facts.validity.isSpent;
  }

  isSame(a: Schema, b: Schema): boolean {
    return this.facts.same.schemas(a, b);
  }

  diffWithin(writer: Writer, reader: Schema): readonly Suspect[] {
    this.#depth += 1;
    const found = this.diff(writer, reader);
    this.#depth -= 1;
    return found;
  }

  diff(writer: Writer, reader: Schema): readonly Suspect[] {
    this.#steps += 1;
    if (aspectsOf(reader).length === 0 || writer.schemas.some((one) => this.isSame(one, reader))) return [];
    const key = `${writer.key}>${reader.id}`;
    const known = this.#known.get(key);
    if (known) return known;
    const begun = this.#begun.get(key);
    if (begun) return this.#again(writer, reader, begun);
    if (this.gaveUp || this.#begun.size >= mostLevels) return [unproven({ writer, reader }, 'it takes too many steps')];
    return this.#begin(key, writer, reader);
  }

  /** What is being looked at already holds of values within the value if it holds of the value: they are smaller. */
  #again(writer: Writer, reader: Schema, { depth, place }: { depth: number; place: number }): readonly Suspect[] {
    if (this.#depth <= depth) return [unproven({ writer, reader }, 'a reference leads back to itself')];
    this.#granted = Math.min(this.#granted, place);
    return [];
  }

  #begin(key: string, writer: Writer, reader: Schema): readonly Suspect[] {
    const place = this.#begun.size;
    const outside = this.#granted;
    this.#granted = Number.POSITIVE_INFINITY;
    this.#begun.set(key, { depth: this.#depth, place });
    const found = this.#look(writer, reader);
    this.#begun.delete(key);
    const isOwn = this.#granted >= place;
    if (isOwn || found.length > 0) this.#known.set(key, found);
    this.#granted = Math.min(outside, isOwn ? Number.POSITIVE_INFINITY : this.#granted);
    return found;
  }

  #look(writer: Writer, reader: Schema): readonly Suspect[] {
    if (this.facts.isEmpty(writer)) return [];
    const values = this.facts.valuesOf(writer);
    const found = aspectsOf(reader).flatMap((aspect) => {
      const tried = values && this.#byValues(writer, reader, aspect, values);
      return tried ?? this.#byAspect(writer, reader, aspect, 0);
    });
    return found.slice(0, mostSuspects);
  }

  /** All values are known: each is tried. `undefined`: of one it cannot be told. */
  #byValues(writer: Writer, reader: Schema, aspect: Aspect, values: readonly Json[]): readonly Suspect[] | undefined {
    const { validity } = this.facts;
    const judged = values.map((value) => ({ value, sure: validity.holds(aspect, reader, value) }));
    const refused = judged.filter(({ value, sure }) => sure === false && this.facts.isOf(writer, value) === true);
    if (refused.length === 0) return judged.every(({ sure }) => sure === true) ? [] : undefined;
    const [shown] = refused;
    const found = provers[aspect](this, { writer, reader }, aspect);
    return found.map((one) => ((one.witness ?? shown === undefined) ? one : { ...one, witness: shown.value }));
  }

  /** Proven, or shown by a value; otherwise alternatives of the writer are looked at one by one. */
  #byAspect(writer: Writer, reader: Schema, aspect: Aspect, depth: number): readonly Suspect[] {
    this.#steps += 1;
    if (writer.schemas.some((one) => isSameAlone(this.facts.same, aspect, one, reader))) return [];
    const choices = depth < mostChoices && !this.gaveUp ? choicesOf(writer)[0] : undefined;
    // Of alternatives that meet alternatives, each is soon told, and says more by itself.
    if (choices && (aspect === 'anyOf' || aspect === 'oneOf')) {
      const parts = this.#byParts(choices, reader, aspect, depth);
      if (parts.length === 0 || parts.some(isShownBy)) return parts;
    }
    const found = provers[aspect](this, { writer, reader }, aspect);
    if (found.every(isShownBy) || depth >= mostChoices || this.gaveUp) return found;
    const parts = choices ?? byAtoms(writer, this.facts.atomsOf(writer));
    return parts === undefined ? found : this.#byParts(parts, reader, aspect, depth);
  }

  #byParts(parts: readonly Writer[], reader: Schema, aspect: Aspect, depth: number): readonly Suspect[] {
    const left = parts.filter((part) => !this.facts.isEmpty(part));
    return merged(left.flatMap((part) => this.#byAspect(part, reader, aspect, depth + 1)));
  }
}

function isShownBy({ witness }: Suspect): boolean {
  return witness !== undefined;
}

/** What several alternatives have in common is said once. */
function merged(found: readonly Suspect[]): readonly Suspect[] {
  const kept = new Map<string, Suspect>();
  for (const one of found) {
    const key = `${one.rule} ${one.reader} ${one.where}`;
    const known = kept.get(key);
    if (known === undefined || (known.witness === undefined && one.witness !== undefined)) kept.set(key, one);
  }
  return [...kept.values()];
}
