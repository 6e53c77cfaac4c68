import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Journal } from '../mutation/journal.ts';
import { mutate } from '../mutation/mutants.ts';
import { describeResult, type NumberedMutant } from '../mutation/report.ts';
import { runTests } from '../mutation/run.ts';
import { ROOT } from '../setup/dependencies.mjs';
import { lockFor, tryLock } from '../setup/lock.mjs';
import { during, print, red } from '../setup/progress.mjs';
import { RUNS } from '../world/world.ts';

const INTERRUPTED = 130;

/** Source files at or below a path of the checkout. */
function sourcesAt(path: string): readonly string[] {
  const place = join(ROOT, path);
  if (statSync(place).isFile()) return [relative(ROOT, place)];
  const entries = readdirSync(place, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.ts'));
  return files.map((entry) => relative(ROOT, join(entry.parentPath, entry.name))).sort();
}

/** Changes the sources below each path in small ways and tells which changes no unit test notices. */
export async function run(args: readonly string[], signal: AbortSignal): Promise<number> {
  if (args.length === 0) {
    print('Say which sources: npm run mutate -- src/scaling');
    return 2;
  }
  mkdirSync(RUNS, { recursive: true });
  const folder = mkdtempSync(join(RUNS, 'mutate-'));
  await tryLock(lockFor('run', folder));
  try {
    return await mutateAll([...new Set(args.flatMap(sourcesAt))], folder, signal);
  } catch (error) {
    if (signal.aborted) return INTERRUPTED;
    throw error;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function mutateAll(files: readonly string[], folder: string, signal: AbortSignal): Promise<number> {
  const mutants: NumberedMutant[] = [];
  const texts = new Map<string, string>();
  for (const file of files) {
    const firstId = mutants.length;
    const found = mutate(file, readFileSync(join(ROOT, file), 'utf8'), firstId);
    texts.set(file, found.text);
    mutants.push(...found.mutants.map((mutant, index) => ({ ...mutant, file, id: firstId + index })));
  }
  const journal = new Journal(folder);
  journal.open(texts);
  await during(`${mutants.length} mutants`, (step) => runTests({ folder, journal, files, step, signal }));
  for (const { test, problem } of journal.broken) print(`  ${red('✗')} fails without any mutant: ${test}: ${problem}`);
  if (journal.broken.length > 0) return 1;
  process.stdout.write(describeResult(mutants, journal));
  return 0;
}
