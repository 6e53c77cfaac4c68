/**
 * How long to wait after the `failures`-th failure in a row: from `minMs` up to a bound that doubles each time and ends
 * at `maxMs`, evenly spread in between, so that many waiters do not come back together ("full jitter").
 */
export function backoffMs(failures: number, minMs: number, maxMs: number, random: () => number): number {
  const bound = Math.min(maxMs, minMs * 2 ** Math.min(failures, 30));
  return minMs + random() * Math.max(0, bound - minMs);
}
