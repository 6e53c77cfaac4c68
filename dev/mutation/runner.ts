import { TestRunner } from 'vitest';
import {
  activate,
  type Clean,
  comesTooEarly,
  journal,
  mutants,
  nameOf,
  patientMs,
  SLOW_TEST_MS,
  slowTurn,
  type Test,
} from './active.ts';
import { Copies } from './copies.ts';

type Suite = Parameters<TestRunner['onBeforeRunSuite']>[0];
type Task = Parameters<TestRunner['onBeforeRunTask']>[0];
type Try = Parameters<TestRunner['onAfterRetryTask']>[1];
type Source = Parameters<TestRunner['importFile']>[1];

// Tests may put others in their place.
const { setTimeout, clearTimeout, setImmediate } = globalThis;

/** A rejection that nobody handles fails a run of the tests, and so it does here. */
let unhandled: { reason: unknown } | undefined;
process.on('unhandledRejection', (reason) => {
  unhandled = { reason };
});

/**
 * Runs each test as it is, then once with each mutant that it came by and that no test has noticed yet, then once more as
 * it is: a test that cannot be run again and again proves nothing. What modules do while they are loaded is over by then:
 * for each mutant in that, all tests of the file are loaded and run once more, in a suite of their own.
 */
export default class MutationRunner extends TestRunner {
  #state: 'clean' | 'mutants' | 'control' | 'done' = 'clean';
  #waiting: number[] = [];
  #noticed: number[] = [];
  #clean: Clean = { ms: 0, steps: 0 };
  #untilMs = 0;
  readonly #copies = new Copies();

  override async importFile(path: string, source: Source): Promise<void> {
    mutants.reached.clear();
    activate(undefined);
    const load = () => super.importFile(path, source);
    await load();
    if (source === 'setup') return;
    journal.noteImported([...mutants.reached]);
    const { killed } = journal;
    const left = [...mutants.reached].filter((id) => !killed.has(id));
    this.#copies.declare(left, load, { ms: 0, steps: mutants.steps });
  }

  override async onBeforeRunSuite(suite: Suite): Promise<void> {
    await super.onBeforeRunSuite(suite);
    this.#copies.begin(suite);
  }

  override async onAfterRunSuite(suite: Suite): Promise<void> {
    await super.onAfterRunSuite(suite);
    this.#copies.end(suite);
  }

  override async onBeforeRunTask(task: Task): Promise<void> {
    await super.onBeforeRunTask(task);
    if (task.type !== 'test' || task.mode !== 'run') return;
    if (this.#copies.hold(task)) {
      if (!this.#copies.wants(task)) task.mode = 'skip';
      return;
    }
    if (journal.finished.has(task.id) || journal.slow.has(task.id) !== slowTurn) {
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
    if (task.type !== 'test') return;
    // What a mutant kept from being settled is not waited for in the next run.
    task.promises = [];
    if (this.#copies.hold(task)) {
      activate(mutants.active, this.#copies.cleanOf(task));
      return;
    }
    if (this.#state === 'mutants') this.#next();
    else activate(undefined);
    if (this.#state === 'done') task.context.skip();
  }

  async runTask(test: Test): Promise<void> {
    const { promise, reject } = Promise.withResolvers<void>();
    const clean = this.#cleanOf(test);
    const late = () => reject(new Error('a test that does not end'));
    const timer = clean && setTimeout(late, patientMs(clean));
    const sinceMs = performance.now();
    try {
      await Promise.race([TestRunner.getTestFn(test)(), promise]);
    } finally {
      clearTimeout(timer);
      const took = { ms: performance.now() - sinceMs, steps: mutants.steps };
      if (this.#copies.hold(test)) this.#copies.took(test, took);
      else if (this.#state === 'clean') this.#clean = took;
    }
  }

  /** `undefined`: not known yet. */
  #cleanOf(test: Test): Clean | undefined {
    if (this.#copies.hold(test)) return this.#copies.cleanOf(test);
    return this.#state === 'clean' ? undefined : this.#clean;
  }

  override async onAfterRetryTask(test: Test, options: Try): Promise<void> {
    await super.onAfterRetryTask(test, options);
    const { result } = test;
    if (result === undefined || result.state === 'skip') return;
    await new Promise<void>((resolve) => setImmediate(resolve));
    const failed = result.state === 'fail' || unhandled !== undefined;
    const problem = failed ? (result.errors?.[0]?.message ?? String(unhandled?.reason)) : undefined;
    if (this.#copies.hold(test)) this.#copies.judge(test, failed);
    else if (this.#state === 'clean') this.#prepare(test, problem);
    else if (this.#state === 'control') this.#conclude(test, failed);
    else if (failed && mutants.active !== undefined) this.#noticed.push(mutants.active);
    unhandled = undefined;
    if (failed) Object.assign(result, { state: 'pass', errors: undefined });
  }

  #prepare(test: Test, problem: string | undefined): void {
    journal.noteReached([...mutants.reached]);
    this.#state = 'done';
    if (problem !== undefined) journal.noteBroken({ test: nameOf(test), problem });
    else if (comesTooEarly(this.#clean)) journal.noteSlow(test.id, test.file.filepath);
    else this.#begin();
  }

  /** Mutants with which few slow tests were run come first. */
  #begin(): void {
    const { killed, tried } = journal;
    const left = [...mutants.reached].filter((id) => !killed.has(id));
    if (left.length === 0) return;
    this.#waiting = left.toSorted((a, b) => (tried.get(a) ?? 0) - (tried.get(b) ?? 0));
    this.#untilMs = slowTurn ? performance.now() + SLOW_TEST_MS : Number.POSITIVE_INFINITY;
    this.#state = 'mutants';
  }

  #next(): void {
    const late = performance.now() > this.#untilMs;
    if (late) journal.noteUntried(this.#waiting);
    const id = late ? undefined : this.#waiting.shift();
    if (id === undefined) this.#state = 'control';
    else if (slowTurn) journal.noteTried(id);
    activate(id, this.#clean);
  }

  #conclude(test: Test, failed: boolean): void {
    if (failed) journal.noteSpoilt(nameOf(test));
    else journal.noteKilled(this.#noticed);
    journal.noteFinished(test.id);
    this.#state = 'done';
  }
}
