import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../setup/dependencies.mjs';
import { endGroup } from '../setup/processes.mjs';
import type { Step } from '../setup/progress.mjs';
import { nursery } from '../setup/tools.mjs';
import type { TestEvent } from './reporter.ts';
import { type AllowedSkip, type Counts, type Failure, Tally } from './tally.ts';

const VITEST = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
const LAST_LINES = 10;
const REPORTER = fileURLToPath(new URL('reporter.ts', import.meta.url));

export interface VitestRun {
  /** Projects and folders: `--project unit`, `test/contract`. */
  args: readonly string[];
  /** Takes all that vitest and the tests print. */
  logFile: string;
  allowedSkips: readonly AllowedSkip[];
  step: Step;
  onFailure: (failure: Failure) => void;
  signal: AbortSignal;
}

function describe(tally: Tally): string {
  const { passed, failed } = tally.counts;
  const [running = ''] = tally.running;
  return `${passed} passed${failed ? `, ${failed} failed` : ''}  ${running}`;
}

function lastLines(file: string): readonly string[] {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-LAST_LINES);
}

/** Runs test files and counts. Aborting ends all that they started; what ran then is named and counts as a failure. */
export async function runVitest({ args, logFile, allowedSkips, step, onFailure, signal }: VitestRun): Promise<Counts> {
  const log = openSync(logFile, 'a');
  const flags = ['run', '--allowOnly=false', '--reporter=default', `--reporter=${REPORTER}`];
  const child = (await nursery()).spawn(process.execPath, [VITEST, ...flags, ...args], {
    cwd: ROOT,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', log, log, 'pipe'],
  });
  closeSync(log);
  const tally = new Tally(allowedSkips);
  const report = (failure: Failure | undefined) => failure && onFailure(failure);
  const exited = once(child, 'exit');
  const abort = () => void endGroup(child);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  for await (const line of createInterface({ input: child.stdio[3] as Readable })) {
    report(tally.count(JSON.parse(line) as TestEvent));
    step.say(describe(tally));
  }
  const [code, killedBy] = await exited;
  signal.removeEventListener('abort', abort);
  const how = signal.aborted ? String(signal.reason) : (killedBy ?? `exit code ${code}`);
  report(tally.close(how, code === 0, lastLines(logFile)));
  return tally.counts;
}
