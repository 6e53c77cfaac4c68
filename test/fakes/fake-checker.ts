import type { Worked } from '../../src/base/bounded-work.ts';
import { checkCompatibility, type Question } from '../../src/compat/check.ts';
import type { Answer } from '../../src/compat/problem.ts';

/** A checker without a thread. Tests say what is too much for it. */
export class FakeChecker {
  /** The questions that were answered. */
  readonly asked: Question[] = [];
  isTooMuch: (question: Question) => boolean = () => false;

  check = async (question: Question, { signal }: { signal: AbortSignal }): Promise<Worked<Answer>> => {
    signal.throwIfAborted();
    if (this.isTooMuch(question)) return { kind: 'gaveUp', why: 'it takes more than 1 s' };
    this.asked.push(question);
    return { kind: 'done', result: checkCompatibility(question) };
  };
}
