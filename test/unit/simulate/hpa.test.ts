import { describe, expect, it } from 'vitest';
import { desiredReplicas, Hpa, hpa } from '../../../src/simulate/hpa.ts';
import { seenOf } from './traces.ts';

/** Lets an HPA sync every 15 s with these wishes, and follows it. */
function following(start: number, wishes: readonly (number | undefined)[], limits = { min: 1, max: 100 }) {
  const controller = new Hpa(limits);
  let replicas = start;
  return wishes.map((wish, at) => {
    const size = controller.sync(15 * at, replicas, wish);
    replicas = size.replicas;
    return size;
  });
}

const sizesOf = (...given: Parameters<typeof following>) => following(...given).map(({ replicas }) => replicas);

describe('the replicas that a metric asks for', () => {
  it.each([
    { it: 'are rounded up', metric: 31, target: 10, replicas: 1, is: 4 },
    { it: 'stay when the metric is within a tenth', metric: 54, target: 10, replicas: 5, is: 5 },
    { it: 'change when it is further off', metric: 56, target: 10, replicas: 5, is: 6 },
  ])('$it', ({ metric, target, replicas, is }) => {
    expect(desiredReplicas(metric, { target, replicas })).toBe(is);
  });
});

describe('an HPA with default policies', () => {
  it('ramps up by four or double every 15 s', () => {
    expect(sizesOf(1, new Array(6).fill(1_000))).toEqual([5, 10, 20, 40, 80, 100]);
  });

  it('shrinks at once to what was the most in the last five minutes', () => {
    const wishes = [10, 8, 6, ...new Array<number>(21).fill(2)];
    expect(sizesOf(10, wishes)).toEqual([...new Array(20).fill(10), 8, 6, 2, 2]);
  });

  it('holds the size while the metric cannot be read', () => {
    expect(following(4, [undefined])).toEqual([{ replicas: 4, reason: 'FailedGetExternalMetric' }]);
  });

  it.each([
    { it: 'more than the most', start: 12, wish: 5, is: { replicas: 9, reason: 'TooManyReplicas' } },
    { it: 'fewer than the least', start: 1, wish: 5, is: { replicas: 2, reason: 'TooFewReplicas' } },
    { it: 'a wish above the most', start: 8, wish: 30, is: { replicas: 9, reason: 'TooManyReplicas' } },
  ])('keeps to its limits: $it', ({ start, wish, is }) => {
    expect(following(start, [wish], { min: 2, max: 9 })).toEqual([is]);
  });

  it('knows nothing of partitions', () => {
    const { replicas } = hpa(100, { min: 0, max: 100 }, '').decide(seenOf(9, [600, 400]));
    expect(replicas).toBe(10);
  });
});
