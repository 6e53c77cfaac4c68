/** A source of a handful of mutants: some are noticed, one is not, one is a loop without an end. */
const LIMIT = 10;

export function sumUpTo(last: number): number {
  let sum = 0;
  for (let next = 1; next <= Math.min(last, LIMIT); next += 1) sum += next;
  return sum;
}

export const describeSum = (sum: number): string => (sum > 5 ? 'much' : 'little');
