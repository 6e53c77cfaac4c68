import type { Answer, Direction, Problem, Verdict, Version } from '../problem.ts';
import { isSameText, type Numbered } from '../versions.ts';
import { compare } from './comparing/compare.ts';
import { Comparison, type Side } from './comparing/comparison.ts';
import { parseAvroOnce } from './memo.ts';
import { type AvroRule, avroRules, leavesOpen } from './rules.ts';
import type { Finding } from './schema.ts';

/** What is wrong with the candidate by itself, and with each of the versions in each of the directions. */
export function checkAvro(candidate: Version, versions: readonly Numbered[], directions: readonly Direction[]): Answer {
  const { schema, findings } = parseAvroOnce(candidate);
  const own = findings.map(problemOf);
  if (schema === undefined) return answer(own);
  const side = { schema, called: candidate.called ?? 'this schema' };
  return answer([...own, ...versions.flatMap((version) => checkVersion(candidate, side, version, directions))]);
}

function checkVersion(
  candidate: Version,
  side: Side,
  version: Numbered,
  directions: readonly Direction[],
): readonly Problem[] {
  // Data is read with the schema that it was written with, whatever is to be said of that.
  if (directions.length === 0 || isSameText(candidate, version)) return [];
  const { schema, findings } = parseAvroOnce(version);
  if (schema === undefined) return [unreadable(version, findings)];
  const other = { schema, called: version.called };
  return directions.flatMap((direction) => {
    const [reader, writer] = direction === 'backward' ? [side, other] : [other, side];
    const comparison = new Comparison(reader, writer, direction, version.version);
    compare(comparison);
    return [...comparison.problems, ...(comparison.gaveUp ? [tooMany(version)] : [])];
  });
}

function problemOf({ rule, path, line, column, message, fix }: Finding): Problem {
  return { rule, severity: avroRules[rule], path, message: `${message} (line ${line}, column ${column})`, fix };
}

function unreadable({ version, called }: Numbered, findings: readonly Finding[]): Problem {
  const why =
    findings.find(({ rule }) => avroRules[rule] === 'break' || leavesOpen(rule))?.message ?? 'it is no schema';
  return open('AvroVersionUnreadable', version, `${called} is not checked: ${why}`, 'Compare with another version.');
}

function tooMany({ version, called }: Numbered): Problem {
  const message = `${called} is not checked to its end: its types meet those of this schema in too many ways`;
  return open('AvroTooLarge', version, message, 'Move parts of the schema into schemas of their own.');
}

function open(rule: AvroRule, version: number, message: string, fix: string): Problem {
  return { rule, severity: avroRules[rule], path: '', version, message, fix };
}

function answer(problems: readonly Problem[]): Answer {
  return { verdict: verdictOf(problems), problems };
}

/** A break that was found stands, whatever could not be looked at. */
function verdictOf(problems: readonly Problem[]): Verdict {
  if (problems.some(({ severity }) => severity === 'break')) return 'incompatible';
  return problems.some(({ rule }) => leavesOpen(rule as AvroRule)) ? 'unproven' : 'compatible';
}
