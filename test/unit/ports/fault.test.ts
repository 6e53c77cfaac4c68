import { expect, test } from 'vitest';
import { Fault } from '../../../src/ports/fault.ts';

const hourMs = 3_600_000;

test.each([
  { said: undefined, afterMs: undefined },
  { said: Number.NaN, afterMs: undefined },
  { said: -1, afterMs: 0 },
  { said: 700, afterMs: 700 },
  { said: hourMs + 1, afterMs: hourMs },
  { said: Number.POSITIVE_INFINITY, afterMs: hourMs },
])('a fault that says to wait for $said ms is tried again after $afterMs', ({ said, afterMs }) => {
  const details = said === undefined ? {} : { retryAfterMs: said };
  expect(new Fault('kafka', 'throttled', 'slower', details).retryAfterMs).toBe(afterMs);
});
