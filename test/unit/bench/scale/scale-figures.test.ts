import { describe, expect, it } from 'vitest';
import {
  type Figure,
  figuresOfCreation,
  figuresOfRestart,
  figuresOfSweep,
  figuresOfTenants,
} from '../../../../bench/scale/scale-figures.ts';

const counts = (of: Readonly<Record<string, number>>) => new Map(Object.entries(of));
const floor = { resources: 5, topics: 1, batch: 1_000, statuses: 4, finalizers: 0 };

/** What is to be read at a glance. */
const short = (figures: readonly Figure[]) =>
  figures.map(({ what, figure, ratio, aim, met }) => ({
    what,
    figure,
    aim,
    met,
    ...(ratio !== undefined && { ratio }),
  }));

describe('the figures of a creation', () => {
  const taken = {
    seconds: 20,
    tookMs: Array.from({ length: 10_000 }, () => 30),
    cpuSeconds: 9,
    peakMiB: 349.6,
    requests: counts({ 'patch eventtopics/status': 10_500, 'create events': 10_000 }),
  };
  const creation = {
    base: 1_000,
    baseSeconds: 1,
    taken,
    restarted: false,
    eventsDropped: 7,
    floors: { base: floor, count: floor },
  };

  it('compare the time per topic with that of fewer topics', () => {
    const rows = short(figuresOfCreation(creation));
    expect(rows).toEqual([
      { what: 'milliseconds per created topic, against 1000 topics', figure: 2, ratio: 2, aim: 1.5, met: false },
      { what: 'peak of resident MiB', figure: 349.6, aim: 350, met: true },
      { what: 'status writes per created topic', figure: 1.05, aim: 1, met: false },
    ]);
  });

  it('say how far both are from the floor, and that nothing was started anew', () => {
    const [row] = figuresOfCreation(creation);
    expect(row?.details).toMatchObject({
      timesFloor: 2,
      baseTimesFloor: 0.1,
      restarted: false,
      eventsDropped: 7,
      p99Ms: 30,
    });
  });
});

it('a restart may read and hold its lease, and write nothing', () => {
  const requests = counts({ 'list eventtopics': 20, 'watch eventtopics': 1, 'patch leases': 4, 'get configmaps': 1 });
  const restart = { workingSeconds: 3.21, allSeconds: 8, requests };
  const writes = { what: 'writes after a restart', aim: 0 };
  const working = { what: 'seconds from SIGTERM until a new topic is Ready', figure: 3.21, aim: 10, met: true };
  expect(short(figuresOfRestart(10_000, restart))).toEqual([working, { ...writes, figure: 0, met: true }]);

  const wrote = new Map([...requests, ['patch eventtopics/status', 2] as const, ['create events', 1] as const]);
  const [, row] = short(figuresOfRestart(10_000, { ...restart, requests: wrote }));
  expect(row).toEqual({ ...writes, figure: 3, met: false });
});

it('a drift check may follow watches and hold its lease, and is held against fixed figures', () => {
  const apiRequests = counts({ 'watch eventtopics': 1, 'list scaledobjects': 1, 'patch leases': 4, 'get leases': 2 });
  const sweep = { kafkaRequests: 61, cpuSeconds: 1.5, seconds: 4, apiRequests };
  const rows = short(figuresOfSweep(10_000, sweep, { requests: 30, cpuSeconds: 0.5, seconds: 1 }));
  expect(rows).toEqual([
    { what: 'API requests of a drift check but lease and watches', figure: 0, aim: 0, met: true },
    { what: 'Kafka requests of a drift check', figure: 61, ratio: 2.03, aim: 60, met: false },
    { what: 'CPU seconds of a drift check', figure: 1.5, ratio: 3, aim: 3, met: true },
  ]);
});

it('the few are compared with their time alone', () => {
  const seconds = { aloneSeconds: 0.25, amongSeconds: 0.5, crowdSeconds: 30 };
  const tenants = { few: 10, crowd: 5_000, times: 3, ...seconds, bareAloneSeconds: 0.02, bareAmongSeconds: 0.1 };
  const what = 'seconds until 10 topics are Ready while another namespace creates 5000';
  const row = { figure: 0.5, ratio: 2, aim: 2, met: true };
  expect(short(figuresOfTenants(tenants))).toEqual([{ what: `${what} as fast as it goes`, ...row }]);
  expect(short(figuresOfTenants({ ...tenants, perSecond: 50 }))).toEqual([{ what: `${what} at 50/s`, ...row }]);
  expect(figuresOfTenants(tenants)[0]?.details).toMatchObject({ bareRatio: 5, times: 3 });
});
