import type { Json } from '../../json.ts';
import { type Atom, textOf } from '../data.ts';
import { decimal, isMultipleOf, one, plus, textOfDecimal } from '../decimal.ts';
import { boundsOf, covers, least, most } from '../facts.ts';
import type { Hints } from '../samples.ts';
import { ofType } from '../writer.ts';
import { type Comparison, type Meeting, type Prover, refuses, type Suspect, suspect, unproven } from './comparison.ts';

/** What is to be said where a reader asks for something of a value of one type. */
interface Limit {
  rule: Suspect['rule'];
  at: string;
  /** What the reader asks for. */
  asks: string;
  atom: Atom;
  hints: Hints;
  fix: string;
}

/** What a reader asks for and a writer does not promise, unless no value shows that. */
function narrowed(
  comparison: Comparison,
  meeting: Meeting,
  aspect: Parameters<Prover>[2],
  limit: Limit,
): readonly Suspect[] {
  const { facts, samples } = comparison;
  const { rule, at, asks, atom, hints, fix } = limit;
  const writer = meeting.writer.and(ofType(atom));
  if (facts.isEmpty(writer)) return [];
  const witness = samples.find(
    writer,
    (choice) => samples.made(choice, atom, hints),
    refuses(comparison, meeting, aspect),
  );
  const fixes = [fix, `Write only what is ${asks}.`] as const;
  return [suspect(meeting, { rule, at, what: `need not be ${asks}`, fixes, witness })];
}

export const proveType: Prover = (comparison, meeting, aspect) => {
  const { facts, samples } = comparison;
  const { writer, reader } = meeting;
  const { types = new Set() } = reader;
  const missing = [...facts.atomsOf(writer)].filter((atom) => !types.has(atom));
  if (missing.length === 0) return [];
  const accept = refuses(comparison, meeting, aspect);
  const witness = missing.map((atom) =>
    samples.find(writer.and(ofType(atom)), (choice) => samples.made(choice, atom), accept),
  );
  const [written, read] = [namesOf(missing), namesOf([...types])];
  const fixes = [`Allow ${written} too.`, `Do not allow ${written}.`] as const;
  const what = `may be ${written} and is read as ${read}`;
  return [
    suspect(meeting, { rule: 'JsonTypeNarrowed', at: '/type', what, fixes, witness: witness.find((one) => one) }),
  ];
};

function namesOf(types: readonly Atom[]): string {
  const isNumber = types.includes('integer') && types.includes('fraction');
  const names = types.filter((type) => !(isNumber && type === 'fraction'));
  const words = names.map((name) => ((isNumber && name === 'integer') || name === 'fraction' ? 'number' : name));
  return words.join(' or ');
}

export const proveValues: Prover = (comparison, meeting, aspect) => {
  const { facts, samples } = comparison;
  const accept = refuses(comparison, meeting, aspect);
  const missing = facts.valuesOf(meeting.writer)?.filter(accept) ?? [];
  const witness = missing[0] ?? samples.of(meeting.writer).find(accept);
  const values = listed(meeting.reader.values ?? []);
  const what =
    missing.length > 0 ? `may be ${listed(missing)}, and is read as one of ${values}` : `need not be one of ${values}`;
  const fixes = ['Allow what was allowed before.', 'Allow only the values that are read.'] as const;
  return [suspect(meeting, { rule: 'JsonValueMissing', what, fixes, witness })];
};

function listed(values: readonly Json[]): string {
  const shown = values.slice(0, 5).map((value) => textOf(value).slice(0, 40));
  return `${shown.join(', ')}${values.length > 5 ? ', …' : ''}`;
}

