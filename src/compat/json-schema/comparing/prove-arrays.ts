import type { Json } from '../../json.ts';
import { arrayValue } from '../data.ts';
import { prefixLength } from '../facts.ts';
import type { Schema } from '../schema.ts';
import { ofType, synthetic, Writer } from '../writer.ts';
import { type Comparison, lifted, type Meeting, type Prover, refuses, type Suspect, suspect } from './comparison.ts';

/** Nobody writes tuples that long. */
const mostPlaces = 100;

export const proveItems: Prover = (comparison, meeting, aspect) => {
  return proveItemsOf(comparison, meeting, meeting.reader, refuses(comparison, meeting, aspect));
};

function proveItemsOf(
  comparison: Comparison,
  meeting: Meeting,
  { prefix = [], rest }: Pick<Schema, 'prefix' | 'rest'>,
  accept: (value: Json) => boolean,
): readonly Suspect[] {
  const writer = meeting.writer.and(ofType('array'));
  if (comparison.facts.isEmpty(writer)) return [];
  const places = Math.min(Math.max(prefix.length, prefixLength(writer)), mostPlaces);
  const { max } = comparison.facts.countOf(writer);
  const found: Suspect[] = [];
  for (let index = 0; index <= places && index < max; index += 1) {
    const schema = prefix[index] ?? rest;
    if (schema === undefined) continue;
    const step = index < places ? `[${index}]` : '[*]';
    const children = schema.never
      ? closed(comparison, meeting, writer, schema, index)
      : comparison.diffWithin(comparison.facts.itemOf(writer, index), schema);
    found.push(
      ...lifted(comparison, { ...meeting, writer }, { step, accept, around: arraysWith(comparison, index) }, children),
    );
  }
  return found;
}

/** Arrays that have the value at that place. */
function arraysWith({ samples, facts }: Comparison, index: number) {
  return function* (writer: Writer, inner: Json): Iterable<Json> {
    for (const length of new Set([index + 1, facts.countOf(writer).min])) {
      const value = length > index ? samples.arrayWith(writer, new Map([[index, inner]]), length) : undefined;
      if (value) yield value;
    }
  };
}

/** There must not be an item in that place. */
function closed(
  { facts, samples }: Comparison,
  meeting: Meeting,
  writer: Writer,
  reader: Schema,
  index: number,
): readonly Suspect[] {
  const item = facts.itemOf(writer, index);
  const [witness] = samples.of(item);
  const what = 'may be there, and no item is allowed in this place';
  const fixes = ['Allow further items.', 'Write no further items.'] as const;
  return [
    {
      ...suspect({ ...meeting, reader }, { rule: 'JsonItemsClosed', what, fixes, witness }),
      writer: item.path || writer.path,
    },
  ];
}

export const proveMinItems: Prover = (comparison, meeting, aspect) => {
  const { minItems = 0 } = meeting.reader;
  const { min } = comparison.facts.countOf(meeting.writer);
  if (min >= minItems) return [];
  return counted(comparison, meeting, aspect, `at least ${minItems}`, [minItems - 1, min]);
};

export const proveMaxItems: Prover = (comparison, meeting, aspect) => {
  const { maxItems = 0 } = meeting.reader;
  if (comparison.facts.countOf(meeting.writer).max <= maxItems) return [];
  return counted(comparison, meeting, aspect, `at most ${maxItems}`, [maxItems + 1]);
};

function counted(
  comparison: Comparison,
  meeting: Meeting,
  aspect: Parameters<Prover>[2],
  asks: string,
  counts: readonly number[],
): readonly Suspect[] {
  const { samples, facts } = comparison;
  const writer = meeting.writer.and(ofType('array'));
  if (facts.isEmpty(writer)) return [];
  const accept = refuses(comparison, meeting, aspect);
  const witness = samples.find(writer, (choice) => samples.made(choice, 'array', { counts }), accept);
  const fixes = ['Keep the limit as wide as it was.', `Write ${asks} items.`] as const;
  return [
    suspect(meeting, {
      rule: 'JsonItemCountNarrowed',
      at: `/${aspect}`,
      what: `need not have ${asks} items`,
      fixes,
      witness,
    }),
  ];
}

