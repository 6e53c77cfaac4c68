import { dirname } from 'node:path';
import type { Mutant } from './mutants.ts';

export interface NumberedMutant extends Mutant {
  id: number;
  file: string;
}

/** What is known of mutants after a run. */
export interface Result {
  killed: ReadonlySet<number>;
  reached: ReadonlySet<number>;
  imported: ReadonlySet<number>;
  /** Not every slow test had the time for these. */
  untried: ReadonlySet<number>;
  /** Tests that fail when they are run again and again. */
  spoilt: readonly string[];
}

/** The survivors, then the share of the mutants of each folder that a test noticed. */
export function describeResult(mutants: readonly NumberedMutant[], result: Result): string {
  const survivors = mutants.filter(({ id }) => !result.killed.has(id));
  const unseen = result.spoilt.map((test) => `cannot be run twice, so that it proves nothing: ${test}`);
  const folders = [...new Set(mutants.map(({ file }) => dirname(file)))].sort();
  const scores = folders.map(
    (folder) =>
      `${score(
        mutants.filter(({ file }) => dirname(file) === folder),
        result,
      )}  ${folder}`,
  );
  const total = folders.length > 1 ? [`${score(mutants, result)}  in all`] : [];
  const lines = [...survivors.map((mutant) => describe(mutant, result)), ...unseen, ...scores, ...total];
  return lines.map((line) => `${line}\n`).join('');
}

function describe({ id, file, line, before, after }: NumberedMutant, result: Result): string {
  return `${file}:${line}  ${before} → ${after}${remarkOn(id, result)}`;
}

function remarkOn(id: number, { reached, imported, untried }: Result): string {
  if (untried.has(id)) return '  (some slow tests had no time for it)';
  return reached.has(id) || imported.has(id) ? '' : '  (no test comes by)';
}

function score(mutants: readonly NumberedMutant[], { killed }: Result): string {
  const found = mutants.filter(({ id }) => killed.has(id)).length;
  const share = mutants.length === 0 ? 1 : found / mutants.length;
  return `${(100 * share).toFixed(1).padStart(5)} %  ${found} of ${mutants.length}`;
}
