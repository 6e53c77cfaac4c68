import { describe, type TestRunner, vi } from 'vitest';
import { activate, type Clean, comesTooEarly, journal, nameOf, SLOW_TEST_MS, slowTurn, type Test } from './active.ts';

type Suite = Parameters<TestRunner['onBeforeRunSuite']>[0];

/**
 * The tests of a file, loaded anew: once as they are, which shows what each takes and whether it passes then, and once
 * with each mutant.
 */
export class Copies {
  readonly #mutants = new Map<string, number | undefined>();
  readonly #clean = new Map<string, Clean>();
  readonly #spentMs = new Map<string, number>();

  declare(ids: readonly number[], load: () => unknown, clean: Clean): void {
    if (ids.length > 0) this.#declare(undefined, load, clean);
    for (const id of ids) this.#declare(id, load, clean);
  }

  #declare(id: number | undefined, load: () => unknown, clean: Clean): void {
    const name = id === undefined ? 'loaded again' : `loaded with mutant ${id}`;
    this.#mutants.set(name, id);
    describe(name, async () => {
      vi.resetModules();
      activate(id, clean);
      try {
        await load();
      } catch (error) {
        if (id === undefined) throw error;
        journal.noteKilled([id]);
      } finally {
        activate(undefined);
      }
    });
  }

  hold(test: Test): boolean {
    return this.#copyOf(test) !== undefined;
  }

  begin({ name }: Suite): void {
    if (this.#mutants.has(name)) activate(this.#mutants.get(name));
  }

  /** What is done before or after all tests may fail, too. */
  end({ name, result, file }: Suite): void {
    if (!this.#mutants.has(name)) return;
    const id = this.#mutants.get(name);
    activate(undefined);
    if (result?.state !== 'fail') return;
    if (id === undefined) journal.noteSpoilt(`${file.name} > ${name}`);
    else if (this.#clean.size > 0) journal.noteKilled([id]);
    Object.assign(result, { state: 'pass', errors: undefined });
  }

  wants(test: Test): boolean {
    const { id, key } = this.#placeOf(test);
    if (id === undefined) return journal.slow.has(test.id) === slowTurn;
    if (!this.#clean.has(key) || journal.killed.has(id)) return false;
    const late = slowTurn && (this.#spentMs.get(key) ?? 0) > SLOW_TEST_MS;
    if (late) journal.noteUntried([id]);
    return !late;
  }

  cleanOf(test: Test): Clean | undefined {
    return this.hold(test) ? this.#clean.get(this.#placeOf(test).key) : undefined;
  }

  took(test: Test, took: Clean): void {
    const { id, key } = this.#placeOf(test);
    if (id === undefined) this.#clean.set(key, took);
    else this.#spentMs.set(key, took.ms + (this.#spentMs.get(key) ?? 0));
  }

  judge(test: Test, failed: boolean): void {
    const { id, key } = this.#placeOf(test);
    if (id !== undefined) {
      if (failed) journal.noteKilled([id]);
      return;
    }
    const clean = this.#clean.get(key);
    const early = clean !== undefined && comesTooEarly(clean);
    if (early) journal.noteSlow(test.id, test.file.filepath);
    if (failed) journal.noteSpoilt(nameOf(test));
    if (early || failed) this.#clean.delete(key);
  }

  /** The mutant of a copied test, and its place in the file, which is the same in all copies. */
  #placeOf(test: Test): { id: number | undefined; key: string } {
    const copy = this.#copyOf(test);
    return { id: this.#mutants.get(copy?.name ?? ''), key: test.id.slice(copy?.id.length) };
  }

  #copyOf({ suite }: { suite?: Suite }): Suite | undefined {
    if (suite === undefined || this.#mutants.has(suite.name)) return suite;
    return this.#copyOf(suite);
  }
}
