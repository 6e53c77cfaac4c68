import { describe, expect, it } from 'vitest';
import { configMaps } from '../../../../src/adapters/kube/resource-type.ts';
import type { KubeSettings } from '../../../../src/adapters/kube/settings.ts';
import { KubeStore, type StoreOptions } from '../../../../src/adapters/kube/store.ts';
import type { Clock } from '../../../../src/ports/clock.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { eventually } from '../../../helpers/eventually.ts';
import {
  type Answer,
  answer,
  type OpenWatch,
  page,
  refuse,
  reset,
  type ScriptedApiServer,
  silence,
} from './api-server.ts';
import { CollectedLog, clientFor, startServer, type Thing, testSignal, thing } from './parts.ts';

const path = '/api/v1/configmaps';
const list = `GET ${path}`;
const watch = `WATCH ${path}`;
const soon = { within: 5_000, everyMs: 5 };

interface Started {
  server: ScriptedApiServer;
  store: KubeStore<Thing>;
  log: CollectedLog;
  stop: AbortController;
  ended: Promise<void>;
}

type StartOptions = Partial<StoreOptions<Thing>> & { settings?: Partial<KubeSettings>; clock?: Clock };

/** A store on a scripted server, with waits short enough for a test. */
async function start(
  script: (server: ScriptedApiServer) => void,
  { settings = {}, clock, ...options }: StartOptions = {},
): Promise<Started> {
  const server = await startServer();
  script(server);
  const short = { retryMinMs: 5, retryMaxMs: 20, absentKindMs: 20, ...settings };
  const parts = clientFor(server, { settings: short });
  const log = new CollectedLog();
  const store = new KubeStore<Thing>(
    { type: configMaps, ...options },
    { ...parts, ...(clock && { clock }), log, random: Math.random },
  );
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

  it('resumes where the last watch ended, a bookmark included', async () => {
    const { server } = await start((api) => api.on(list, page([], '7')), { settings: { retryMinMs: 1 } });
    const first = await openWatch(server, 0);
    first.send('BOOKMARK', { kind: 'ConfigMap', metadata: { resourceVersion: '90' } });
    first.end();
    expect((await openWatch(server, 1)).from).toBe('90');
    expect(server.requests(list)).toHaveLength(1);
  });

  const interruptions: { it: string; interrupt: (events: OpenWatch) => void }[] = [
    { it: 'a reset', interrupt: (events) => events.reset() },
    { it: 'the end of the watch', interrupt: (events) => events.end() },
    { it: 'an event that is not JSON', interrupt: (events) => events.sendRaw('{"type":"ADD\n') },
    { it: 'an event of an unknown type', interrupt: (events) => events.send('SURPRISE', {}) },
    { it: 'an error other than 410', interrupt: (events) => events.send('ERROR', { code: 500, message: 'oops' }) },
  ];
  it.each(interruptions)('resumes after $it without a new list', async ({ interrupt }) => {
    const { server, store } = await start((api) => api.on(list, page([], '7')));
    const first = await openWatch(server, 0);
    first.send('ADDED', thing('a', 8));
    await holds(store, 'a@8');
    interrupt(first);
    const second = await openWatch(server, 1);
    expect(second.from).toBe('8');
    second.send('MODIFIED', thing('a', 9));
    await holds(store, 'a@9');
    expect(server.requests(list)).toHaveLength(1);
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

  it.each(refusals)('comes back after $it to its watch', async ({ refusal }) => {
    const { server, store } = await start((api) => {
      api.on(list, page([thing('a', 3)], '7'));
      api.on(watch, refusal, (response) => {
        response.write(`${JSON.stringify({ type: 'MODIFIED', object: thing('a', 8) })}\n`);
      });
    });
    await holds(store, 'a@8');
    expect(server.requests(watch).map(({ query }) => query.resourceVersion)).toEqual(['7', '7']);
    expect(server.requests(list)).toHaveLength(1);
  });

  it('lists anew after an outage that lasts, because the history may be another one', async () => {
    const { server, store } = await start((api) => {
      api.on(list, page([thing('a', 30)], '70'), page([thing('a', 20), thing('b', 21)], '25'));
      api.on(watch, refuse(500, 'down'), refuse(500, 'down'), silence);
    });
    await holds(store, 'a@20', 'b@21');
    expect(server.requests(list)).toHaveLength(2);
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
    const { server, store } = await start(
      (api) => api.on(list, page([thing('a', 3)], '7'), page([thing('a', 9)], '10')),
      { settings: { watchSilenceMs: 100 } },
    );
    const first = await openWatch(server, 0);
    first.send('MODIFIED', thing('a', 8));
    await holds(store, 'a@9');
    expect(first.closed).toBe(true);
    expect(server.seen.slice(0, 3).map(({ method }) => method)).toEqual(['GET', 'WATCH', 'GET']);
  });

  it('does not cut a watch that shows signs of life', async () => {
    const { server } = await start((api) => api.on(list, page([], '7')), { settings: { watchSilenceMs: 200 } });
    const events = await openWatch(server, 0);
    const startMs = performance.now();
    await eventually(() => {
      events.send('BOOKMARK', { metadata: { resourceVersion: '7' } });
      expect(performance.now() - startMs).toBeGreaterThan(600);
    }, soon);
    expect(events.closed).toBe(false);
  });

  it('gives up on a watch that is not opened in time', async () => {
    const { server, store } = await start(
      (api) => {
        api.on(list, page([], '7'));
        api.on(watch, silence, (response) => {
          response.write(`${JSON.stringify({ type: 'ADDED', object: thing('a', 8) })}\n`);
        });
      },
      { settings: { callDeadlineMs: 80 } },
    );
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

  it('waits as long as the server asks', async () => {
    const clock = new FakeClock();
    const { log } = await start((api) => api.on(list, refuse(429, 'slower', { 'retry-after': '3600' })), { clock });
    await eventually(() => expect(log.lines).toHaveLength(1), soon);
    expect(log.lines[0]).toMatchObject({ level: 'warn', fields: { resource: 'configmaps', code: '429' } });
    expect(clock.nextTimerMs).toBe(3_600_000);
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
