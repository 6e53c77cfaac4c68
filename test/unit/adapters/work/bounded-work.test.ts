import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/adapters/system-clock.ts';
import { createBoundedWork } from '../../../../src/adapters/work/bounded-work.ts';
import type { Question } from '../../../../src/compat/check.ts';
import type { Answer } from '../../../../src/compat/problem.ts';
import { describeChecker } from '../../../contract/checker/checker.contract.ts';
import { FakeChecker } from '../../../fakes/fake-checker.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';

const limits = { clock: systemClock, withinMs: 120_000, megabytes: 256, idleMs: 60_000 };

describeChecker('in memory', (tooMuch) => {
  const fake = new FakeChecker();
  fake.isTooMuch = (question) => question === tooMuch;
  return fake.check;
});

describeChecker('in a thread', (tooMuch) => {
  const clock = new FakeClock();
  const file = new URL('../../../../src/checker.ts', import.meta.url);
  const check = createBoundedWork<Question, Answer>({ ...limits, clock, file });
  return async (question, options) => {
    const given = check(question, options);
    // Whatever the machine, it is busy with this one for longer than this.
    if (question === tooMuch) await clock.advance(limits.withinMs);
    return given;
  };
});

/** A thread that does as it is told. */
const puppet = new URL('puppet.ts', import.meta.url);
const options = { signal: new AbortController().signal };

describe('bounded work', () => {
  it('gives up what takes too much memory, and does the next task', async () => {
    const work = createBoundedWork<string, string>({ ...limits, file: puppet, megabytes: 20 });
    expect(await work('fill the memory', options)).toEqual({
      kind: 'gaveUp',
      why: 'it takes more than 20 MB of memory',
    });
    expect(await work('echo', options)).toEqual({ kind: 'done', result: 'echo' });
  });

  it('gives up what fails, in words that say that it is a bug', async () => {
    const work = createBoundedWork<string, string>({ ...limits, file: puppet });
    expect(await work('fail', options)).toEqual({ kind: 'gaveUp', why: 'it failed, which is a bug: as told' });
  });

  it('keeps nobody from doing something else meanwhile', async () => {
    const work = createBoundedWork<string, string>({ ...limits, file: puppet });
    const ended = new AbortController();
    const spinning = work('spin', { signal: ended.signal }).catch((error: unknown) => error);
    for (let turns = 0; turns < 10; turns += 1) await setImmediate();
    ended.abort(new Error('enough'));
    expect(await spinning).toEqual(new Error('enough'));
  });

  it('lets one that waits for its turn go without one, and the turn with it', async () => {
    const clock = new FakeClock();
    const work = createBoundedWork<string, string>({ ...limits, clock, file: puppet, withinMs: 1_000 });
    const gone = new AbortController();
    const spinning = work('spin', options);
    const waiting = work('echo', { signal: gone.signal }).catch((error: unknown) => error);
    gone.abort(new Error('enough'));
    expect(await waiting).toEqual(new Error('enough'));
    const next = work('echo', options);
    await clock.advance(1_000);
    expect(await spinning).toEqual({ kind: 'gaveUp', why: 'it takes more than 1 s' });
    expect(await next).toEqual({ kind: 'done', result: 'echo' });
  });

  it('ends its thread when nobody asks, and starts another one', async () => {
    const clock = new FakeClock();
    const work = createBoundedWork<string, string>({ ...limits, clock, file: puppet });
    const first = await work('which thread', options);
    expect(await work('which thread', options)).toEqual(first);
    await clock.advance(60_000);
    expect(await work('which thread', options)).not.toEqual(first);
  });
});
