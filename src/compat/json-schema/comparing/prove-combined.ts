import type { Json } from '../../json.ts';
import { entriesOf, objectValue } from '../data.ts';
import type { Schema } from '../schema.ts';
import { synthetic, Writer } from '../writer.ts';
import { type Comparison, type Meeting, type Prover, refuses, type Suspect, suspect } from './comparison.ts';

export const proveRef: Prover = (comparison, { writer, reader }) =>
  reader.ref ? comparison.diff(writer, reader.ref) : [];

export const proveAllOf: Prover = (comparison, { writer, reader }) => {
  return (reader.allOf ?? []).flatMap((one) => comparison.diff(writer, one));
};

export const proveAnyOf: Prover = (comparison, meeting, aspect) => {
  const alternatives = meeting.reader.anyOf ?? [];
  const found = diffEach(comparison, meeting, alternatives);
  return found.some((suspects) => suspects?.length === 0)
    ? []
    : noAlternative(comparison, meeting, found, refuses(comparison, meeting, aspect), alternatives);
};

/** Until one takes all. `undefined`: the alternative is for something else altogether. */
function diffEach(
  comparison: Comparison,
  { writer }: Meeting,
  alternatives: readonly Schema[],
): readonly (readonly Suspect[] | undefined)[] {
  const found: (readonly Suspect[] | undefined)[] = [];
  for (const one of alternatives) {
    const isMeant = !comparison.facts.isEmpty(writer.and(one));
    const suspects = isMeant ? comparison.diff(writer, one) : undefined;
    found.push(suspects);
    if (suspects?.length === 0) break;
  }
  return found;
}

/** None of the alternatives takes all that is written. Where only one is meant for it, what that one refuses is told. */
function noAlternative(
  comparison: Comparison,
  meeting: Meeting,
  found: readonly (readonly Suspect[] | undefined)[],
  accept: (value: Json) => boolean,
  alternatives: readonly Schema[],
): readonly Suspect[] {
  const { facts, samples } = comparison;
  const { writer } = meeting;
  const meant = found.filter((suspects) => suspects !== undefined);
  const [only] = meant;
  if (meant.length === 1 && only) {
    const shown = only.filter(({ witness }) => witness && accept(witness));
    if (shown.length > 0) return shown;
  }
  const seen = meant.flatMap((suspects) => suspects.flatMap(({ witness }) => witness ?? []));
  const mixed = seen
    .slice(0, 8)
    .flatMap((one, index) => seen.slice(index + 1, 8).flatMap((other) => mixedOf(one, other)));
  const isValid = (value: Json) => facts.isOf(writer, value) === true;
  const witness =
    [...seen, ...samples.of(writer)].find(accept) ?? mixed.find((value) => accept(value) && isValid(value));
  const fixes = ['Keep an alternative for it.', 'Write only what an alternative is for.'] as const;
  const what = 'may be something that no alternative takes';
  return [
    suspect(meeting, {
      rule: 'JsonAlternativeMissing',
      at: alternatives === meeting.reader.oneOf ? '/oneOf' : '/anyOf',
      what,
      fixes,
      witness,
    }),
  ];
}

/** What two alternatives refuse, in one object: neither takes that. */
function mixedOf(one: Json, other: Json): readonly Json[] {
  if (one.kind !== 'object' || other.kind !== 'object') return [];
  const [first, second] = [entriesOf(one), entriesOf(other)];
  return [new Map([...first, ...second]), new Map([...second, ...first])].map(objectValue);
}

export const proveOneOf: Prover = (comparison, all, aspect) => {
  const { facts } = comparison;
  const alternatives = all.reader.oneOf ?? [];
  const accept = refuses(comparison, all, aspect);
  const found = diffEach(comparison, all, alternatives);
  const taken = found.findIndex((suspects) => suspects?.length === 0);
  if (taken < 0) {
    const overlap = overlapOf(comparison, all, alternatives, accept);
    return overlap?.witness ? [overlap] : noAlternative(comparison, all, found, accept, alternatives);
  }
  const others = alternatives.filter((one, index) => index !== taken && !facts.isEmpty(all.writer.and(one)));
  if (others.length === 0) return [];
  const overlap = overlapOf(comparison, all, alternatives, accept);
  return overlap ? [overlap] : [];
};

/** A value that more than one alternative takes, which `oneOf` refuses. */
function overlapOf(
  { facts, samples }: Comparison,
  meeting: Meeting,
  alternatives: readonly Schema[],
  accept: (value: Json) => boolean,
): Suspect | undefined {
  const pairs = alternatives.flatMap((one, index) =>
    alternatives.slice(index + 1).map((other) => meeting.writer.and(one, other)),
  );
  const possible = pairs.slice(0, 100).filter((pair) => !facts.isEmpty(pair));
  if (possible.length === 0 && pairs.length <= 100) return undefined;
  const witness = possible.flatMap((pair) => samples.of(pair)).find(accept);
  const fixes = ['Make the alternatives differ, or use "anyOf".', 'Write only what one alternative is for.'] as const;
  const what = 'may be something that more than one alternative takes';
  return suspect(meeting, { rule: 'JsonAlternativesOverlap', at: '/oneOf', what, fixes, witness });
}

export const proveNot: Prover = (comparison, meeting, aspect) => {
  const { facts, samples } = comparison;
  const { writer, reader } = meeting;
  const { not } = reader;
  if (not === undefined) return [];
  const both = writer.and(not);
  if (facts.isEmpty(both)) return [];
  const excluded = writer.schemas.flatMap((schema) => schema.not ?? []);
  if (excluded.some((one) => comparison.diff(new Writer([not]), one).length === 0)) return [];
  const witness = [...samples.of(both), ...samples.of(writer)].find(refuses(comparison, meeting, aspect));
  const fixes = ['Exclude no more than before.', 'Do not write what is excluded.'] as const;
  return [
    suspect(meeting, { rule: 'JsonNotExcludesMore', at: '/not', what: 'may be what is excluded', fixes, witness }),
  ];
};

export const proveCondition: Prover = (comparison, { writer, reader }) => {
  const { if: condition, then, else: otherwise } = reader;
  if (condition === undefined) return [];
  const unmet = synthetic(`not ${condition.id}`, { not: condition });
  return [
    ...(then ? comparison.diff(writer.and(condition), then) : []),
    ...(otherwise ? comparison.diff(writer.and(unmet), otherwise) : []),
  ];
};
