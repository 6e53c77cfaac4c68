import { describe, expect, it } from 'vitest';
import { EventSender } from '../../../../src/adapters/kube/events.ts';
import { configMaps } from '../../../../src/adapters/kube/resource-type.ts';
import { systemClock } from '../../../../src/adapters/system-clock.ts';
import type { Clock } from '../../../../src/ports/clock.ts';
import type { EventNote } from '../../../../src/ports/kube.ts';
import { FakeClock, settle } from '../../../fakes/fake-clock.ts';
import { eventually } from '../../../helpers/eventually.ts';
import { type Answer, answer, refuse, type ScriptedApiServer, silence } from './api-server.ts';
import { CollectedLog, clientFor, soon, startServer, testSignal, thing } from './parts.ts';

const route = 'POST /apis/events.k8s.io/v1/namespaces/shop/events';
const stored = answer({ metadata: { name: 'a.1', resourceVersion: '1' } }, 201);
const note = (reason: string): EventNote => ({ type: 'Normal', reason, message: 'something happened' });

async function setUp({ script = stored, clock = systemClock }: { script?: Answer; clock?: Clock } = {}) {
  const server = await startServer();
  server.on(route, script).on('POST /apis/events.k8s.io/v1/namespaces/default/events', script);
  const { client, metrics } = clientFor(server);
  const sender = new EventSender({ client, clock, metrics, log: new CollectedLog(), instance: 'sluice-0' });
  const stop = new AbortController();
  testSignal().addEventListener('abort', () => stop.abort());
  const dropped = () => metrics.values.filter(({ name }) => name === 'sluice_events_dropped_total');
  return { server, client, sender, stop, ended: sender.run(stop.signal), dropped };
}

describe('an event', () => {
  it('says what happened to what, when and who says so', async () => {
    const { server, sender } = await setUp({ clock: new FakeClock('2026-03-04T05:06:07.089Z') });
    sender.record(thing('a', 3), { type: 'Warning', reason: 'Refused', message: 'no' });
    await eventually(() => expect(server.seen).toHaveLength(1), soon);
    expect(server.seen[0]?.body).toEqual({
      metadata: { generateName: 'a-', namespace: 'shop' },
      eventTime: '2026-03-04T05:06:07.089000Z',
      reportingController: 'sluice.dev/operator',
      reportingInstance: 'sluice-0',
      action: 'Reconcile',
      type: 'Warning',
      reason: 'Refused',
      note: 'no',
      regarding: {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        name: 'a',
        namespace: 'shop',
        uid: 'uid-a',
        resourceVersion: '3',
      },
    });
  });

  it('about something without a namespace goes where such events belong', async () => {
    const { server, sender } = await setUp();
    const { namespace: _, ...metadata } = thing('a', 3).metadata;
    sender.record({ ...thing('a', 3), metadata }, note('Seen'));
    await eventually(() => expect(server.seen).toHaveLength(1), soon);
    expect(server.seen[0]?.body).toMatchObject({ metadata: { namespace: 'default' } });
  });

  it('is cut to the length that the API takes, without breaking a character', async () => {
    const { server, sender } = await setUp();
    sender.record(thing('a', 3), { type: 'Normal', reason: 'Long', message: `${'x'.repeat(1_023)}💧` });
    await eventually(() => expect(server.seen).toHaveLength(1), soon);
    expect(server.seen[0]?.body).toMatchObject({ note: `${'x'.repeat(1_023)}\uFFFD` });
  });
});

