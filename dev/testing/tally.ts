import type { TestEvent } from './reporter.ts';

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** A test, or a whole file or group, that may be skipped. */
export interface AllowedSkip {
  /** `file > group > test`, or the front part of it. */
  test: string;
  reason: string;
}

/** Something to tell people. */
export interface Failure {
  test: string;
  problems: readonly string[];
}

export function addCounts(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/** `N passed, N failed, N skipped`. */
export function describeCounts({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

const covers = (allowed: AllowedSkip, test: string) => test === allowed.test || test.startsWith(`${allowed.test} > `);

/** Counts the events of one run of test files. */
export class Tally {
  readonly #allowed: readonly AllowedSkip[];
  readonly #running = new Set<string>();
  #counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  #ended = false;

  constructor(allowed: readonly AllowedSkip[]) {
    this.#allowed = allowed;
  }

  get counts(): Counts {
    return this.#counts;
  }

  /** Tests that started and have not ended. */
  get running(): readonly string[] {
    return [...this.#running];
  }

  /** Takes the event in; returns what failed with it, if anything. */
  count(event: TestEvent): Failure | undefined {
    switch (event.kind) {
      case 'started':
        this.#running.add(event.test);
        return undefined;
      case 'passed':
        this.#running.delete(event.test);
        this.#add({ passed: 1 });
        return undefined;
      case 'skipped':
        return this.#countSkip(event.test);
      case 'failed':
        return this.fail(event.test, event.problems);
      case 'ended':
        this.#ended = true;
        return event.reason === 'interrupted' ? this.fail('test run', ['it was interrupted']) : undefined;
    }
  }

  fail(test: string, problems: readonly string[]): Failure {
    this.#running.delete(test);
    this.#add({ failed: 1 });
    return { test, problems };
  }

  /**
   * To be called when the process is gone. A run that did not report its end, or failed without naming a test, is a
   * failure; `lastWords` tells more of it.
   */
  close(how: string, ok: boolean, lastWords: readonly string[] = []): Failure | undefined {
    if (this.#ended && (ok || this.#counts.failed > 0)) return undefined;
    const running = this.running.map((test) => `was running: ${test}`);
    return this.fail('test run', [`it ended with ${how}`, ...running, ...lastWords]);
  }

  #countSkip(test: string): Failure | undefined {
    if (!this.#allowed.some((allowed) => covers(allowed, test))) {
      return this.fail(test, ['it was skipped, and test/skips.json does not allow that']);
    }
    this.#running.delete(test);
    this.#add({ skipped: 1 });
    return undefined;
  }

  #add(counts: Partial<Counts>): void {
    this.#counts = addCounts(this.#counts, { passed: 0, failed: 0, skipped: 0, ...counts });
  }
}