function proveBound(side: 'lower' | 'upper'): Prover {
  return (comparison, meeting, aspect) => {
    const bound = meeting.reader[side];
    if (bound === undefined) return [];
    const found = (['integer', 'fraction'] as const).flatMap((atom) => {
      const own = boundsOf(meeting.writer, atom === 'integer')[side];
      if (own && covers(bound, own, side)) return [];
      const hints = { numbers: [bound.value, ...(own ? [own.value] : [])] };
      const asks = `${side === 'lower' ? 'at least' : 'at most'} ${textOfDecimal(bound.value)}${bound.exclusive ? ' and not that' : ''}`;
      const fix = 'Keep the limit as wide as it was.';
      return narrowed(comparison, meeting, aspect, { rule: 'JsonBoundNarrowed', at: '', asks, atom, hints, fix });
    });
    return onlyOne(found);
  };
}

/** Of integers and other numbers the same is said. */
function onlyOne(found: readonly Suspect[]): readonly Suspect[] {
  const shown = found.find(({ witness }) => witness) ?? found[0];
  return shown ? [shown] : [];
}

export const proveLower = proveBound('lower');
export const proveUpper = proveBound('upper');

export const proveMultiple: Prover = (comparison, meeting, aspect) => {
  const unit = meeting.reader.multipleOf;
  if (
    unit === undefined ||
    meeting.writer.schemas.some(({ multipleOf }) => multipleOf && isMultipleOf(multipleOf, unit))
  )
    return [];
  const found = (['integer', 'fraction'] as const).flatMap((atom) => {
    if (atom === 'integer' && isMultipleOf(one, unit)) return [];
    const hints = { numbers: [one, plus(unit, one), decimal(0n)] };
    const asks = `a multiple of ${textOfDecimal(unit)}`;
    const fix = 'Allow the multiples that were allowed before.';
    return narrowed(comparison, meeting, aspect, {
      rule: 'JsonMultipleChanged',
      at: '/multipleOf',
      asks,
      atom,
      hints,
      fix,
    });
  });
  return onlyOne(found);
};

export const proveMinLength: Prover = (comparison, meeting, aspect) => {
  const length = meeting.reader.minLength ?? 0;
  const own = most(meeting.writer, 'minLength');
  if (own >= length) return [];
  const asks = `of at least ${length} characters`;
  return narrowed(comparison, meeting, aspect, lengthLimit('/minLength', asks, [own, length - 1]));
};

export const proveMaxLength: Prover = (comparison, meeting, aspect) => {
  const length = meeting.reader.maxLength ?? Number.POSITIVE_INFINITY;
  const own = least(meeting.writer, 'maxLength');
  if (own <= length) return [];
  const asks = `of at most ${length} characters`;
  return narrowed(comparison, meeting, aspect, lengthLimit('/maxLength', asks, [length + 1, own]));
};

function lengthLimit(at: string, asks: string, lengths: readonly number[]): Limit {
  const fix = 'Keep the limit as wide as it was.';
  return { rule: 'JsonLengthNarrowed', at, asks, atom: 'string', hints: { lengths }, fix };
}

export const provePattern: Prover = (comparison, meeting, aspect) => {
  const { pattern = '' } = meeting.reader;
  if (pattern === '' || meeting.writer.schemas.some((schema) => schema.pattern === pattern)) return [];
  const asks = `like ${JSON.stringify(pattern)}`;
  const fix = 'Keep the pattern, or allow more by it.';
  return narrowed(comparison, meeting, aspect, {
    rule: 'JsonPatternChanged',
    at: '/pattern',
    asks,
    atom: 'string',
    hints: {},
    fix,
  });
};

/** Nothing is allowed at all. */
export const proveNever: Prover = (comparison, meeting) => {
  const [witness] = comparison.samples.of(meeting.writer);
  const fixes = ['Allow what was allowed before.', 'Do not write it.'] as const;
  return [
    suspect(meeting, { rule: 'JsonNothingAllowed', what: 'may be there, and nothing is allowed', fixes, witness }),
  ];
};

/** What is not known takes nothing for sure. */
export const proveOpaque: Prover = (_comparison, meeting) => [unproven(meeting, meeting.reader.opaque ?? '')];
