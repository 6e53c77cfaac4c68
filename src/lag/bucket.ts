const small = [0, 1, 2, 5, 10, 30, 60];

/**
 * The largest of 0, 1, 2, 5, 10, 30, 60, 100, 300, 600, 1000, … that is not above `lag` (records or seconds), so that a
 * status does not change with every sample.
 */
export function bucketLag(lag: number): number {
  let decade = 1;
  while (100 * decade <= lag) decade *= 10;
  const steps = decade === 1 ? small : [10 * decade, 30 * decade, 60 * decade];
  return steps.findLast((step) => step <= lag) ?? 0;
}
