import { clip } from '../../base/text.ts';
import type { Answer, Direction, Problem, Verdict, Version } from '../problem.ts';
import { isSameText, type Numbered } from '../versions.ts';
import { compareSchemas } from './comparing/compare.ts';
import type { Suspect } from './comparing/comparison.ts';
import { textOf } from './data.ts';
import { notesOn } from './notes.ts';
import { type ParsedJsonSchema, parseJsonSchema } from './reading/parse.ts';
import { type JsonSchemaRule, jsonSchemaRules, leavesOpen } from './rules.ts';
import type { Finding, Schema } from './schema.ts';

/** What is wrong with the candidate by itself, and with each of the versions in each of the directions. */
export function checkJsonSchema(
  candidate: Version,
  versions: readonly Numbered[],
  directions: readonly Direction[],
): Answer {
  const parsed = parseJsonSchema(candidate);
  const own = parsed.findings.map(problemOf);
  if (parsed.schema === undefined) return answer(own);
  const found = versions.flatMap((version) => checkVersion(candidate, parsed, version, directions));
  return answer([...own, ...found]);
}

function checkVersion(
  candidate: Version,
  parsed: ParsedJsonSchema,
  version: Numbered,
  directions: readonly Direction[],
): readonly Problem[] {
  // What is valid under a text is valid under that text, whatever is to be said of it.
  if (directions.length === 0 || isSameText(candidate, version)) return [];
  const other = parseJsonSchema(version);
  if (other.schema === undefined) return [unreadable(version, other.findings)];
  return directions.flatMap((direction) => {
    const meeting: Meeting = { candidate: candidate.called ?? 'this schema', version, direction };
    return compareReadings(meeting, parsed, other);
  });
}

interface Meeting {
  /** What messages call it. */
  candidate: string;
  version: Numbered;
  direction: Direction;
}

/** Where validators read a schema in two ways, both are looked at, and a verdict holds if they agree. */
function compareReadings(meeting: Meeting, candidate: ParsedJsonSchema, version: ParsedJsonSchema): readonly Problem[] {
  const first = compareOnce(meeting, candidate.schema, version.schema);
  if (candidate.other === undefined && version.other === undefined) return first;
  const second = compareOnce(meeting, candidate.other ?? candidate.schema, version.other ?? version.schema);
  if (verdictOf(first) === verdictOf(second)) return first;
  const { called } = meeting.version;
  const message = `whether it agrees with ${called} depends on the validator: before 2019-09 some look at what stands beside a "$ref", and some do not`;
  return [problem(meeting, 'JsonNotProven', '', message, 'Put the "$ref" into an "allOf".')];
}

function compareOnce(meeting: Meeting, candidate: Schema | undefined, version: Schema | undefined): readonly Problem[] {
  if (candidate === undefined || version === undefined) return [];
  const [reader, writer] = meeting.direction === 'backward' ? [candidate, version] : [version, candidate];
  const { suspects, gaveUp } = compareSchemas(reader, writer);
  // What could not be told because there were too many steps is told once.
  const told = gaveUp ? suspects.filter(({ witness }) => witness !== undefined) : suspects;
  const message = `${meeting.version.called} is not checked to its end: its parts meet those of this schema in too many ways`;
  const fix = 'Move parts of the schema into schemas of their own.';
  return [
    ...told.map((one) => problemWith(meeting, one)),
    ...(gaveUp ? [problem(meeting, 'JsonTooLarge', '', message, fix)] : []),
    ...notesOn(candidate, version).map((note) => problem(meeting, note.rule, note.path, note.message, note.fix)),
  ];
}

/** Longer documents are no help in a message. */
const mostOfDocument = 160;

function problemWith(meeting: Meeting, { rule, reader, writer, where, what, fixes, witness }: Suspect): Problem {
  const isBackward = meeting.direction === 'backward';
  const [path, fix] = isBackward ? [reader, fixes[0]] : [writer, fixes[1]];
  const { candidate, version } = meeting;
  const [reads, writes] = isBackward ? [candidate, version.called] : [version.called, candidate];
  const place = `$${where} ${what}`;
  if (witness === undefined) {
    const message = `whether ${reads} takes all that ${writes} allows cannot be told: ${place}`;
    return problem(meeting, 'JsonNotProven', path, message, fix);
  }
  const message = `${reads} does not take all that ${writes} allows: ${place}, as in ${clip(textOf(witness), mostOfDocument)}`;
  return problem(meeting, rule, path, message, fix);
}

function problem(
  { version, direction }: Meeting,
  rule: JsonSchemaRule,
  path: string,
  message: string,
  fix: string,
): Problem {
  return { rule, severity: jsonSchemaRules[rule], path, version: version.version, direction, message, fix };
}

function problemOf({ rule, path, line, column, message, fix }: Finding): Problem {
  return { rule, severity: jsonSchemaRules[rule], path, message: `${message} (line ${line}, column ${column})`, fix };
}

function unreadable({ version, called }: Numbered, findings: readonly Finding[]): Problem {
  const why =
    findings.find(({ rule }) => jsonSchemaRules[rule] === 'break' || leavesOpen(rule))?.message ?? 'it is no schema';
  const rule = 'JsonVersionUnreadable';
  const message = `${called} is not checked: ${why}`;
  return { rule, severity: jsonSchemaRules[rule], path: '', version, message, fix: 'Compare with another version.' };
}

function answer(problems: readonly Problem[]): Answer {
  return { verdict: verdictOf(problems), problems };
}

/** A break that was found stands, whatever could not be looked at. */
function verdictOf(problems: readonly Problem[]): Verdict {
  if (problems.some(({ severity }) => severity === 'break')) return 'incompatible';
  return problems.some(({ rule }) => leavesOpen(rule as JsonSchemaRule)) ? 'unproven' : 'compatible';
}
