import type { Json } from '../../json.ts';
import { type Sure, stringValue } from '../data.ts';
import { least, most, requiredOf } from '../facts.ts';
import { matches } from '../patterns.ts';
import { listedNames } from '../samples.ts';
import type { PatternSchema, Schema } from '../schema.ts';
import { ofType, requiring, synthetic, Writer } from '../writer.ts';
import {
  type Comparison,
  lifted,
  type Meeting,
  type Prover,
  quoted,
  refuses,
  type Suspect,
  stepTo,
  suspect,
} from './comparison.ts';
import { furtherNames, regionsOf } from './regions.ts';

type Asked = Pick<Schema, 'properties' | 'patterns' | 'additional'>;

/** The same meeting, of objects; `undefined`: there are none. */
function ofObjects({ facts }: Comparison, meeting: Meeting): Meeting | undefined {
  const writer = meeting.writer.and(ofType('object'));
  return facts.isEmpty(writer) ? undefined : { ...meeting, writer };
}

export const proveProperties: Prover = (comparison, meeting, aspect) => {
  return provePropertiesOf(comparison, meeting, meeting.reader, refuses(comparison, meeting, aspect));
};

function provePropertiesOf(
  comparison: Comparison,
  all: Meeting,
  asked: Asked,
  accept: (value: Json) => boolean,
): readonly Suspect[] {
  const meeting = ofObjects(comparison, all);
  if (meeting === undefined) return [];
  const named = listedNames(meeting.writer);
  const names = new Set([...(asked.properties?.keys() ?? []), ...(asked.patterns || asked.additional ? named : [])]);
  const found = [...names].flatMap((name) => proveProperty(comparison, meeting, asked, name, accept));
  return [...found, ...proveFurther(comparison, meeting, asked, names, accept)];
}

function proveProperty(
  comparison: Comparison,
  meeting: Meeting,
  asked: Asked,
  name: string,
  accept: (value: Json) => boolean,
): readonly Suspect[] {
  const { facts, samples } = comparison;
  const schemas = schemasFor(asked, name);
  if (schemas.length === 0 || facts.forbids(meeting.writer, name)) return [];
  const property = facts.propertyOf(meeting.writer, name);
  const around = function* (writer: Writer, inner: Json): Iterable<Json> {
    const value = samples.objectWith(writer, new Map([[name, inner]]));
    if (value) yield value;
  };
  const found = schemas.flatMap((schema) => {
    const children = propertySuspects(comparison, meeting, property, schema, name);
    return lifted(comparison, meeting, { step: stepTo(name), accept, around }, children);
  });
  return found;
}

/** What a reader asks of a property of that name; of a pattern that cannot be run, perhaps. */
function schemasFor({ properties, patterns = [], additional }: Asked, name: string): readonly Schema[] {
  const own = properties?.get(name);
  const sures = patterns.map(({ pattern }): Sure => matches(pattern, name));
  const fitting = patterns.filter((_, index) => sures[index] !== false).map(({ schema }) => schema);
  const isKnown = own !== undefined || sures.includes(true);
  return [...(own ? [own] : []), ...fitting, ...(isKnown || !additional ? [] : [additional])];
}

function propertySuspects(
  comparison: Comparison,
  meeting: Meeting,
  property: Writer,
  schema: Schema,
  name: string,
): readonly Suspect[] {
  const children = comparison.diffWithin(property, schema);
  const [first] = children;
  if (first === undefined) return [];
  const shown = children.find(({ witness }) => witness)?.witness;
  const at = { ...meeting, reader: schema, writer: property.schemas.length > 0 ? property : meeting.writer };
  if (schema.never) {
    const fixes = [`Allow property ${quoted([name])}.`, `Do not write property ${quoted([name])}.`] as const;
    const what = 'may be there, and is refused';
    return [suspect(at, { rule: 'JsonPropertyForbidden', what, fixes, witness: shown })];
  }
  if (property.schemas.length > 0) return children;
  const what = 'may be anything where properties are allowed that nobody named, and not everything is read';
  const fixes = [
    'Give the property another name, or leave it open.',
    'Close the schema by "additionalProperties": false.',
  ] as const;
  return [suspect(at, { rule: 'JsonPropertyAddedToOpenModel', what, fixes, witness: shown })];
}

/** Properties of which neither of the two says the name. */
function proveFurther(
  comparison: Comparison,
  meeting: Meeting,
  asked: Asked,
  names: ReadonlySet<string>,
  accept: (value: Json) => boolean,
): readonly Suspect[] {
  const { additional, patterns = [] } = asked;
  const all = [...patterns, ...(additional ? [{ pattern: undefined, schema: additional }] : [])];
  return all.flatMap(({ pattern, schema }) => {
    const regions = regionsOf(comparison.facts, meeting.writer, pattern, patterns);
    return regions.flatMap((region) => proveRegion(comparison, meeting, { region, schema, pattern, names, accept }));
  });
}

