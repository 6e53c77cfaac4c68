import { TestRunner } from 'vitest';
import { Journal } from './journal.ts';

type Task = Parameters<TestRunner['onBeforeRunTask']>[0];
type Test = Parameters<TestRunner['onAfterRetryTask']>[0];
type Try = Parameters<TestRunner['onAfterRetryTask']>[1];

/** How much longer a mutant may take than the code as it is, in milliseconds and in steps, before it is taken for endless. */
const patient = (clean: number, floor: number) => floor + 10 * clean;
const FLOOR_MS = 300;
const FLOOR_STEPS = 100_000;
// Tests may put others in their place.
const { setTimeout, clearTimeout, setImmediate } = globalThis;

const { SLUICE_MUTATION: folder = '', SLUICE_MUTANT: fixed } = process.env;
const journal = new Journal(folder);

/** What the mutated files ask: which mutant is to be. While none is, it notes what code came by. */
const mutants = {
  active: fixed === undefined ? undefined : Number(fixed),
  reached: new Set<number>(),
  steps: 0,
  stepLimit: Number.POSITIVE_INFINITY,
};
Object.assign(globalThis, {
  __mutant: (id: number) => {
    mutants.steps += 1;
    if (mutants.active === undefined) mutants.reached.add(id);
    else if (mutants.steps > mutants.stepLimit) throw new Error('a loop that does not end');
    return id === mutants.active;
  },
});

/** What nobody waits for fails the test run, and so does it here. */
let unhandled: { reason: unknown } | undefined;
process.on('unhandledRejection', (reason) => {
  unhandled = { reason };
});

/**
 * Runs each test as it is, then once with each mutant that it came by and that no test has noticed yet, then once more as
 * it is: a test that cannot be run again and again proves nothing.
 */
export default class MutationRunner extends TestRunner {
  #state: 'clean' | 'mutants' | 'control' | 'done' = 'clean';
  #loading = true;
  #waiting: number[] = [];
  #noticed: number[] = [];
  #cleanMs = 0;
  #cleanSteps = 0;

  override async onBeforeRunTask(task: Task): Promise<void> {
    await super.onBeforeRunTask(task);
    if (task.type !== 'test' || task.mode !== 'run' || fixed !== undefined) return;
    if (this.#loading) journal.noteImported([...mutants.reached]);
    this.#loading = false;
    if (journal.finished.has(task.id)) {
      task.mode = 'skip';
      return;
    }
    this.#state = 'clean';
    this.#noticed = [];
    mutants.reached.clear();
    // As many as there will be: the last one skips itself.
    task.repeats = Number.MAX_SAFE_INTEGER;
  }

  override onBeforeTryTask(task: Task, options: Try): void {
    super.onBeforeTryTask(task, options);
    if (task.type !== 'test' || fixed !== undefined) return;
    if (this.#state === 'mutants') this.#next();
    if (this.#state === 'done') task.context.skip();
    mutants.steps = 0;
    mutants.stepLimit = patient(this.#cleanSteps, FLOOR_STEPS);
    journal.noteRunning(process.pid, mutants.active);
  }

  async runTask(test: Test): Promise<void> {
    const { promise, reject } = Promise.withResolvers<void>();
    const late = () => reject(new Error('a test that does not end'));
    const timer = mutants.active === undefined ? undefined : setTimeout(late, patient(this.#cleanMs, FLOOR_MS));
    const sinceMs = performance.now();
    try {
      await Promise.race([TestRunner.getTestFn(test)(), promise]);
    } finally {
      clearTimeout(timer);
      if (this.#state === 'clean') this.#cleanMs = performance.now() - sinceMs;
    }
  }

  override async onAfterRetryTask(test: Test, options: Try): Promise<void> {
    await super.onAfterRetryTask(test, options);
    const { result } = test;
    if (result === undefined || result.state === 'skip' || fixed !== undefined) return;
    await new Promise<void>((resolve) => setImmediate(resolve));
    const failed = result.state === 'fail' || unhandled !== undefined;
    if (this.#state === 'clean')
      this.#prepare(nameOf(test), failed ? (result.errors?.[0]?.message ?? String(unhandled?.reason)) : undefined);
    else if (this.#state === 'control') this.#conclude(test, failed);
    else if (failed && mutants.active !== undefined) this.#noticed.push(mutants.active);
    mutants.active = undefined;
    unhandled = undefined;
    if (failed) Object.assign(result, { state: 'pass', errors: undefined });
  }

  #prepare(test: string, problem: string | undefined): void {
    const { killed } = journal;
    journal.noteReached([...mutants.reached]);
    if (problem !== undefined) journal.noteBroken({ test, problem });
    this.#cleanSteps = mutants.steps;
    this.#waiting = problem === undefined ? [...mutants.reached].filter((id) => !killed.has(id)) : [];
    this.#state = this.#waiting.length > 0 ? 'mutants' : 'done';
  }

  #next(): void {
    mutants.active = this.#waiting.shift();
    if (mutants.active === undefined) this.#state = 'control';
  }

  #conclude(test: Test, failed: boolean): void {
    if (failed) journal.noteSpoilt(nameOf(test));
    else journal.noteKilled(this.#noticed);
    journal.noteFinished(test.id);
    this.#state = 'done';
  }
}

function nameOf({ file, fullTestName }: Test): string {
  return `${file.name} > ${fullTestName}`;
}