describe('events are limited', () => {
  it('to one per object and reason in five minutes', async () => {
    const clock = new FakeClock();
    const { server, sender } = await setUp({ clock });
    const record = () => {
      sender.record(thing('a', 3), note('One'));
      sender.record(thing('a', 4), note('One'));
      sender.record(thing('a', 4), note('Two'));
      sender.record(thing('b', 5), note('One'));
    };
    record();
    clock.jump(299_999);
    record();
    sender.record(thing('c', 6), note('Between'));
    clock.jump(1);
    record();
    sender.record(thing('c', 6), note('Last'));
    const sent = () => server.seen.map(({ body }) => spelled(body as SentEvent));
    await eventually(() => expect(sent().at(-1)).toBe('c Last'), soon);
    const once = ['a One', 'a Two', 'b One'];
    expect(sent()).toEqual([...once, 'c Between', ...once, 'c Last']);
  });

  it('by a queue, and those beyond it are counted', async () => {
    const { server, sender, dropped } = await setUp({ script: silence });
    for (let n = 0; n < 10_100; n += 1) sender.record(thing(`t${n}`, 1), note('Many'));
    await eventually(() => expect(server.seen).toHaveLength(1), soon);
    expect(dropped().length).toBe(100);
    expect(dropped()[0]).toMatchObject({ labels: { cause: 'queue-full' } });
  });
});

describe('sending', () => {
  /** A call of somebody else, which is under way until the test answers it. */
  async function callUnderWay({ server, client }: Pick<Awaited<ReturnType<typeof setUp>>, 'server' | 'client'>) {
    const asked = Promise.withResolvers<() => void>();
    server.on('GET /api/v1/namespaces/shop/configmaps/a', (response, request) =>
      asked.resolve(() => answer(thing('a', 3))(response, request)),
    );
    // The end of a test ends it too.
    client.get(configMaps, 'shop/a', { signal: testSignal() }).catch(() => undefined);
    return asked.promise;
  }
  const sent = (server: ScriptedApiServer) => server.seen.filter(({ method }) => method === 'POST');

  it('lets calls that are under way end first', async () => {
    const parts = await setUp({ clock: new FakeClock() });
    const end = await callUnderWay(parts);
    parts.sender.record(thing('a', 3), note('One'));
    await settle();
    expect(sent(parts.server)).toEqual([]);
    end();
    await eventually(() => expect(sent(parts.server)).toHaveLength(1), soon);
  });

  it('waits for other calls no longer than a second', async () => {
    const clock = new FakeClock();
    const parts = await setUp({ clock });
    await callUnderWay(parts);
    parts.sender.record(thing('a', 3), note('One'));
    await clock.advance(999);
    expect(sent(parts.server)).toEqual([]);
    await clock.advance(1);
    await eventually(() => expect(sent(parts.server)).toHaveLength(1), soon);
  });

  it('is taken up by the next run where the last one ended, and nothing is lost in between', async () => {
    const { server, client, sender, stop, ended, dropped } = await setUp({ clock: new FakeClock() });
    const end = await callUnderWay({ server, client });
    sender.record(thing('a', 3), note('One'));
    await settle();
    stop.abort();
    await ended;
    end();
    expect(sent(server)).toEqual([]);
    void sender.run(testSignal());
    await eventually(() => expect(sent(server)).toHaveLength(1), soon);
    expect(dropped()).toEqual([]);
  });

  it('goes on after a failure, without pressing', async () => {
    const clock = new FakeClock();
    const { server, sender, dropped } = await setUp({ clock, script: refuse(500, 'oops') });
    sender.record(thing('a', 3), note('One'));
    sender.record(thing('b', 3), note('One'));
    await eventually(() => expect(dropped()).toMatchObject([{ labels: { cause: 'send-failed' } }]), soon);
    expect(clock.nextTimerMs).toBe(1_000);
    server.on(route, stored);
    await clock.advance(1_000);
    await eventually(() => expect(server.seen).toHaveLength(2), soon);
    expect(dropped()).toHaveLength(1);
  });

  it('ends with its signal, idle or not', async () => {
    const idle = await setUp();
    idle.stop.abort();
    await idle.ended;
    const busy = await setUp({ script: silence });
    busy.sender.record(thing('a', 3), note('One'));
    await eventually(() => expect(busy.server.seen).toHaveLength(1), soon);
    busy.stop.abort();
    await busy.ended;
  });
});

interface SentEvent {
  reason: string;
  regarding: { name: string };
}

function spelled({ reason, regarding }: SentEvent): string {
  return `${regarding.name} ${reason}`;
}