interface Region {
  region: Writer;
  schema: Schema;
  pattern: string | undefined;
  names: ReadonlySet<string>;
  accept: (value: Json) => boolean;
}

function proveRegion(
  comparison: Comparison,
  meeting: Meeting,
  { region, schema, pattern, names, accept }: Region,
): readonly Suspect[] {
  const { facts, samples } = comparison;
  if (facts.isEmpty(region)) return [];
  const children = furtherSuspects(comparison, meeting, region, schema, pattern);
  const around = function* (writer: Writer, inner: Json): Iterable<Json> {
    for (const name of furtherNames(samples.namesOf(meeting.writer), pattern, names)) {
      const value = samples.objectWith(writer, new Map([[name, inner]]));
      if (value) yield value;
    }
  };
  const step = pattern === undefined ? '.*' : `[/${pattern}/]`;
  return lifted(comparison, meeting, { step, accept, around }, children);
}

function furtherSuspects(
  comparison: Comparison,
  meeting: Meeting,
  region: Writer,
  schema: Schema,
  pattern: string | undefined,
): readonly Suspect[] {
  const children = comparison.diffWithin(region, schema);
  const [first] = children;
  if (first === undefined || (region.schemas.length > 0 && !schema.never)) return children;
  const witness = children.find((one) => one.witness)?.witness;
  const at = { ...meeting, reader: schema };
  const isClosed = schema.never === true;
  const rule = isClosed
    ? 'JsonContentModelClosed'
    : pattern === undefined
      ? 'JsonContentModelClosed'
      : 'JsonPropertyAddedToOpenModel';
  const what = isClosed
    ? 'may be there under names that are refused'
    : 'may be anything where properties are allowed that nobody named, and not everything is read';
  const fixes = ['Leave the schema as open as it was.', 'Close the schema by "additionalProperties": false.'] as const;
  return [suspect(at, { rule, what, fixes, witness })];
}

export const proveRequired: Prover = (comparison, all, aspect) => {
  const meeting = ofObjects(comparison, all);
  if (meeting === undefined) return [];
  const { writer, reader } = meeting;
  const written = requiredOf(writer);
  const missing = (reader.required ?? []).filter((name) => !written.has(name));
  return missing.map((name) => notWritten(comparison, meeting, name, writer, refuses(comparison, meeting, aspect)));
};

function notWritten(
  comparison: Comparison,
  meeting: Meeting,
  name: string,
  writer: Writer,
  accept: (value: Json) => boolean,
): Suspect {
  const { samples } = comparison;
  const make = function* (choice: Writer): Iterable<Json> {
    const value = samples.objectWith(choice, new Map(), { without: name });
    if (value) yield value;
  };
  const witness = samples.find(writer, make, accept);
  const hasDefault = meeting.reader.properties?.get(name)?.hasDefault === true;
  const rule = hasDefault ? 'JsonPropertyRequiredWithDefault' : 'JsonPropertyRequired';
  const why = hasDefault ? '; its default is for readers that fill it in, and validation does not' : '';
  const fixes = [`Take ${quoted([name])} out of "required".`, `Require ${quoted([name])}.`] as const;
  return suspect(meeting, {
    rule,
    at: '/required',
    what: `need not have property ${quoted([name])}${why}`,
    fixes,
    witness,
  });
}

export const proveNames: Prover = (comparison, all, aspect) => {
  const meeting = ofObjects(comparison, all);
  const { facts, samples } = comparison;
  const { names } = all.reader;
  if (meeting === undefined || names === undefined) return [];
  const { writer } = meeting;
  const known = samples.namesOf(writer).filter((name) => !facts.forbids(writer, name));
  const areKnownRead = known.every((name) => facts.validity.of(names, stringValue(name)) === true);
  const shape = new Writer([...writer.schemas.flatMap((schema) => schema.names ?? []), ofType('string')]);
  const isOpen = regionsOf(facts, writer, undefined, []).some((region) => !facts.isEmpty(region));
  const further = isOpen ? comparison.diffWithin(shape, names) : [];
  if (areKnownRead && further.length === 0) return [];
  const make = function* (choice: Writer): Iterable<Json> {
    const shown = further.flatMap(({ witness }) => (witness?.kind === 'string' ? [witness.value] : []));
    for (const name of [...known, ...shown]) {
      for (const inner of samples.of(facts.propertyOf(choice, name)).slice(0, 1)) {
        const value = samples.objectWith(choice, new Map([[name, inner]]));
        if (value) yield value;
      }
    }
  };
  const witness = samples.find(writer, make, refuses(comparison, meeting, aspect));
  const fixes = ['Allow the names that were allowed before.', 'Allow only the names that are read.'] as const;
  const what = 'may have properties of names that are refused';
  return [suspect(meeting, { rule: 'JsonPropertyNamesNarrowed', at: '/propertyNames', what, fixes, witness })];
};

