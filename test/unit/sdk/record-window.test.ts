import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordWindow } from '../../../sdk/src/consumer/record-window.ts';

const takeAll = (window: RecordWindow) => {
  const taken: number[] = [];
  for (let index = window.take(); index !== undefined; index = window.take()) taken.push(index);
  return taken;
};

describe('RecordWindow', () => {
  it.each([
    { it: 'one record of each key', keys: ['a', 'a', 'b', 'a', 'b'], ahead: 10, takes: [0, 2] },
    { it: 'all that have no key', keys: [undefined, undefined, 'a', 'a'], ahead: 10, takes: [0, 1, 2] },
    { it: 'only as far as it may go ahead', keys: ['a', 'b', 'c', 'd'], ahead: 2, takes: [0, 1] },
  ])('lets $it begin', ({ keys, ahead, takes }) => {
    expect(takeAll(new RecordWindow(keys, ahead))).toEqual(takes);
  });

  it('lets the next of a key begin when the one before is done', () => {
    const window = new RecordWindow(['a', 'a'], 10);
    window.take();
    expect(window.take()).toBeUndefined();
    window.succeed(0);
    expect(window.take()).toBe(1);
  });

  it('counts as done only what has no gap before it', () => {
    const window = new RecordWindow(['a', 'b', 'c'], 10);
    takeAll(window);
    window.succeed(2);
    expect([window.done, window.doneBeyond]).toEqual([0, [2]]);
    window.succeed(0);
    expect(window.done).toBe(1);
    window.succeed(1);
    expect([window.done, window.doneBeyond]).toEqual([3, []]);
  });

  it('drains by filling the gaps, so that all that was handled can be committed', () => {
    const window = new RecordWindow(['a', 'b', 'a', 'c', 'd'], 4);
    expect(takeAll(window)).toEqual([0, 1, 3]);
    window.drain();
    window.succeed(3);
    window.succeed(1);
    expect(window.take()).toBeUndefined();
    window.succeed(0);
    expect(takeAll(window)).toEqual([2]);
    window.succeed(2);
    expect([window.done, window.take()]).toEqual([4, undefined]);
  });

  it('begins nothing behind a failure that has its key', () => {
    const window = new RecordWindow(['a', 'b', 'a', 'b', 'c'], 10);
    expect(takeAll(window)).toEqual([0, 1, 4]);
    window.fail(0);
    window.succeed(1);
    expect(takeAll(window)).toEqual([3]);
    window.succeed(3);
    window.succeed(4);
    expect([window.done, window.doneBeyond]).toEqual([0, [1, 3, 4]]);
  });

  it('passes over what was handled before', () => {
    const window = new RecordWindow(['a', 'a', 'b'], 10, (index) => index < 2);
    expect([window.done, takeAll(window)]).toEqual([2, [2]]);
  });

  it('keeps the order of each key and drains without a gap, whatever ends when', () => {
    const keys = fc.array(fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined }), { maxLength: 30 });
    const choices = fc.array(fc.nat(), { minLength: 60, maxLength: 60 });
    fc.assert(
      fc.property(keys, fc.integer({ min: 1, max: 8 }), choices, fc.nat(120), (of, ahead, picks, drainAfter) => {
        const window = new RecordWindow(of, ahead);
        const inHand: number[] = [];
        const lastOf = new Map<string, number>();
        for (const [turn, pick] of picks.entries()) {
          if (turn === drainAfter) window.drain();
          for (const index of takeAll(window)) {
            const key = of[index];
            expect(inHand.some((other) => key !== undefined && of[other] === key)).toBe(false);
            if (key !== undefined) expect(index).toBeGreaterThan(lastOf.get(key) ?? -1);
            if (key !== undefined) lastOf.set(key, index);
            inHand.push(index);
          }
          const [ended] = inHand.splice(pick % Math.max(1, inHand.length), 1);
          if (ended !== undefined) window.succeed(ended);
        }
        expect(inHand).toEqual([]);
        expect(window.doneBeyond).toEqual([]);
        if (drainAfter >= picks.length) expect(window.done).toBe(of.length);
      }),
    );
  });
});
