import { describe, expect, it } from 'vitest';
import { familyNames, traceOf } from '../../../../bench/scaling/families.ts';
import { traceIn } from '../../../../src/cli/simulate/trace-file.ts';
import { arrivingOf } from '../../../../src/simulate/inflow.ts';
import { rateOf } from '../../../../src/simulate/trace.ts';

const size = { seconds: 900, maxLagSeconds: 45 };

describe.each(familyNames)('the family %s', (name) => {
  it('is the same for the same seed, and another one for another', () => {
    expect(traceOf(name, 3, size)).toEqual(traceOf(name, 3, size));
    expect(traceOf(name, 3, size).arrivals).not.toEqual(traceOf(name, 4, size).arrivals);
  });

  it('has traces as the command line reads them', () => {
    const trace = traceOf(name, 3, size);
    expect(traceIn('trace.json', JSON.stringify(trace))).toEqual({ trace, warnings: [] });
  });

  it('has some load, and not more than all partitions can process', () => {
    const trace = traceOf(name, 5, size);
    const capacity = size.seconds * trace.partitions * rateOf(trace.world, 0);
    const share = arrivingOf(trace).reduce((sum, records) => sum + records, 0) / capacity;
    expect(share).toBeGreaterThan(0.01);
    expect(share).toBeLessThan(0.8);
  });
});

it('nobody makes traces of a family that there is not', () => {
  expect(() => traceOf('quiet', 1, size)).toThrow('there is no family "quiet"');
});
