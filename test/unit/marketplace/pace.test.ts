import { setImmediate as nextTick } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createPace, nextDueMs } from '../../../examples/marketplace/shared/pace.ts';

describe('nextDueMs', () => {
  it.each([
    { it: 'gives the first record half a turn at least', previousDueMs: 0, nowMs: 10_000, due: 10_025 },
    { it: 'puts a record that waited behind the one before', previousDueMs: 1_000, nowMs: 980, due: 1_050 },
    { it: 'does not punish a short round trip between records', previousDueMs: 1_000, nowMs: 1_008, due: 1_050 },
    { it: 'forgets the time it was idle', previousDueMs: 1_000, nowMs: 5_000, due: 5_025 },
  ])('$it', ({ previousDueMs, nowMs, due }) => {
    expect(nextDueMs(previousDueMs, nowMs, 50)).toBe(due);
  });
});

describe('createPace', () => {
  it('lets no more through than its rate', async () => {
    const takeTurn = createPace(200);
    const startedMs = performance.now();
    for (let record = 0; record < 40; record += 1) await takeTurn();
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(39 * 5);
  });

  it('does not hold anything up at rate 0', async () => {
    const takeTurn = createPace(0);
    const takeAll = async () => {
      for (let record = 0; record < 1_000; record += 1) await takeTurn();
      return 'done';
    };
    expect(await Promise.race([takeAll(), nextTick().then(() => 'held up')])).toBe('done');
  });
});
