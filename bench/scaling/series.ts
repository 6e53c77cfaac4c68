import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Trace } from '../../src/simulate/trace.ts';
import { OptionsError } from '../options-error.ts';
import { percentile } from '../statistics.ts';
import { limitsOf, type TraceSize, worldOf } from './families.ts';
import { chanceFrom } from './random.ts';

/** A series of events as it was published: a number for each span of time. */
export interface Series {
  name: string;
  values: readonly number[];
}

/** A value lasts so long in the trace, whatever it lasted in the series: hours show what days were like. */
const secondsPerValue = 60;
/** What nearly all seconds stay below, as a part of what all partitions can process. */
const highLoad = { share: 0.98, of: 0.7 };

/** The series in a folder: JSON files with `name` and `values`. */
export async function readSeries(folder: string): Promise<Series[]> {
  const files = await readdir(folder).catch(() => {
    throw new OptionsError(`--series: there is no folder ${folder}`);
  });
  const names = files.filter((name) => name.endsWith('.json')).sort();
  if (names.length === 0) throw new OptionsError(`--series: no .json file is in ${folder}`);
  return Promise.all(names.map(async (name) => seriesIn(name, await readFile(join(folder, name), 'utf8'))));
}

function seriesIn(file: string, text: string): Series {
  const { name, values }: { name?: unknown; values?: unknown } = Object(parsed(file, text));
  const isSeries = Array.isArray(values) && values.length > 0 && values.every((value) => typeof value === 'number');
  if (typeof name === 'string' && isSeries) return { name, values };
  throw new OptionsError(`--series: ${file} has no name, or no numbers in values`);
}

function parsed(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new OptionsError(`--series: ${file} is not JSON`, { cause });
  }
}

/** A part of the series, drawn by the seed, as arrivals. */
export function traceOfSeries({ name, values }: Series, seed: number, size: TraceSize): Trace {
  const { seconds } = size;
  const chance = chanceFrom(seed * 104_729 + values.length);
  const partitions = chance.pick([12, 24]);
  const rate = Math.round(chance.between(50, 400));
  const count = Math.ceil(seconds / secondsPerValue) + 1;
  const first = chance.whole(0, Math.max(0, values.length - count));
  const shape = Array.from({ length: seconds }, (_, second) => valueAt(values, first + second / secondsPerValue));
  const high = percentile(shape, highLoad.share) || 1;
  const perSecond = shape.map((value) => {
    return (value / high) * highLoad.of * partitions * rate * (1 + 0.1 * (2 * chance.next() - 1));
  });
  return {
    name: `${name}-${seed}`,
    seconds,
    partitions,
    arrivals: { perSecond },
    world: worldOf(chance, rate),
    ...limitsOf(partitions, rate, perSecond, size),
  };
}

/** On the line between two values. */
function valueAt(values: readonly number[], at: number): number {
  const before = Math.floor(at);
  const [left = 0, right = left] = [values[before], values[before + 1]];
  return Math.max(0, left + (right - left) * (at - before));
}
