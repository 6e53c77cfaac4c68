import type { BoundedWork, Worked } from '../base/bounded-work.ts';
import type { Question } from './check.ts';
import type { Answer } from './problem.ts';

/** `checkCompatibility` where it holds nobody up: what is hostile keeps it busy for seconds. */
export type Checker = BoundedWork<Question, Answer>;

/** A check that was given up leaves open whether the schemas agree. */
export function answerOf(worked: Worked<Answer>): Answer {
  if (worked.kind === 'done') return worked.result;
  const message = `the schemas are not compared to the end: ${worked.why}`;
  const fix = 'Move parts of the schema into schemas of their own.';
  return { verdict: 'unproven', problems: [{ rule: 'CheckGivenUp', severity: 'risk', path: '', message, fix }] };
}
