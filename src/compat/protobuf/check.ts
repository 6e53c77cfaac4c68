import type { Answer, Direction, Problem, Verdict, Version } from '../problem.ts';
import { isSameText, type Numbered } from '../versions.ts';
import { hexOf } from './comparing/bytes.ts';
import { compareSchemas } from './comparing/compare.ts';
import type { Suspect } from './comparing/comparison.ts';
import { notesOn } from './notes.ts';
import { parseProtobuf } from './reading/parse.ts';
import { leavesOpen, type ProtobufRule, protobufRules } from './rules.ts';
import type { Finding, ProtobufSchema } from './schema.ts';

/** What is wrong with the candidate by itself, and with each of the versions in each of the directions. */
export function checkProtobuf(
  candidate: Version,
  versions: readonly Numbered[],
  directions: readonly Direction[],
): Answer {
  const { schema, findings } = parseProtobuf(candidate);
  const own = findings.map(problemOf);
  if (schema === undefined) return answer(own);
  const found = versions.flatMap((version) => checkVersion(candidate, schema, version, directions));
  return answer([...own, ...found]);
}

function checkVersion(
  candidate: Version,
  schema: ProtobufSchema,
  version: Numbered,
  directions: readonly Direction[],
): readonly Problem[] {
  // Data is read with the schema that it was written with, whatever is to be said of that.
  if (directions.length === 0 || isSameText(candidate, version)) return [];
  const other = parseProtobuf(version);
  if (other.schema === undefined) return [unreadable(version, other.findings)];
  const before = other.schema;
  const doubts = other.findings.filter(({ rule }) => notReadTwice.includes(rule));
  return [
    ...doubts.slice(0, 1).map((doubt) => unreadable(version, [doubt])),
    ...directions.flatMap((direction) => compareOnce(candidate, schema, version, before, direction)),
    ...notesOn(schema, before, version.called).map((note) => problem(version, note)),
  ];
}

/** Mistakes of an earlier version after which it is not known how its data was written. */
const notReadTwice: readonly ProtobufRule[] = ['ProtoEditionUnknown', 'ProtoNumberDuplicate'];

function compareOnce(
  candidate: Version,
  schema: ProtobufSchema,
  version: Numbered,
  before: ProtobufSchema,
  direction: Direction,
): readonly Problem[] {
  const isBackward = direction === 'backward';
  const [reader, writer] = isBackward ? [schema, before] : [before, schema];
  const called = candidate.called ?? 'this schema';
  const [reads, writes] = isBackward ? [called, version.called] : [version.called, called];
  const { suspects, gaveUp } = compareSchemas(reader, writer);
  const told = suspects.map((suspect) => ({
    ...problem(version, {
      rule: suspect.rule,
      path: (isBackward ? suspect.reader : suspect.writer).path,
      message: `${leadOf(suspect.rule, reads, writes)}: ${suspect.what}${shown(suspect)}`,
      fix: suspect.fixes[isBackward ? 0 : 1],
    }),
    direction,
  }));
  return gaveUp ? [...told, tooMany(version)] : told;
}

function leadOf(rule: ProtobufRule, reads: string, writes: string): string {
  if (protobufRules[rule] === 'break') return `${reads} does not read all that ${writes} writes`;
  return leavesOpen(rule)
    ? `whether ${reads} reads all that ${writes} writes cannot be told`
    : `${reads} reads what ${writes} writes`;
}

/** Longer data is no help in a message. */
const mostOfDatum = 64;

function shown({ witness }: Suspect): string {
  if (witness === undefined || witness.bytes.length > mostOfDatum) return '';
  const message = `message "${witness.message.localName}"`;
  return witness.bytes.length === 0 ? `, as in an empty ${message}` : `, as in ${message} ${hexOf(witness.bytes)}`;
}

function problem(
  { version }: Numbered,
  told: Pick<Problem, 'path' | 'message' | 'fix'> & { rule: ProtobufRule },
): Problem {
  return { ...told, severity: protobufRules[told.rule], version };
}

function problemOf({ rule, path, line, column, message, fix }: Finding): Problem {
  return { rule, severity: protobufRules[rule], path, message: `${message} (line ${line}, column ${column})`, fix };
}

function unreadable(version: Numbered, findings: readonly Finding[]): Problem {
  const why = findings[0]?.message ?? 'it is no schema';
  const message = `${version.called} is not checked: ${why}`;
  return problem(version, { rule: 'ProtoVersionUnreadable', path: '', message, fix: 'Compare with another version.' });
}

function tooMany(version: Numbered): Problem {
  const message = `${version.called} is not checked to its end: its messages meet those of this schema in too many ways`;
  const fix = 'Move parts of the schema into schemas of their own.';
  return problem(version, { rule: 'ProtoTooLarge', path: '', message, fix });
}

function answer(problems: readonly Problem[]): Answer {
  return { verdict: verdictOf(problems), problems };
}

/** A break that was found stands, whatever could not be looked at. */
function verdictOf(problems: readonly Problem[]): Verdict {
  if (problems.some(({ severity }) => severity === 'break')) return 'incompatible';
  return problems.some(({ rule }) => leavesOpen(rule as ProtobufRule)) ? 'unproven' : 'compatible';
}
