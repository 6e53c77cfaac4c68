/** How long to wait before restart number `restarts` + 1 in a row: 0, base, 2 × base, … up to the most. */
export function backoffMs(restarts: number, limits: { baseMs: number; maxMs: number }): number {
  if (restarts === 0) return 0;
  return Math.min(limits.baseMs * 2 ** (restarts - 1), limits.maxMs);
}