export const proveMinProperties: Prover = (comparison, meeting, aspect) => {
  const { minProperties = 0 } = meeting.reader;
  const own = Math.max(most(meeting.writer, 'minProperties'), requiredOf(meeting.writer).size);
  return own >= minProperties
    ? []
    : counted(comparison, meeting, aspect, `at least ${minProperties}`, [0, minProperties - 1]);
};

export const proveMaxProperties: Prover = (comparison, meeting, aspect) => {
  const { maxProperties = 0 } = meeting.reader;
  const closed = meeting.writer.schemas.filter(({ additional, patterns }) => additional?.never && !patterns);
  const own = Math.min(
    least(meeting.writer, 'maxProperties'),
    ...closed.map(({ properties }) => properties?.size ?? 0),
  );
  return own <= maxProperties
    ? []
    : counted(comparison, meeting, aspect, `at most ${maxProperties}`, [maxProperties + 1]);
};

function counted(
  comparison: Comparison,
  all: Meeting,
  aspect: Parameters<Prover>[2],
  asks: string,
  counts: readonly number[],
): readonly Suspect[] {
  const meeting = ofObjects(comparison, all);
  if (meeting === undefined) return [];
  const { samples } = comparison;
  const accept = refuses(comparison, meeting, aspect);
  const witness = samples.find(meeting.writer, (choice) => samples.made(choice, 'object', { counts }), accept);
  const fixes = ['Keep the limit as wide as it was.', `Write ${asks} properties.`] as const;
  const what = `need not have ${asks} properties`;
  return [suspect(meeting, { rule: 'JsonPropertyCountNarrowed', at: `/${aspect}`, what, fixes, witness })];
}

export const proveDependentRequired: Prover = (comparison, meeting, aspect) => {
  const accept = refuses(comparison, meeting, aspect);
  return [...(meeting.reader.dependentRequired ?? [])].flatMap(([name, others]) => {
    const writer = meeting.writer.and(requiring(name));
    if (comparison.facts.isEmpty(writer)) return [];
    const written = requiredOf(writer);
    const missing = others.filter((one) => !written.has(one));
    return missing.map((one) => {
      const found = notWritten(comparison, { ...meeting, writer }, one, writer, accept);
      const what = `may have property ${quoted([name])} without ${quoted([one])}`;
      const fixes = [
        'Make the one independent of the other.',
        `Write ${quoted([one])} with ${quoted([name])}.`,
      ] as const;
      return { ...found, rule: 'JsonDependencyAdded' as const, reader: meeting.reader.path, what, fixes };
    });
  });
};

export const proveDependentSchemas: Prover = (comparison, { writer, reader }) => {
  return [...(reader.dependentSchemas ?? [])].flatMap(([name, schema]) =>
    comparison.diff(writer.and(requiring(name)), schema),
  );
};

/** What schemas look at that are sure to be applied is not looked at again; the rest is as with `additionalProperties`. */
export const proveUnevaluatedProperties: Prover = (comparison, meeting, aspect) => {
  const { unevaluatedProperties: additional } = meeting.reader;
  const applied = new Writer([meeting.reader]).schemas;
  const isOpen = applied.some(
    (one, index) => one.additional !== undefined || (index > 0 && one.unevaluatedProperties !== undefined),
  );
  if (isOpen || additional === undefined) return [];
  const anything = synthetic('anything', {});
  const properties = new Map(
    applied.flatMap((one) => [...(one.properties?.keys() ?? [])]).map((name) => [name, anything]),
  );
  const patterns = applied.flatMap((one): PatternSchema[] =>
    (one.patterns ?? []).map(({ pattern }) => ({ pattern, schema: anything })),
  );
  const found = provePropertiesOf(
    comparison,
    meeting,
    { properties, patterns, additional },
    refuses(comparison, meeting, aspect),
  );
  const closing: readonly string[] = ['JsonContentModelClosed', 'JsonPropertyForbidden'];
  return found.map((one) =>
    closing.includes(one.rule) && one.where.lastIndexOf('.') <= 0 ? { ...one, rule: 'JsonUnevaluatedClosed' } : one,
  );
};
