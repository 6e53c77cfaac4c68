import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { OptionsError } from '../../../../bench/options-error.ts';
import { readSeries, traceOfSeries } from '../../../../bench/scaling/series.ts';
import { percentile } from '../../../../bench/statistics.ts';
import { traceIn } from '../../../../src/cli/simulate/trace-file.ts';
import { arrivingOf } from '../../../../src/simulate/inflow.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-series-'));
afterAll(() => rmSync(folder, { recursive: true }));

const series = { name: 'road', values: Array.from({ length: 200 }, (_, at) => 10 + (at % 24)) };
const size = { seconds: 1_200, maxLagSeconds: 60 };

describe('a series', () => {
  it('is stretched and scaled so that its high seconds need 70 % of what all can process', () => {
    const trace = traceOfSeries(series, 1, size);
    const high = percentile(arrivingOf(trace), 0.98) / trace.partitions / Number(trace.world.ratePerMember);
    expect(high).toBeGreaterThan(0.65);
    expect(high).toBeLessThan(0.77);
    expect(traceIn('x', JSON.stringify(trace))).toEqual({ trace, warnings: [] });
  });

  it('gives the same part for the same seed, and others for others', () => {
    expect(traceOfSeries(series, 1, size)).toEqual(traceOfSeries(series, 1, size));
    expect(traceOfSeries(series, 1, size).arrivals).not.toEqual(traceOfSeries(series, 2, size).arrivals);
  });

  it('is a JSON file of a folder', async () => {
    writeFileSync(join(folder, 'b.json'), JSON.stringify({ ...series, source: 'somewhere' }));
    writeFileSync(join(folder, 'README.md'), 'words');
    expect(await readSeries(folder)).toEqual([series]);
  });

  it.each([
    { text: '{"name": "x"}', says: '--series: bad.json has no name, or no numbers in values' },
    { text: '{"name": "x", "values": ["1"]}', says: '--series: bad.json has no name, or no numbers in values' },
    { text: 'null', says: '--series: bad.json has no name, or no numbers in values' },
    { text: '{', says: '--series: bad.json is not JSON' },
  ])('is not $text', async ({ text, says }) => {
    writeFileSync(join(folder, 'bad.json'), text);
    await expect(readSeries(folder)).rejects.toThrow(OptionsError);
    await expect(readSeries(folder)).rejects.toThrow(says);
    rmSync(join(folder, 'bad.json'));
  });

  it('is not in a folder that is not there, or has none', async () => {
    await expect(readSeries('/nowhere')).rejects.toThrow('--series: there is no folder /nowhere');
    await expect(readSeries(import.meta.dirname)).rejects.toThrow('--series: no .json file is in');
  });
});
