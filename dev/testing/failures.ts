import { stripVTControlCharacters } from 'node:util';
import { dim, print, red } from '../setup/progress.mjs';
import type { Failure } from './tally.ts';

const AGAIN = 10;
const LINES_AGAIN = 12;

function describe({ test, problems }: Failure, most = Number.POSITIVE_INFINITY): readonly string[] {
  const lines = problems.flatMap((problem) => stripVTControlCharacters(problem).split('\n'));
  const shown = lines.length > most ? [...lines.slice(0, most), '…'] : lines;
  return [`  ${red('✗')} ${test}`, ...shown.map((line) => dim(`      ${line}`))];
}

/** The failure as it happens, whole. */
export function printFailure(failure: Failure): void {
  for (const line of describe(failure)) print(line);
}

/** The first ten failures, twelve lines of each, and how many more there are. */
export function describeAgain(failures: readonly Failure[]): readonly string[] {
  const lines = failures.slice(0, AGAIN).flatMap((failure) => describe(failure, LINES_AGAIN));
  return failures.length > AGAIN ? [...lines, `  and ${failures.length - AGAIN} more, above`] : lines;
}

/** For the end of a run: whoever sees only the last lines of a long log learns there what failed. */
export function printAgain(failures: readonly Failure[]): void {
  if (failures.length === 0) return;
  print('Failed:');
  for (const line of describeAgain(failures)) print(line);
}
