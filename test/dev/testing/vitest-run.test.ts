import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Counts, Failure } from '../../../dev/testing/tally.ts';
import { runVitest } from '../../../dev/testing/vitest-run.ts';

const CONFIG = fileURLToPath(new URL('sample-suite/vitest.config.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sluice-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Outcome {
  counts: Counts;
  failures: readonly Failure[];
}

async function runSamples(project: string, signal: AbortSignal, onStep: (text: string) => void): Promise<Outcome> {
  const failures: Failure[] = [];
  const counts = await runVitest({
    args: ['--config', CONFIG, '--project', project],
    logFile: join(folder, 'samples.log'),
    allowedSkips: [{ test: 'good.sample.ts > is skipped with leave', reason: 'it is a sample' }],
    step: { say: onStep },
    onFailure: (failure) => failures.push(failure),
    signal,
  });
  return { counts, failures };
}

describe('a suite in which everything goes wrong', () => {
  let outcome: Outcome;
  beforeAll(async () => {
    outcome = await runSamples('quick', new AbortController().signal, () => {});
  });

  it.each([
    { it: 'counts a test that failed', test: 'good.sample.ts > fails', says: 'expected 1 to be 2' },
    { it: 'counts a skip without leave', test: 'good.sample.ts > is skipped without leave', says: 'test/skips.json' },
    { it: 'counts a file that did not load', test: 'broken.sample.ts', says: 'this file does not load' },
    { it: 'counts an unhandled rejection', test: 'unhandled error', says: 'nobody waited for this' },
  ])('$it', ({ test, says }) => {
    const failure = outcome.failures.find((candidate) => candidate.test === test);
    expect(failure?.problems.join('\n')).toContain(says);
  });

  it('counts each of them once', () => {
    expect(outcome.counts).toEqual({ passed: 2, failed: 4, skipped: 1 });
  });
});

it('ends a suite that takes too long and names what was running', async () => {
  const limit = new AbortController();
  const onStep = (text: string) => text.includes('never ends') && limit.abort('the limit of 1 min for samples');
  const { counts, failures } = await runSamples('endless', limit.signal, onStep);
  expect(counts.failed).toBe(1);
  expect(failures[0]?.problems.slice(0, 2)).toEqual([
    'it ended with the limit of 1 min for samples',
    'was running: endless.slow.ts > never ends',
  ]);
});
