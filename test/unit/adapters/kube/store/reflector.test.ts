import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configMaps } from '../../../../../src/adapters/kube/resource-type.ts';
import type { KubeSettings } from '../../../../../src/adapters/kube/settings.ts';
import { backoffMs } from '../../../../../src/adapters/kube/store/reflector.ts';
import { KubeStore, type StoreOptions } from '../../../../../src/adapters/kube/store/store.ts';
import { systemClock } from '../../../../../src/adapters/system-clock.ts';
import type { Clock } from '../../../../../src/ports/clock.ts';
import { FakeClock } from '../../../../fakes/fake-clock.ts';
import { eventually } from '../../../../helpers/eventually.ts';
import {
  type Answer,
  answer,
  type OpenWatch,
  page,
  refuse,
  reset,
  type ScriptedApiServer,
  silence,
} from '../api-server.ts';
import { CollectedLog, clientFor, soon, startServer, type Thing, testSignal, thing } from '../parts.ts';

const path = '/api/v1/configmaps';
const list = `GET ${path}`;
const watch = `WATCH ${path}`;

interface Started {
  server: ScriptedApiServer;
  store: KubeStore<Thing>;
  log: CollectedLog;
  stop: AbortController;
  ended: Promise<void>;
}

type StartOptions = Partial<StoreOptions<Thing>> & {
  settings?: Partial<KubeSettings>;
  /** Of the store. */
  clock?: Clock;
  /** By which calls are late. */
  callClock?: Clock;
  random?: () => number;
};

/** A store on a scripted server, with waits short enough for a test. */
async function start(
  script: (server: ScriptedApiServer) => void,
  { settings = {}, clock = systemClock, callClock = systemClock, random = Math.random, ...options }: StartOptions = {},
): Promise<Started> {
  const server = await startServer();
  script(server);
  const short = { retryMinMs: 5, retryMaxMs: 20, absentKindMs: 20, ...settings };
  const parts = clientFor(server, { settings: short, clock: callClock });
  const log = new CollectedLog();
  const store = new KubeStore<Thing>({ type: configMaps, ...options }, { ...parts, clock, log, random });
  const stop = new AbortController();
  testSignal().addEventListener('abort', () => stop.abort());
  return { server, store, log, stop, ended: store.run(stop.signal) };
}

function openWatch(server: ScriptedApiServer, index: number): Promise<OpenWatch> {
  return eventually(() => {
    const found = server.watches[index];
    if (found === undefined) throw new Error(`watch ${index} is not open`);
    return found;
  }, soon);
}

