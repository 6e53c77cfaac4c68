import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../setup/dependencies.mjs';

/** A test that failed without any mutant. */
export interface BrokenTest {
  test: string;
  problem: string;
}

const LISTS = ['killed', 'reached', 'imported', 'finished', 'slow', 'tried', 'untried', 'spoilt', 'broken'] as const;
type List = (typeof LISTS)[number];
const RUNNING = 'running-';

/** What a run is about and what has come of it, in a folder that all its processes share. */
export class Journal {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Puts files with their mutants in the place of those of the checkout. */
  open(files: ReadonlyMap<string, string>): void {
    for (const list of LISTS) writeFileSync(this.#at(list), '');
    for (const [path, text] of files) {
      mkdirSync(dirname(this.#at('sources', path)), { recursive: true });
      writeFileSync(this.#at('sources', path), text);
    }
  }

  /** Absolute path → text. */
  mutatedFiles(): ReadonlyMap<string, string> {
    const entries = readdirSync(this.#at('sources'), { recursive: true, withFileTypes: true });
    const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
    return new Map(
      paths.map((path) => [join(ROOT, path.slice(this.#at('sources').length)), readFileSync(path, 'utf8')]),
    );
  }

  noteKilled = (ids: readonly number[]) => this.#note('killed', ids);
  noteReached = (ids: readonly number[]) => this.#note('reached', ids);
  noteImported = (ids: readonly number[]) => this.#note('imported', ids);
  noteFinished = (testId: string) => this.#note('finished', [testId]);
  noteSlow = (testId: string, file: string) => this.#note('slow', [[testId, file]]);
  noteTried = (id: number) => this.#note('tried', [id]);
  noteUntried = (ids: readonly number[]) => this.#note('untried', ids);
  noteSpoilt = (test: string) => this.#note('spoilt', [test]);
  noteBroken = (broken: BrokenTest) => this.#note('broken', [broken]);

  get killed(): ReadonlySet<number> {
    return new Set(this.#read('killed') as number[]);
  }

  get reached(): ReadonlySet<number> {
    return new Set(this.#read('reached') as number[]);
  }

  /** Reached while modules were loaded. */
  get imported(): ReadonlySet<number> {
    return new Set(this.#read('imported') as number[]);
  }

  /** By id: a name that vitest puts together from a row is cut, and need not be the only one. */
  get finished(): ReadonlySet<string> {
    return new Set(this.#read('finished') as string[]);
  }

  /** Tests that wait for the second run, by id, with their files. */
  get slow(): ReadonlyMap<string, string> {
    return new Map(this.#read('slow') as [string, string][]);
  }

  /** By how many slow tests each mutant was tried. */
  get tried(): ReadonlyMap<number, number> {
    const counts = new Map<number, number>();
    for (const id of this.#read('tried') as number[]) counts.set(id, 1 + (counts.get(id) ?? 0));
    return counts;
  }

  /** Mutants for which a slow test had no time. */
  get untried(): ReadonlySet<number> {
    return new Set(this.#read('untried') as number[]);
  }

  get spoilt(): readonly string[] {
    return this.#read('spoilt') as string[];
  }

  get broken(): readonly BrokenTest[] {
    return this.#read('broken') as BrokenTest[];
  }

  /** What a process does now; `undefined`: nothing that could take for ever. */
  noteRunning(pid: number, id: number | undefined): void {
    writeFileSync(this.#at(`${RUNNING}${pid}`), String(id ?? ''));
  }

  /** Mutants that have run since before that moment. */
  stuckSince(beforeMs: number): readonly number[] {
    const old = this.#running().filter((path) => statSync(path).mtimeMs < beforeMs);
    const texts = old.map((path) => readFileSync(path, 'utf8'));
    return texts.filter((text) => text !== '').map(Number);
  }

  /** The processes are gone. */
  clearRunning(): void {
    for (const path of this.#running()) rmSync(path);
  }

  #running(): readonly string[] {
    const names = readdirSync(this.#folder).filter((name) => name.startsWith(RUNNING));
    return names.map((name) => this.#at(name));
  }

  #at(...parts: readonly string[]): string {
    return join(this.#folder, ...parts);
  }

  #note(list: List, entries: readonly unknown[]): void {
    if (entries.length > 0)
      appendFileSync(this.#at(list), entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  }

  #read(list: List): unknown[] {
    const lines = readFileSync(this.#at(list), 'utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
  }
}
