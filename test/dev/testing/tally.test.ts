import { describe, expect, it } from 'vitest';
import type { TestEvent } from '../../../dev/testing/reporter.ts';
import { describeCounts, Tally } from '../../../dev/testing/tally.ts';

const ended: TestEvent = { kind: 'ended', reason: 'passed' };
const allowed = [{ test: 'test/a.test.ts > needs a browser', reason: 'no browser here' }];

function tallyOf(events: readonly TestEvent[]): Tally {
  const tally = new Tally(allowed);
  for (const event of events) tally.count(event);
  return tally;
}

describe('the sum of a run', () => {
  it.each<{ it: string; events: readonly TestEvent[]; sum: string }>([
    {
      it: 'counts what passed and what failed',
      events: [
        { kind: 'passed', test: 'a' },
        { kind: 'failed', test: 'b', problems: [] },
        { kind: 'passed', test: 'c' },
      ],
      sum: '2 passed, 1 failed, 0 skipped',
    },
    {
      it: 'counts an allowed skip as skipped',
      events: [{ kind: 'skipped', test: 'test/a.test.ts > needs a browser' }],
      sum: '0 passed, 0 failed, 1 skipped',
    },
    {
      it: 'allows the skip of a whole group',
      events: [{ kind: 'skipped', test: 'test/a.test.ts > needs a browser > shows the board' }],
      sum: '0 passed, 0 failed, 1 skipped',
    },
    {
      it: 'counts a skip that nobody allowed as failed',
      events: [{ kind: 'skipped', test: 'test/a.test.ts > needs a browser after all' }],
      sum: '0 passed, 1 failed, 0 skipped',
    },
    {
      it: 'counts an interrupted run as failed',
      events: [{ kind: 'ended', reason: 'interrupted' }],
      sum: '0 passed, 1 failed, 0 skipped',
    },
  ])('$it', ({ events, sum }) => {
    expect(describeCounts(tallyOf(events).counts)).toBe(sum);
  });
});

describe('the end of a run', () => {
  it.each<{ it: string; events: readonly TestEvent[]; ok: boolean; failed: number }>([
    { it: 'adds nothing when all went well', events: [ended], ok: true, failed: 0 },
    { it: 'is a failure when the run never reported its end', events: [], ok: true, failed: 1 },
    { it: 'is a failure when the run failed and named no test', events: [ended], ok: false, failed: 1 },
    {
      it: 'adds nothing when the failure has a name already',
      events: [{ kind: 'failed', test: 'a', problems: [] }, ended],
      ok: false,
      failed: 1,
    },
  ])('$it', ({ events, ok, failed }) => {
    const tally = tallyOf(events);
    tally.close('exit code 1', ok);
    expect(tally.counts.failed).toBe(failed);
  });

  it('names the tests that were running', () => {
    const tally = tallyOf([
      { kind: 'started', test: 'quick' },
      { kind: 'started', test: 'endless' },
      { kind: 'passed', test: 'quick' },
    ]);
    expect(tally.close('the limit of 10 min for unit', false)?.problems).toEqual([
      'it ended with the limit of 10 min for unit',
      'was running: endless',
    ]);
  });
});
