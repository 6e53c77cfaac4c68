/** Prints what was measured. Times are for people to read: no test fails by one. */
export function figure(text: string): void {
  console.log(`figure: ${text}`);
}

/** Starts a stopwatch; what it answers is the time since then, as people read it. */
export function stopwatch(): () => string {
  const startMs = performance.now();
  return () => `${((performance.now() - startMs) / 1000).toFixed(1)} s`;
}
