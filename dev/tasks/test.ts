import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../setup/dependencies.mjs';
import { lockFor, tryLock } from '../setup/lock.mjs';
import { dim, during, print } from '../setup/progress.mjs';
import { printAgain, printFailure } from '../testing/failures.ts';
import { PHASES, type Phase, type PhaseContext } from '../testing/phases.ts';
import { type AllowedSkip, addCounts, type Counts, describeCounts, type Failure } from '../testing/tally.ts';
import { RUNS } from '../world/world.ts';

const MINUTE_MS = 60_000;
const TOTAL_MINUTES = 80;
const NOT_RUN: Counts = { passed: 0, failed: 1, skipped: 0 };

/** Aborts after that time, with a reason that people can read. */
function limit(minutes: number, what: string, spentMs = 0): AbortSignal {
  const controller = new AbortController();
  const leftMs = Math.max(0, minutes * MINUTE_MS - spentMs);
  setTimeout(() => controller.abort(`the limit of ${minutes} min for ${what}`), leftMs).unref();
  return controller.signal;
}

function runPhase({ name, withinMinutes, run }: Phase, context: Omit<PhaseContext, 'step'>): Promise<Counts> {
  if (context.signal.aborted) {
    print(dim(`- ${name}  not run: ${context.signal.reason}`));
    return Promise.resolve(NOT_RUN);
  }
  const signal = AbortSignal.any([context.signal, limit(withinMinutes, name)]);
  const conclude = (counts: Counts) => ({ ok: counts.failed === 0, note: describeCounts(counts) });
  return during(name, (step) => run({ ...context, signal, step }), { conclude });
}

/** Phases whose names begin as asked; when nothing is asked, all. */
function chosen(names: readonly string[]): readonly Phase[] {
  const phases = PHASES.filter(({ name: own }) => names.length === 0 || names.some((name) => own.startsWith(name)));
  if (phases.length > 0) return phases;
  throw new Error(`no such phase: choose from ${PHASES.map(({ name }) => name).join(', ')}`);
}

/** Runs every check and test, or the phases named. The last line of standard output is the sum. */
export async function run(args: readonly string[], interrupted: AbortSignal, setupMs: number): Promise<number> {
  const phases = chosen(args);
  mkdirSync(RUNS, { recursive: true });
  const folder = mkdtempSync(join(RUNS, 'test-'));
  await tryLock(lockFor('run', folder));
  const allowedSkips: readonly AllowedSkip[] = JSON.parse(readFileSync(join(ROOT, 'test', 'skips.json'), 'utf8'));
  const signal = AbortSignal.any([interrupted, limit(TOTAL_MINUTES, 'the whole run', setupMs)]);
  const failures: Failure[] = [];
  const onFailure = (failure: Failure) => {
    failures.push(failure);
    printFailure(failure);
  };
  let sum: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const phase of phases) sum = addCounts(sum, await runPhase(phase, { folder, allowedSkips, signal, onFailure }));
  if (sum.failed === 0) rmSync(folder, { recursive: true });
  else {
    printAgain(failures);
    print(dim(`What the tests printed is in ${folder}`));
  }
  process.stdout.write(`${describeCounts(sum)}\n`);
  return sum.failed === 0 ? 0 : 1;
}
