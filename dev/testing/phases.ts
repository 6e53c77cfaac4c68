import { join } from 'node:path';
import { prepareContainers, thisMachine } from '../containers/tools.ts';
import { ROOT } from '../setup/dependencies.mjs';
import { dim, print, type Step } from '../setup/progress.mjs';
import { tryTool } from '../setup/tools.mjs';
import { CHECKS, type Check } from '../tasks/lint.ts';
import { type AllowedSkip, type Counts, type Failure, Tally } from './tally.ts';
import { runVitest } from './vitest-run.ts';

export interface PhaseContext {
  /** Where logs go. */
  folder: string;
  allowedSkips: readonly AllowedSkip[];
  step: Step;
  /** Its reason is a phrase that says which limit was reached. */
  signal: AbortSignal;
  /** Takes each failure as it happens. */
  onFailure: (failure: Failure) => void;
}

/** One part of `npm test`. */
export interface Phase {
  name: string;
  withinMinutes: number;
  run(context: PhaseContext): Promise<Counts>;
}

const PASSED: Counts = { passed: 1, failed: 0, skipped: 0 };
const FAILED: Counts = { passed: 0, failed: 1, skipped: 0 };

/** Commands that count as one test. What they say is shown when one fails, or always. */
function commands(name: string, withinMinutes: number, checks: readonly Check[], show = false): Phase {
  const run = async ({ step, signal, onFailure }: PhaseContext) => {
    for (const { name: what, command, args } of checks) {
      const { ok, how, lines } = await tryTool(command, args, { cwd: ROOT, step, signal });
      if (show && ok) for (const line of lines) print(`  ${line}`);
      if (ok) continue;
      onFailure({ test: what, problems: [...lines, how] });
      return FAILED;
    }
    return PASSED;
  };
  return { name, withinMinutes, run };
}

function task(name: string, ...args: readonly string[]): Check {
  return {
    name: [name, ...args].join(' '),
    command: process.execPath,
    args: [join(ROOT, 'dev', 'run.mjs'), name, ...args],
  };
}

function tests(name: string, withinMinutes: number, ...args: readonly string[]): Phase {
  return {
    name,
    withinMinutes,
    run: ({ folder, ...rest }) => runVitest({ ...rest, args, logFile: join(folder, `${name}.log`) }),
  };
}

/** A phase that needs containers: one skip where there can be none, which `test/skips.json` has to allow. */
function withContainers(phase: Phase): Phase {
  const run = async (context: PhaseContext) => {
    const inTheWay = await prepareContainers(thisMachine(context.step, context.signal));
    if (inTheWay === undefined) return phase.run(context);
    print(dim(`- ${phase.name}  skipped: ${inTheWay}`));
    const tally = new Tally(context.allowedSkips);
    const failure = tally.count({ kind: 'skipped', test: phase.name });
    if (failure) context.onFailure(failure);
    return tally.counts;
  };
  return { ...phase, run };
}

/** Quick ones first: whoever made a slip learns of it early. */
export const PHASES: readonly Phase[] = [
  commands('lint', 5, [CHECKS.style, CHECKS.promises]),
  commands('types', 5, [CHECKS.types]),
  commands('generated files', 5, [task('generate', '--check')]),
  tests('unit', 10, '--project', 'unit'),
  tests('environment', 10, '--project', 'dev'),
  tests('contract', 15, '--project', 'contract'),
  tests('integration', 25, '--project', 'integration'),
  tests('permissions', 2, '--project', 'permissions'),
  tests('chart', 15, '--project', 'chart'),
  withContainers(tests('image', 15, '--project', 'image')),
  // Each file has a world of its own, and waits more than it computes.
  tests('faults', 45, '--project', 'faults', '--maxWorkers=2'),
  commands('demo', 20, [task('demo', '--check')], true),
];