function names(store: KubeStore<Thing>): string[] {
  return [...store.list()].map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`).sort();
}

const holds = (store: KubeStore<Thing>, ...wanted: string[]) =>
  eventually(() => expect(names(store)).toEqual(wanted), soon);

describe('the reflector', () => {
  it('lists, then watches from the version of the list, with bookmarks and a bounded duration', async () => {
    const { server, store } = await start((api) => api.on(list, page([thing('a', 3)], '7')));
    const { query } = await openWatch(server, 0);
    expect(query).toMatchObject({ watch: '1', resourceVersion: '7', allowWatchBookmarks: 'true' });
    expect(Number(query.timeoutSeconds)).toBeGreaterThanOrEqual(300);
    expect(Number(query.timeoutSeconds)).toBeLessThanOrEqual(600);
    expect(names(store)).toEqual(['a@3']);
  });

  it('follows additions, changes and deletions', async () => {
    const { server, store } = await start((api) => api.on(list, page([thing('a', 3), thing('b', 4)], '7')));
    const events = await openWatch(server, 0);
    events.send('ADDED', thing('c', 8));
    events.send('MODIFIED', thing('a', 9));
    events.send('DELETED', thing('b', 10));
    await holds(store, 'a@9', 'c@8');
  });

  it('reads events however the network cuts them', async () => {
    const { server, store } = await start((api) => api.on(list, page([], '7')));
    const events = await openWatch(server, 0);
    const text = `${JSON.stringify({ type: 'ADDED', object: thing('größe', 8) })}\n`;
    for (const byte of Buffer.from(text)) events.sendRaw(Buffer.from([byte]) as unknown as string);
    await holds(store, 'größe@8');
  });

  it('resumes where the last watch ended at the time that it was asked for, a bookmark included', async () => {
    const clock = new FakeClock();
    const { server } = await start((api) => api.on(list, page([], '7')), { settings: { watchDurationMs: 500 }, clock });
    const first = await openWatch(server, 0);
    first.send('BOOKMARK', { kind: 'ConfigMap', metadata: { resourceVersion: '90' } });
    first.end();
    await eventually(async () => {
      await clock.advance(0);
      expect(server.watches).toHaveLength(2);
    }, soon);
    expect(server.watches[1]?.from).toBe('90');
    expect(server.requests(list)).toHaveLength(1);
  });

  const interruptions: { it: string; interrupt: (events: OpenWatch) => void }[] = [
    { it: 'a reset', interrupt: (events) => events.reset() },
    { it: 'an end of the watch before its time', interrupt: (events) => events.end() },
    { it: 'an event that is not JSON', interrupt: (events) => events.sendRaw('{"type":"ADD\n') },
    { it: 'an event of an unknown type', interrupt: (events) => events.send('SURPRISE', {}) },
    { it: 'an error other than 410', interrupt: (events) => events.send('ERROR', { code: 500, message: 'oops' }) },
  ];
  it.each(interruptions)('lists anew after $it', async ({ interrupt }) => {
    const { server, store } = await start((api) => api.on(list, page([], '7'), page([thing('b', 9)], '10')));
    const first = await openWatch(server, 0);
    first.send('ADDED', thing('a', 8));
    await holds(store, 'a@8');
    interrupt(first);
    const second = await openWatch(server, 1);
    expect(second.from).toBe('10');
    second.send('MODIFIED', thing('b', 11));
    await holds(store, 'b@11');
  });

  it('takes every list, whatever one object holds, nested as deeply as the API server takes it', async () => {
    const { metadata } = thing('deep', 3);
    const deep = `{"metadata": ${JSON.stringify(metadata)}, "data": {"a": ${'['.repeat(9_000)}${']'.repeat(9_000)}}}`;
    const listed = (version: number) =>
      answer(
        `{"metadata": {"resourceVersion": "${version}"}, "items": [${deep}, ${JSON.stringify(thing('b', version))}]}`,
      );
    const { server, store } = await start((api) => api.on(list, listed(7), listed(9)));
    (await openWatch(server, 0)).reset();
    await holds(store, 'b@9', 'deep@3');
    expect(JSON.stringify([...store.list()])).toContain('"a":[[[');
  });

  const refusals: { it: string; refusal: Answer }[] = [
    { it: 'a 500', refusal: refuse(500, 'oops') },
    { it: 'a 403', refusal: refuse(403, 'no') },
    { it: 'a 401', refusal: refuse(401, 'who?') },
    { it: 'a 429', refusal: refuse(429, 'slower') },
    { it: 'a reset', refusal: reset },
    { it: 'the page of a proxy', refusal: answer('<html></html>', 502) },
  ];
  it.each(refusals)('comes back after $it to its list', async ({ refusal }) => {
    const { store } = await start((api) => api.on(list, refusal, refusal, refusal, page([thing('a', 3)], '7')));
    await holds(store, 'a@3');
  });

  it.each(refusals)('comes back after $it to its watch, with a new list', async ({ refusal }) => {
    const { server, store } = await start((api) => {
      api.on(list, page([thing('a', 3)], '7'), page([thing('a', 8)], '9'));
      api.on(watch, refusal, silence);
    });
    await holds(store, 'a@8');
    await eventually(() => expect(server.requests(watch)).toHaveLength(2), soon);
    expect(server.requests(watch).map(({ query }) => query.resourceVersion)).toEqual(['7', '9']);
  });

  const expiries: { it: string; expire: (server: ScriptedApiServer) => Promise<void> }[] = [
    {
      it: 'within the watch',
      expire: async (server) => (await openWatch(server, 0)).send('ERROR', { kind: 'Status', code: 410 }),
    },
    {
      it: 'when the watch is opened',
      expire: async (server) => {
        const first = await openWatch(server, 0);
        server.on(watch, refuse(410, 'too old'), (response) => void response.flushHeaders());
        first.reset();
      },
    },
  ];
  it.each(expiries)('lists anew when its version has expired $it, and tells what differs', async ({ expire }) => {
    const { server, store } = await start((api) => {
      api.on(
        list,
        page([thing('a', 3), thing('b', 4), thing('c', 5)], '7'),
        page([thing('a', 3), thing('b', 20)], '30'),
      );
    });
    await holds(store, 'a@3', 'b@4', 'c@5');
    const told: string[] = [];
    store.subscribe(({ key, before, after }) => {
      if (before !== undefined) told.push(`${key} ${after?.metadata.resourceVersion ?? 'gone'}`);
    });
    await expire(server);
    await holds(store, 'a@3', 'b@20');
    expect(told).toEqual(['shop/b 20', 'shop/c gone']);
  });

  it('cuts a watch that goes silent, and lists anew at once', async () => {
    const clock = new FakeClock();
    const { server, store } = await start(
      (api) => api.on(list, page([thing('a', 3)], '7'), page([thing('a', 9)], '10')),
      { settings: { watchSilenceMs: 1_000 }, clock },
    );
    const first = await openWatch(server, 0);
    first.send('MODIFIED', thing('a', 8));
    await holds(store, 'a@8');
    await clock.advance(1_000);
    await eventually(async () => {
      await clock.advance(0);
      expect(names(store)).toEqual(['a@9']);
    }, soon);
    await eventually(() => expect(first.closed).toBe(true), soon);
    expect(server.seen.slice(0, 3).map(({ method }) => method)).toEqual(['GET', 'WATCH', 'GET']);
  });

  it.each([
    { it: 'at once after a watch that was silent for a second', watchSilenceMs: 1_000, lists: 2 },
    { it: 'after a wait where it was cut sooner', watchSilenceMs: 999, lists: 1 },
  ])('lists anew $it', async ({ watchSilenceMs, lists }) => {
    const clock = new FakeClock();
    const settings = { watchSilenceMs, retryMinMs: 60_000, retryMaxMs: 60_000 };
    const { server, store, log } = await start((api) => api.on(list, page([], '7'), page([], '10')), {
      settings,
      clock,
    });
    (await openWatch(server, 0)).send('ADDED', thing('a', 8));
    await holds(store, 'a@8');
    await clock.advance(watchSilenceMs);
    await eventually(() => expect(log.lines).not.toEqual([]), soon);
    if (lists > 1) await openWatch(server, 1);
    expect(server.requests(list)).toHaveLength(lists);
    await clock.advance(watchSilenceMs);
    await openWatch(server, 1);
  });

  it('does not cut a watch that shows signs of life', async () => {
    const clock = new FakeClock();
    const { server, store } = await start((api) => api.on(list, page([], '7')), {
      settings: { watchSilenceMs: 200 },
      clock,
    });
    const events = await openWatch(server, 0);
    for (let sign = 1; sign <= 4; sign += 1) {
      await clock.advance(199);
      events.send('BOOKMARK', { metadata: { resourceVersion: '7' } });
      await eventually(() => expect(store.idleMs()).toBe(0), soon);
    }
    expect(events.closed).toBe(false);
    expect(server.requests(watch)).toHaveLength(1);
  });

  it('gives up on a watch that is not opened in time', async () => {
    const callClock = new FakeClock();
    const { server, store } = await start(
      (api) => {
        api.on(list, page([], '7'));
        api.on(watch, silence, (response) => {
          response.write(`${JSON.stringify({ type: 'ADDED', object: thing('a', 8) })}\n`);
        });
      },
      { callClock },
    );
    await eventually(() => expect(server.requests(watch)).toHaveLength(1), soon);
    await callClock.advance(30_000);
    await holds(store, 'a@8');
    expect(server.requests(watch)).toHaveLength(2);
  });

  it('lists anew when the versions go back', async () => {
    const { server, store } = await start((api) => {
      api.on(list, page([thing('a', 50)], '70'), page([thing('a', 40)], '45'));
    });
    (await openWatch(server, 0)).send('BOOKMARK', { metadata: { resourceVersion: '44' } });
    await holds(store, 'a@40');
  });

  it('does not become a hot loop when every watch ends at once', async () => {
    const { server, stop, ended } = await start(
      (api) => {
        api.on(list, page([], '7'));
        api.on(watch, (response) => void response.end());
      },
      { settings: { retryMinMs: 50, retryMaxMs: 100 } },
    );
    const startMs = performance.now();
    await eventually(() => expect(server.requests(watch).length).toBeGreaterThan(3), soon);
    expect(performance.now() - startMs).toBeGreaterThan(2 * 50);
    stop.abort();
    await ended;
  });

  it('survives every kind of trouble in a row and is right afterwards', async () => {
    const { server, store } = await start((api) => {
      const troubles = [reset, refuse(500, ''), refuse(403, ''), answer('nonsense'), refuse(410, ''), refuse(404, '')];
      api.on(list, ...troubles, page([thing('a', 3)], '7'), ...troubles, page([thing('a', 3), thing('b', 8)], '9'));
      api.on(watch, ...troubles, (response) => {
        response.write(`${JSON.stringify({ type: 'ADDED', object: thing('c', 12) })}\n`);
      });
    });
    await holds(store, 'a@3', 'b@8', 'c@12');
    expect(server.requests(watch).length).toBeGreaterThan(6);
  });

  it('asks nothing more once its signal aborts', async () => {
    const { server, stop, ended } = await start((api) => api.on(list, page([], '7')));
    const events = await openWatch(server, 0);
    stop.abort();
    await ended;
    await eventually(() => expect(events.closed).toBe(true), soon);
    expect(server.seen).toHaveLength(2);
  });

  it('ends at once when its signal aborts during a wait', async () => {
    const { server, stop, ended } = await start((api) => api.on(list, refuse(500, 'down')), {
      settings: { retryMinMs: 60_000, retryMaxMs: 60_000 },
    });
    await eventually(() => expect(server.seen).toHaveLength(1), soon);
    stop.abort();
    await ended;
  });

  const requests = [
    { it: 'waits as long as the server asks', seconds: '60', waitsMs: 60_000 },
    { it: 'waits no longer than a watch may be silent', seconds: '3600', waitsMs: 180_000 },
  ];
  it.each(requests)('$it', async ({ seconds, waitsMs }) => {
    const clock = new FakeClock();
    const { log } = await start((api) => api.on(list, refuse(429, 'slower', { 'retry-after': seconds })), { clock });
    await eventually(() => expect(log.lines).toHaveLength(1), soon);
    expect(log.lines[0]).toMatchObject({ level: 'warn', fields: { resource: 'configmaps', code: '429' } });
    expect(clock.nextTimerMs).toBe(waitsMs);
  });

  it('waits longer after each reset in a row, and begins anew after a watch that lasted', async () => {
    const clock = new FakeClock();
    const { server, store } = await start((api) => api.on(list, page([], '7')), {
      clock,
      random: () => 1,
      settings: { retryMinMs: 800, retryMaxMs: 10_000, callDeadlineMs: 1_000_000, watchSilenceMs: 1_000_000 },
    });
    const lastedMs = [0, 0, 0, 0, 29_000, 30_000];
    const waits: (number | undefined)[] = [];
    for (const [index, ms] of lastedMs.entries()) {
      const events = await openWatch(server, index);
      clock.jump(1);
      events.send('BOOKMARK', { metadata: { resourceVersion: '7' } });
      await eventually(() => expect(store.idleMs()).toBe(0), soon);
      await clock.advance(ms);
      events.reset();
      await eventually(() => expect(clock.nextTimerMs).toBeLessThanOrEqual(10_000), soon);
      waits.push(clock.nextTimerMs);
      await clock.advance(clock.nextTimerMs ?? 0);
    }
    expect(waits).toEqual([1_600, 3_200, 6_400, 10_000, 10_000, 1_600]);
  });
});

describe('a history that went back', () => {
  const held = [thing('changed', 60), thing('deleted', 50), thing('same', 65, { data: { from: 'lost' } })];
  const returns: { it: string; answers: Answer[]; holds: string[] }[] = [
    {
      it: 'at once',
      answers: [page([thing('changed', 20), thing('deleted', 10)], '30')],
      holds: ['changed@20', 'deleted@10'],
    },
    {
      it: 'after some tries',
      answers: [reset, refuse(500, 'starting'), refuse(403, 'starting'), page([thing('changed', 20)], '30')],
      holds: ['changed@20'],
    },
    {
      it: 'and has overtaken what was known',
      answers: [page([thing('changed', 40), thing('same', 65, { data: { from: 'now' } }), thing('new', 45)], '300')],
      holds: ['changed@40', 'new@45', 'same@65'],
    },
  ];
  it.each(returns)('is followed when its server is back $it', async ({ answers, holds: wanted }) => {
    const { server, store } = await start((api) => api.on(list, page(held, '70'), ...answers));
    const lost = await openWatch(server, 0);
    lost.send('ADDED', thing('lost', 75));
    await eventually(() => expect(store.get('shop/lost')).toBeDefined(), soon);
    lost.reset();
    await holds(store, ...wanted);
    expect(store.get('shop/same')?.data).toEqual(wanted.includes('same@65') ? { from: 'now' } : undefined);

    const events = await openWatch(server, 1);
    const from = Number(events.from);
    events.send('MODIFIED', thing('changed', from + 1));
    await eventually(() => expect(store.get('shop/changed')?.metadata.resourceVersion).toBe(String(from + 1)), soon);
  });

  /** A watch that was open for its whole time, by a clock that the test holds. */
  async function atItsEnd() {
    const clock = new FakeClock();
    const settings = { callDeadlineMs: 1_000_000, watchSilenceMs: 1_000_000 };
    const started = await start((api) => api.on(list, page([thing('a', 3)], '70'), page([thing('a', 2)], '30')), {
      clock,
      settings,
    });
    const events = await openWatch(started.server, 0);
    events.send('MODIFIED', thing('a', 71));
    await holds(started.store, 'a@71');
    const seconds = Number(events.query.timeoutSeconds);
    return { ...started, clock, events, dueMs: seconds * 1000 };
  }

  const ends = [
    { it: 'well before its time', offMs: -3_000, from: '30' },
    { it: 'a little before its time', offMs: -1_000, from: '71' },
    { it: 'a little after its time', offMs: 1_000, from: '71' },
    { it: 'well after its time, as one of a process that was stopped', offMs: 3_000, from: '30' },
  ];
  it.each(ends)('is noticed or ruled out when the watch ends $it', async ({ offMs, from }) => {
    const { server, clock, log, events, dueMs } = await atItsEnd();
    clock.jump(dueMs + offMs);
    events.end();
    const ended = { fields: { code: 'WATCH_ENDED' } };
    if (from === '30') await eventually(() => expect(log.lines).toMatchObject([ended]), soon);
    await eventually(async () => {
      await clock.advance(20);
      expect(server.watches).toHaveLength(2);
    }, soon);
    expect(server.watches[1]?.from).toBe(from);
  });

  it('is noticed when the next watch opens late', async () => {
    const { server, store, clock, events, dueMs } = await atItsEnd();
    let openNow = () => {};
    server.on(watch, (response) => {
      openNow = () => response.flushHeaders();
    });
    clock.jump(dueMs);
    events.end();
    await eventually(async () => {
      await clock.advance(0);
      expect(server.requests(watch)).toHaveLength(2);
    }, soon);
    clock.jump(3_000);
    openNow();
    await eventually(async () => {
      await clock.advance(20);
      expect(names(store)).toEqual(['a@2']);
    }, soon);
  });
});

describe('a store', () => {
  it('says for how long nothing happened', async () => {
    const clock = new FakeClock();
    const { server, store } = await start((api) => api.on(list, page([], '7')), { clock });
    const events = await openWatch(server, 0);
    await clock.advance(50_000);
    expect(store.idleMs()).toBe(50_000);
    events.send('BOOKMARK', { metadata: { resourceVersion: '9' } });
    await eventually(() => expect(store.idleMs()).toBe(0), soon);
  });

  it('is at work as long as it tries, though its API server is away', async () => {
    const clock = new FakeClock();
    const { server, store, log } = await start((api) => api.on(list, page([], '7')), {
      clock,
      settings: { retryMinMs: 800, retryMaxMs: 10_000 },
    });
    await openWatch(server, 0);
    await server.close();
    for (let step = 1; step <= 40; step += 1) {
      await eventually(() => {
        expect(log.lines.length).toBeGreaterThanOrEqual(step);
        expect(clock.timers).toBe(1);
      }, soon);
      await clock.advance(10_000);
      expect(store.idleMs()).toBeLessThanOrEqual(10_000);
    }
  });

  it('is idle when its loop hangs', async () => {
    const clock = new FakeClock();
    const { server, store } = await start((api) => api.on(list, silence), {
      clock,
      settings: { callDeadlineMs: 1_000_000 },
    });
    await eventually(() => expect(server.seen).toHaveLength(1), soon);
    await clock.advance(400_000);
    expect(store.idleMs()).toBe(400_000);
  });

  it('is at work while a long list comes page by page', async () => {
    const clock = new FakeClock();
    const nexts: (() => void)[] = [];
    const { server, store } = await start(
      (api) =>
        api.on(list, (response, seen) => void nexts.push(() => page([thing('a', 3)], '7', 'more')(response, seen))),
      { clock, settings: { callDeadlineMs: 1_000_000 } },
    );
    for (let pages = 1; pages <= 3; pages += 1) {
      await eventually(() => expect(server.seen).toHaveLength(pages), soon);
      clock.jump(200_000);
      nexts[pages - 1]?.();
    }
    await eventually(() => expect(server.seen).toHaveLength(4), soon);
    expect(store.idleMs()).toBe(0);
  });
});

describe('a kind that the server does not know', () => {
  it('counts as synced and empty when it is optional, and is found once it is installed', async () => {
    const { server, store, log } = await start((api) => api.on(list, refuse(404, '404 page not found')), {
      optional: true,
    });
    await store.whenSynced(testSignal());
    expect(names(store)).toEqual([]);
    expect(log.lines).toEqual([]);
    server.on(list, page([thing('a', 3)], '7'));
    await holds(store, 'a@3');
  });

  it('is looked for now and then when it is optional', async () => {
    const clock = new FakeClock();
    const { store } = await start((api) => api.on(list, refuse(404, '404 page not found')), {
      optional: true,
      clock,
      settings: { absentKindMs: 60_000 },
    });
    await store.whenSynced(testSignal());
    await eventually(() => expect(clock.nextTimerMs).toBe(60_000), soon);
  });

  it('is waited for when it is not optional', async () => {
    const { server, store } = await start((api) => api.on(list, refuse(404, '404 page not found')));
    await eventually(() => expect(server.seen.length).toBeGreaterThan(2), soon);
    expect(store.synced()).toBe(false);
    server.on(list, page([thing('a', 3)], '7'));
    await store.whenSynced(testSignal());
    expect(names(store)).toEqual(['a@3']);
  });

  it('loses its objects when it is removed', async () => {
    const { server, store } = await start((api) => api.on(list, page([thing('a', 3)], '7')), { optional: true });
    const events = await openWatch(server, 0);
    server.on(list, refuse(404, '')).on(watch, refuse(404, ''));
    events.end();
    await holds(store);
    expect(store.synced()).toBe(true);
  });
});

describe('the backoff', () => {
  it('begins at the minimum, never exceeds the maximum and doubles its bound in between', () => {
    expect([1, 2, 3, 20].map((failures) => backoffMs(failures, 800, 30_000, () => 1))).toEqual([
      1_600, 3_200, 6_400, 30_000,
    ]);
    expect([1, 2, 3, 20].map((failures) => backoffMs(failures, 800, 30_000, () => 0))).toEqual([800, 800, 800, 800]);
  });

  it('stays a finite wait after any number of failures', () => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
        const waitMs = backoffMs(failures, 800, 30_000, () => random);
        expect(waitMs).toBeGreaterThanOrEqual(800);
        expect(waitMs).toBeLessThanOrEqual(30_000);
      }),
    );
  });
});
