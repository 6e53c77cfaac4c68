import { describe, expect, it } from 'vitest';
import type { PhaseFigures } from '../../../../bench/topics/pass.ts';
import { type Row, rowOf, summaryOf } from '../../../../bench/topics/rows.ts';

const figures: PhaseFigures = {
  seconds: 3.30044,
  tookMs: [10.4, 30.6, 20.2],
  requests: new Map(Object.entries({ 'patch eventtopics/status': 3, 'create events': 3, 'patch configmaps': 1 })),
  cpuSeconds: 1.239,
  peakMiB: 100.6,
};
const floor = { resources: 1, topics: 0.50001, batch: 1_000, statuses: 0.6, finalizers: 0.1 };
const standard = { aim: 1.7, load: 0.456 };

describe('rowOf', () => {
  it('tells what a phase took, beside its floor', () => {
    expect(rowOf({ phase: 'create', round: 2, figures, floor, ...standard })).toEqual({
      phase: 'create',
      round: 2,
      n: 3,
      seconds: 3.3,
      p50Ms: 20,
      p99Ms: 31,
      apiRequests: { patch: 4, create: 3 },
      apiRequestsByResource: { 'create events': 3, 'patch configmaps': 1, 'patch eventtopics/status': 3 },
      operatorCpuSeconds: 1.24,
      rssMiB: 101,
      floorSeconds: 2.2,
      floorParts: { resources: 1, topics: 0.5, batch: 1_000, statuses: 0.6, finalizers: 0.1 },
      statusWrites: 1,
      ratio: 1.5,
      aim: 1.7,
      load: 0.5,
    });
  });
});

describe('summaryOf', () => {
  const row = (phase: Row['phase'], round: number, seconds: number, floorSeconds: number): Row => ({
    ...rowOf({ phase, round, figures, floor, ...standard }),
    seconds,
    floorSeconds,
    ratio: seconds / floorSeconds,
  });

  it('takes the median of each phase, and of ratios that were measured side by side', () => {
    const rows = [row('create', 1, 3, 1), row('delete', 1, 1, 1), row('create', 2, 4, 4), row('create', 3, 10, 5)];
    expect(summaryOf(rows)).toEqual({
      medianOfRounds: 3,
      phases: {
        create: { n: 3, seconds: 4, floorSeconds: 4, ratio: 2, statusWrites: 1, aim: 1.7, load: 0.5 },
        delete: { n: 3, seconds: 1, floorSeconds: 1, ratio: 1, statusWrites: 1, aim: 1.7, load: 0.5 },
      },
    });
  });
});
