import { writeSync } from 'node:fs';
import type { Reporter, TestCase, TestModule, TestRunEndReason, TestSuite } from 'vitest/node';

/** What the reporter tells the run, as JSON lines on file descriptor 3: at once, so that a run cut short is counted too. */
export type TestEvent =
  | { kind: 'started'; test: string }
  | { kind: 'passed' | 'skipped'; test: string }
  | { kind: 'failed'; test: string; problems: readonly string[] }
  | { kind: 'ended'; reason: TestRunEndReason };

interface Problem {
  message?: string | undefined;
  stacks?: readonly { file: string; line: number }[] | undefined;
}

const CHANNEL = 3;

function tell(event: TestEvent): void {
  writeSync(CHANNEL, `${JSON.stringify(event)}\n`);
}

function describeProblem({ message = 'no message', stacks = [] }: Problem): string {
  const [frame] = stacks;
  return frame ? `${message}\nat ${frame.file}:${frame.line}` : message;
}

const nameOf = (test: TestCase) => `${test.module.relativeModuleId} > ${test.fullName}`;

/** Tells a run of `npm test` about each test as it starts and ends. */
export default class ChannelReporter implements Reporter {
  onTestCaseReady(test: TestCase): void {
    tell({ kind: 'started', test: nameOf(test) });
  }

  onTestCaseResult(test: TestCase): void {
    const result = test.result();
    if (result.state === 'pending') return;
    if (result.state !== 'failed') tell({ kind: result.state, test: nameOf(test) });
    else tell({ kind: 'failed', test: nameOf(test), problems: result.errors.map(describeProblem) });
  }

  /** A hook of the group failed; its tests count as skipped. */
  onTestSuiteResult(suite: TestSuite): void {
    this.#blame(`${suite.module.relativeModuleId} > ${suite.fullName}`, suite.errors());
  }

  /** The file did not load, or a hook of it failed. */
  onTestModuleEnd(module: TestModule): void {
    this.#blame(module.relativeModuleId, module.errors());
  }

  onTestRunEnd(_modules: unknown, unhandled: readonly Problem[], reason: TestRunEndReason): void {
    this.#blame('unhandled error', unhandled);
    tell({ kind: 'ended', reason });
  }

  #blame(test: string, errors: readonly Problem[]): void {
    if (errors.length > 0) tell({ kind: 'failed', test, problems: errors.map(describeProblem) });
  }
}
