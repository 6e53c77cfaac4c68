import { loadavg } from 'node:os';
import { byVerb, type RequestCounts } from '../meters/audit-log.ts';
import { percentile, round } from '../statistics.ts';
import { type FloorTimes, secondsOfFloor } from '../topics/floor.ts';
import type { PhaseFigures } from '../topics/pass.ts';
import { statusWritesOf } from '../topics/rows.ts';
import type { Restart } from './restart.ts';
import type { Sweep, SweepFloor } from './sweep.ts';
import type { Tenants } from './tenants.ts';

/** One row of the table of aims. */
export interface Figure {
  what: string;
  /** Of topics. */
  n: number;
  figure: number;
  /** The same by a bare loop, or by ourselves without what makes it hard. */
  floor?: number;
  /** figure / floor. */
  ratio?: number;
  /** What `of` should be at most. */
  aim: number;
  of: 'figure' | 'ratio';
  met: boolean;
  /** How many processes wanted to run, in the last minute: more than there are processors, and seconds say little. */
  load: number;
  details: object;
}

interface Measured extends Pick<Figure, 'what' | 'n' | 'figure' | 'aim' | 'of'> {
  floor?: number;
  details?: object;
}

function figureOf({ what, n, figure, floor, aim, of, details = {} }: Measured): Figure {
  const ratio = floor === undefined ? undefined : figure / floor;
  const judged = of === 'figure' ? figure : (ratio ?? Number.NaN);
  const [load = 0] = loadavg();
  return {
    what,
    n,
    figure: round(figure, 3),
    ...(floor !== undefined && { floor: round(floor, 3) }),
    ...(ratio !== undefined && { ratio: round(ratio, 2) }),
    aim,
    of,
    met: judged <= aim,
    load: round(load, 1),
    details,
  };
}

export interface Creation {
  /** How many topics were created first, for comparison, and in which time. */
  base: number;
  baseSeconds: number;
  taken: PhaseFigures;
  /** Whether the operator was started anew meanwhile. */
  restarted: boolean;
  /** Events that found their queue full. */
  eventsDropped: number;
  floors: { base: FloorTimes | undefined; count: FloorTimes | undefined };
}

export function figuresOfCreation({
  base,
  baseSeconds,
  taken,
  restarted,
  eventsDropped,
  floors,
}: Creation): readonly Figure[] {
  const { seconds, tookMs, requests, cpuSeconds, peakMiB } = taken;
  const n = tookMs.length;
  const times = (value: number, floor: FloorTimes | undefined) => floor && round(value / secondsOfFloor(floor), 2);
  const details = {
    seconds: round(seconds, 1),
    restarted,
    eventsDropped,
    operatorCpuSeconds: round(cpuSeconds, 1),
    p50Ms: round(percentile(tookMs, 0.5), 0),
    p99Ms: round(percentile(tookMs, 0.99), 0),
    timesFloor: times(seconds, floors.count),
    baseTimesFloor: times(baseSeconds, floors.base),
  };
  return [
    figureOf({
      what: `milliseconds per created topic, against ${base} topics`,
      n,
      details,
      figure: (1_000 * seconds) / n,
      floor: (1_000 * baseSeconds) / base,
      aim: 1.5,
      of: 'ratio',
    }),
    figureOf({ what: 'peak of resident MiB', n, figure: peakMiB, aim: 350, of: 'figure' }),
    figureOf({
      what: 'status writes per created topic',
      n,
      figure: statusWritesOf(requests) / n,
      aim: 1,
      of: 'figure',
      details: byResource(requests),
    }),
  ];
}

export function figuresOfRestart(n: number, { workingSeconds, allSeconds, requests }: Restart): readonly Figure[] {
  const { create = 0, patch = 0, update = 0, delete: deleted = 0 } = byVerb(withoutLeases(requests));
  return [
    figureOf({
      what: 'seconds from SIGTERM until a new topic is Ready',
      n,
      figure: workingSeconds,
      aim: 10,
      of: 'figure',
      details: { untilAllWereLookedAt: round(allSeconds, 1) },
    }),
    figureOf({
      what: 'writes after a restart',
      n,
      figure: create + patch + update + deleted,
      aim: 0,
      of: 'figure',
      details: byResource(requests),
    }),
  ];
}

export function figuresOfSweep(n: number, sweep: Sweep, floor: SweepFloor): readonly Figure[] {
  const { list = 0, watch = 0, ...others } = byVerb(withoutLeases(sweep.apiRequests));
  const asked = Object.values(others).reduce((sum, count) => sum + count, 0);
  const details = { seconds: round(sweep.seconds, 1), floorSeconds: round(floor.seconds, 1) };
  const row = { n, of: 'figure' } as const;
  return [
    figureOf({
      ...row,
      what: 'API requests of a drift check but lease and watches',
      figure: asked,
      aim: 0,
      details: byResource(sweep.apiRequests),
    }),
    figureOf({
      ...row,
      what: 'Kafka requests of a drift check',
      figure: sweep.kafkaRequests,
      floor: floor.requests,
      aim: 60,
    }),
    figureOf({
      ...row,
      what: 'CPU seconds of a drift check',
      figure: sweep.cpuSeconds,
      floor: floor.cpuSeconds,
      aim: 3,
      details,
    }),
  ];
}

export function figuresOfTenants(tenants: Tenants): readonly Figure[] {
  const { few, crowd, perSecond, aloneSeconds, amongSeconds, crowdSeconds, bareAloneSeconds, bareAmongSeconds } =
    tenants;
  const pace = perSecond === undefined ? 'as fast as it goes' : `at ${perSecond}/s`;
  return [
    figureOf({
      what: `seconds until ${few} topics are Ready while another namespace creates ${crowd} ${pace}`,
      n: few,
      figure: amongSeconds,
      floor: aloneSeconds,
      aim: 2,
      of: 'ratio',
      details: {
        crowdSeconds: round(crowdSeconds, 1),
        times: tenants.times,
        bareSeconds: round(bareAmongSeconds, 3),
        bareFloor: round(bareAloneSeconds, 3),
        bareRatio: round(bareAmongSeconds / bareAloneSeconds, 2),
      },
    }),
  ];
}

function withoutLeases(requests: RequestCounts): RequestCounts {
  return new Map([...requests].filter(([request]) => !request.endsWith(' leases')));
}

function byResource(requests: RequestCounts): object {
  return Object.fromEntries([...requests].sort());
}
