import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OffsetSeries } from '../../../src/lag/series.ts';

/** Seconds and offsets, for short tables. */
type Sample = readonly [second: number, offset: number];

function seriesOf(samples: readonly Sample[], limit?: number): OffsetSeries {
  const series = new OffsetSeries(limit);
  for (const [second, offset] of samples) series.add(offset, second * 1000);
  return series;
}

test.each<{ it: string; samples: readonly Sample[]; windowSeconds: number; rate: number | undefined }>([
  { it: 'is unknown without a sample', samples: [], windowSeconds: 20, rate: undefined },
  { it: 'is unknown with one sample', samples: [[0, 10]], windowSeconds: 20, rate: undefined },
  {
    it: 'is zero when nothing arrives',
    samples: [
      [0, 10],
      [5, 10],
    ],
    windowSeconds: 20,
    rate: 0,
  },
  {
    it: 'is that of the whole history when that is short',
    samples: [
      [0, 10],
      [5, 60],
    ],
    windowSeconds: 20,
    rate: 10,
  },
  {
    it: 'is that of the window when the history is long',
    samples: [
      [0, 0],
      [10, 1_000],
      [20, 1_000],
      [30, 1_100],
    ],
    windowSeconds: 20,
    rate: 5,
  },
  {
    it: 'cuts the window out between two samples',
    samples: [
      [0, 0],
      [40, 400],
      [50, 600],
    ],
    windowSeconds: 30,
    rate: (600 - 200) / 30,
  },
  {
    it: 'forgets what was before a reset',
    samples: [
      [0, 0],
      [5, 900],
      [10, 3],
      [15, 8],
    ],
    windowSeconds: 60,
    rate: 1,
  },
])('the rate $it', ({ samples, windowSeconds, rate }) => {
  expect(seriesOf(samples).rate(windowSeconds * 1000)).toBe(rate);
});

const sampled: readonly Sample[] = [
  [10, 100],
  [20, 200],
  [30, 200],
  [40, 200],
  [50, 250],
];

test.each<{ it: string; offset: number; second: number | undefined }>([
  { it: 'lies between the samples around it', offset: 150, second: 15 },
  { it: 'is that of the sample that ended at it', offset: 100, second: 10 },
  { it: 'comes after a pause in which nothing arrived', offset: 200, second: 40 },
  { it: 'is unknown before the first sample', offset: 99, second: undefined },
  { it: 'is unknown for what has not arrived', offset: 250, second: undefined },
])('the time of a record $it', ({ offset, second }) => {
  expect(seriesOf(sampled).timeOf(offset)).toBe(second === undefined ? undefined : second * 1000);
});

const growing = fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 500 })), {
  minLength: 2,
  maxLength: 400,
});

test('however long it runs, it keeps few points, and its times are ascending and inside of what was sampled', () => {
  fc.assert(
    fc.property(growing, (steps) => {
      const series = new OffsetSeries(16);
      let [nowMs, offset] = [0, 0];
      for (const [seconds, records] of steps) {
        nowMs += seconds * 1000;
        offset += records;
        series.add(offset, nowMs);
      }
      expect(series.points).toBeLessThanOrEqual(16);
      expect(series.rate(120_000)).toBeGreaterThanOrEqual(0);
      let beforeMs = series.firstMs ?? 0;
      for (let at = series.firstOffset ?? 0; at < offset; at += 7) {
        const timeMs = series.timeOf(at);
        expect(timeMs).toBeGreaterThanOrEqual(beforeMs);
        expect(timeMs).toBeLessThanOrEqual(nowMs);
        beforeMs = timeMs ?? beforeMs;
      }
    }),
  );
});

test('thinning keeps the first sample and all of the recent ones', () => {
  const samples = Array.from({ length: 1_000 }, (_, at): Sample => [at * 5, at * at]);
  const series = seriesOf(samples, 96);
  expect(series.firstMs).toBe(0);
  for (const [second, offset] of samples.slice(-48)) expect(series.offsetAt(second * 1000)).toBe(offset);
});
