import { examplesOf } from '../examples.ts';
import type { Facts } from '../facts.ts';
import { matches } from '../patterns.ts';
import type { PatternSchema, Schema } from '../schema.ts';
import { Writer } from '../writer.ts';

/** More are not told apart. */
const mostRegions = 32;

/**
 * What a writer may write under names that are not spoken of, each region as a writer of its own: by which of its
 * patterns fit. `pattern`: only names that this one fits; otherwise those that none of `others` fits.
 */
export function regionsOf(
  facts: Facts,
  writer: Writer,
  pattern: string | undefined,
  others: readonly PatternSchema[],
): readonly Writer[] {
  const excluded = new Set(pattern === undefined ? others.map((one) => one.pattern) : []);
  let regions: (readonly Schema[])[] = [[]];
  for (const schema of writer.schemas) {
    const options = optionsOf(schema, pattern, excluded);
    // What is left out is not known of the values, which is safe.
    if (regions.length * options.length > mostRegions) continue;
    regions = regions.flatMap((region) => options.map((option) => [...region, ...option]));
  }
  if (hasNoFurther(writer)) return [];
  return regions.map((region) => new Writer(region)).filter((region) => !facts.isEmpty(region));
}

/** What a schema says of such a property: one of these. */
function optionsOf(
  schema: Schema,
  pattern: string | undefined,
  excluded: ReadonlySet<string>,
): readonly (readonly Schema[])[] {
  const { patterns = [], additional, unevaluatedProperties } = schema;
  const fitting = patterns.find((one) => one.pattern === pattern);
  if (fitting) return [[fitting.schema]];
  const possible = patterns.filter((one) => !excluded.has(one.pattern)).map((one) => [one.schema]);
  return [
    ...possible,
    additional ? [additional] : isAlone(schema) && unevaluatedProperties ? [unevaluatedProperties] : [],
  ];
}

/** Nothing else looks at properties that this schema does not name. */
function isAlone({ ref, allOf, anyOf, oneOf, if: condition, dependentSchemas }: Schema): boolean {
  return [ref, allOf, anyOf, oneOf, condition, dependentSchemas].every((one) => one === undefined);
}

/** All names are listed. */
function hasNoFurther({ schemas }: Writer): boolean {
  return schemas.some(({ names }) => names?.never === true || names?.values !== undefined);
}

/** Names for such properties, the first ones first. */
export function furtherNames(
  fitting: readonly string[],
  pattern: string | undefined,
  taken: ReadonlySet<string>,
): readonly string[] {
  const shaped = pattern === undefined ? [] : examplesOf(pattern, [3]);
  const names = [...shaped, ...fitting, 'other', 'extra', 'x', 'x-other', '_', '0', 'Other', 'other.name', 'zzz9'];
  const free = names.filter((name) => !taken.has(name) && (pattern === undefined || matches(pattern, name) === true));
  return [...new Set(free)].slice(0, 20);
}
