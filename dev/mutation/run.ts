import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../setup/dependencies.mjs';
import { endGroup } from '../setup/processes.mjs';
import type { Step } from '../setup/progress.mjs';
import { nursery } from '../setup/tools.mjs';
import type { Journal } from './journal.ts';

/** Environment of the tests: the folder of the journal, and whether it is the slow ones' turn. */
export const FOLDER = 'SLUICE_MUTATION';
export const SLOW_TESTS = 'SLUICE_MUTATION_SLOW';
const VITEST = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
const CONFIG = fileURLToPath(new URL('vitest.config.ts', import.meta.url));
const LOOK_MS = 1_000;
/** After that a mutant is in a loop that the runner in its process cannot end. */
export const STUCK_MS = 30_000;
const LAST_LINES = 40;
const GRACE_MS = 1_000;

export interface MutationRun {
  folder: string;
  journal: Journal;
  step: Step;
  signal: AbortSignal;
}

/** Runs the tests that reach `files` under all their mutants, quick tests first. */
export async function runTests(run: MutationRun & { files: readonly string[] }): Promise<void> {
  await runAll(run, ['related', ...run.files, '--run'], {});
  const { slow } = run.journal;
  if (slow.size > 0) await runAll(run, ['run', ...new Set(slow.values())], { [SLOW_TESTS]: 'true' });
}

/** Again when a mutant had to be ended from outside. */
async function runAll(run: MutationRun, tests: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const { journal, step } = run;
  for (let stuck = true; stuck; ) {
    stuck = false;
    const ended = new AbortController();
    const look = setInterval(() => {
      step.say(`${journal.killed.size} noticed`);
      const endless = journal.stuckSince(Date.now() - STUCK_MS);
      if (endless.length === 0) return;
      journal.noteKilled(endless);
      stuck = true;
      ended.abort();
    }, LOOK_MS);
    const passed = await startVitest(run, tests, env, ended.signal).finally(() => clearInterval(look));
    if (!passed && !stuck) throw new Error(`the tests did not run:\n${lastLines(logOf(run))}`);
    journal.clearRunning();
  }
}

const logOf = ({ folder }: Pick<MutationRun, 'folder'>) => join(folder, 'vitest.log');

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-LAST_LINES).join('\n');
}

/** Returns whether all tests passed. */
async function startVitest(
  { folder, signal }: MutationRun,
  tests: readonly string[],
  env: NodeJS.ProcessEnv,
  ended: AbortSignal,
): Promise<boolean> {
  const log = openSync(logOf({ folder }), 'a');
  const args = [VITEST, ...tests, '--config', CONFIG, '--bail=1', '--reporter=dot'];
  const child = (await nursery()).spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, ...env, [FOLDER]: folder, NO_COLOR: '1' },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const exited = once(child, 'exit');
  const either = AbortSignal.any([signal, ended]);
  const end = () => void endGroup(child, GRACE_MS);
  either.addEventListener('abort', end, { once: true });
  const [code] = await exited.finally(() => either.removeEventListener('abort', end));
  signal.throwIfAborted();
  return code === 0;
}