export const proveUnique: Prover = (comparison, meeting, aspect) => {
  const { facts, samples } = comparison;
  const writer = meeting.writer.and(ofType('array'));
  const isUnique = !meeting.reader.unique || writer.schemas.some(({ unique }) => unique);
  if (isUnique || facts.isEmpty(writer) || facts.countOf(writer).max <= 1) return [];
  const witness = samples.find(writer, (choice) => twice(comparison, choice), refuses(comparison, meeting, aspect));
  const fixes = ['Allow an item to be there twice.', 'Write each item once.'] as const;
  const what = 'may have an item twice';
  return [suspect(meeting, { rule: 'JsonUniqueItemsAdded', at: '/uniqueItems', what, fixes, witness })];
};

function* twice({ facts, samples }: Comparison, writer: Writer): Iterable<Json> {
  const { min } = facts.countOf(writer);
  for (const item of samples.of(facts.itemOf(writer, 0))) {
    const value = samples.arrayWith(
      writer,
      new Map([
        [0, item],
        [1, item],
      ]),
      Math.max(min, 2),
    );
    if (value) yield value;
  }
}

export const proveContains: Prover = (comparison, meeting, aspect) => {
  const { facts, samples } = comparison;
  const { contains } = meeting.reader;
  const writer = meeting.writer.and(ofType('array'));
  if (contains === undefined || facts.isEmpty(writer)) return [];
  if (hasEnough(comparison, writer, contains) && hasNotTooMany(comparison, writer, contains)) return [];
  const { min, max = 0 } = contains;
  const make = function* (choice: Writer): Iterable<Json> {
    yield* samples.made(choice, 'array', { counts: [0, min - 1, min, max + 1] });
    for (const item of samples.of(facts.itemOf(choice, 0).and(contains.schema)))
      yield arrayValue(Array(max + 1).fill(item));
    for (const item of samples.of(facts.itemOf(choice, 0))) yield arrayValue([item]);
  };
  const witness = samples.find(writer, make, refuses(comparison, meeting, aspect));
  const fixes = ['Ask for no more than before.', 'Write the items that are asked for.'] as const;
  const what = 'need not contain the items that are asked for';
  return [suspect(meeting, { rule: 'JsonContainsChanged', at: '/contains', what, fixes, witness })];
};

type ContainsMeeting = NonNullable<Schema['contains']>;

function hasEnough(comparison: Comparison, writer: Writer, { schema, min }: ContainsMeeting): boolean {
  if (min === 0) return true;
  const promised = writer.schemas.flatMap(({ contains }) => contains ?? []).filter((one) => one.min >= min);
  if (promised.some((one) => comparison.diffWithin(new Writer([one.schema]), schema).length === 0)) return true;
  if (comparison.facts.countOf(writer).min < min || min > mostPlaces) return false;
  const places = Array.from({ length: min }, (_, index) => comparison.facts.itemOf(writer, index));
  return places.every((item) => comparison.diffWithin(item, schema).length === 0);
}

function hasNotTooMany(comparison: Comparison, writer: Writer, { schema, max }: ContainsMeeting): boolean {
  if (max === undefined || comparison.facts.countOf(writer).max <= max) return true;
  const limited = writer.schemas.flatMap(({ contains }) => contains ?? []).filter((one) => (one.max ?? max + 1) <= max);
  return limited.some((one) => comparison.diffWithin(new Writer([schema]), one.schema).length === 0);
}

/** Looked at by schemas that look at all items or that are sure to be applied, an item is not looked at again. */
export const proveUnevaluatedItems: Prover = (comparison, meeting, aspect) => {
  const { reader } = meeting;
  const applied = new Writer([reader]).schemas;
  const isClosed = applied.some(
    ({ rest, unevaluatedItems }, index) => rest !== undefined || (index > 0 && unevaluatedItems !== undefined),
  );
  if (isClosed || reader.unevaluatedItems === undefined) return [];
  const anything = synthetic('anything', {});
  const prefix = Array<Schema>(prefixLength(new Writer([reader]))).fill(anything);
  const found = proveItemsOf(
    comparison,
    meeting,
    { prefix, rest: reader.unevaluatedItems },
    refuses(comparison, meeting, aspect),
  );
  return found.map((one) => (one.rule === 'JsonItemsClosed' ? { ...one, rule: 'JsonUnevaluatedClosed' } : one));
};
