import { describe, expect, it } from 'vitest';
import { ConfigMapJournal, journalName } from '../../../../src/adapters/kube/journal.ts';
import { systemClock } from '../../../../src/adapters/system-clock.ts';
import { claimBook } from '../../../../src/controllers/event-topic/memory/claims.ts';
import { deletionBook } from '../../../../src/controllers/event-topic/memory/deletion-brake.ts';
import type { Clock } from '../../../../src/ports/clock.ts';
import type { Book, Claim } from '../../../../src/ports/journal.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { eventually } from '../../../helpers/eventually.ts';
import { refuse, type ScriptedApiServer, silence } from './api-server.ts';
import { ConfigMapApi } from './config-map-api.ts';
import { clientFor, soon, startServer, testSignal, thing } from './parts.ts';

const one = `/api/v1/namespaces/ops/configmaps/${journalName}`;
const claim = (uid: string): Claim => ({ uid, at: '2026-01-01T00:00:00.000Z' });

/** The claims of one process. */
interface Claims extends Book<Claim> {
  journal: ConfigMapJournal;
  load(): Promise<void>;
}

interface Setup {
  server: ScriptedApiServer;
  api: ConfigMapApi;
  clock: FakeClock;
  journal: Claims;
  /** Another process with the same journal. */
  other(): Claims;
}

interface Options {
  fence?: () => boolean;
  signal?: AbortSignal;
  /** By which calls are late. */
  callClock?: Clock;
}

async function setUp(options: Options = {}): Promise<Setup> {
  const { fence = () => true, signal = testSignal(), callClock = systemClock } = options;
  const server = await startServer();
  const api = new ConfigMapApi(server, 'ops', journalName);
  const clock = new FakeClock();
  const { client } = clientFor(server, { fence, clock: callClock });
  const create = () => {
    const journal = new ConfigMapJournal({ client, clock, namespace: 'ops', signal });
    return { ...journal.open(claimBook), journal, load: () => journal.load() };
  };
  return { server, api, clock, journal: create(), other: create };
}

/** What a fresh process reads: the claims that are really stored. */
async function storedClaims({ other }: Setup, ...things: string[]): Promise<(string | undefined)[]> {
  const fresh = other();
  await fresh.load();
  return things.map((name) => fresh.find(name)?.uid);
}

describe('a claim', () => {
  it('is stored before its promise resolves, in a ConfigMap that is made for it', async () => {
    const setup = await setUp();
    const recorded = setup.journal.record('cluster/orders', claim('u1'));
    expect(setup.journal.find('cluster/orders')).toBeUndefined();
    await setup.clock.advance(5);
    await recorded;
    expect(setup.journal.find('cluster/orders')).toEqual(claim('u1'));
    expect(await storedClaims(setup, 'cluster/orders')).toEqual(['u1']);
  });

  it('can be on anything, whatever its name and length', async () => {
    const setup = await setUp();
    const things = [`gWrR6uDrSNSSfu_ubGndCg/${'x'.repeat(249)}`, 'a/b/c', '__proto__', 'größe/…'];
    const recorded = Promise.all(things.map((name, n) => setup.journal.record(name, claim(`u${n}`))));
    await setup.clock.advance(5);
    await recorded;
    expect(await storedClaims(setup, ...things)).toEqual(['u0', 'u1', 'u2', 'u3']);
    for (const key of Object.keys(setup.api.stored?.data ?? {})) expect(key).toMatch(/^[-._a-zA-Z0-9]{1,253}$/);
  });

  it('shares one write with those that come together', async () => {
    const setup = await setUp();
    setup.api.put(thing(journalName, 0, { namespace: 'ops' }));
    const recorded = Promise.all(Array.from({ length: 300 }, (_, n) => setup.journal.record(`c/${n}`, claim(`u${n}`))));
    await setup.clock.advance(5);
    await recorded;
    expect(setup.server.requests(`PATCH ${one}`)).toHaveLength(1);
    expect(await storedClaims(setup, 'c/0', 'c/299')).toEqual(['u0', 'u299']);
  });

  it('that comes during a write waits for the next one', async () => {
    const setup = await setUp();
    const { api, clock, server, journal } = setup;
    const open = closeGate(api);
    const first = journal.record('c/1', claim('u1'));
    await clock.advance(5);
    await eventually(() => expect(server.seen).toHaveLength(1), soon);
    const others = Promise.all([journal.record('c/2', claim('u2')), journal.record('c/3', claim('u3'))]);
    await clock.advance(5);
    expect(clock.timers).toBe(0);
    open();
    await first;
    await eventually(() => expect(clock.timers).toBe(1), soon);
    await clock.advance(5);
    await others;
    expect(await storedClaims(setup, 'c/1', 'c/2', 'c/3')).toEqual(['u1', 'u2', 'u3']);
    expect(api.writes).toBe(2);
  });

  it('that stands already is not written again', async () => {
    const setup = await setUp();
    await recordNow(setup, 'c/1', 'u1');
    await setup.journal.record('c/1', claim('u1'));
    expect(setup.api.writes).toBe(1);
  });

  it('keeps what it was made for, and is written anew for something else', async () => {
    const setup = await setUp();
    await recordNow(setup, 'c/1', 'u1');
    const creation = { ...claim('u1'), creates: true, replaces: 'id-1', id: 'id-2' };
    await Promise.all([setup.journal.record('c/1', creation), setup.clock.advance(5)]);
    expect(setup.api.writes).toBe(2);
    const fresh = setup.other();
    await fresh.load();
    expect(fresh.find('c/1')).toEqual(creation);
  });

  it('on what somebody else claims is refused, stored or about to be', async () => {
    const setup = await setUp();
    await recordNow(setup, 'c/1', 'u1');
    const refusal = { kind: 'conflict', code: 'CLAIMED' };
    await expect(setup.journal.record('c/1', claim('u2'))).rejects.toMatchObject(refusal);
    const first = setup.journal.record('c/2', claim('u1'));
    await expect(setup.journal.record('c/2', claim('u2'))).rejects.toMatchObject(refusal);
    await Promise.all([first, setup.clock.advance(5)]);
    await expect(setup.journal.record('c/2', claim('u2'))).rejects.toMatchObject(refusal);
    expect(await storedClaims(setup, 'c/1', 'c/2')).toEqual(['u1', 'u1']);
  });

  it('changes hands by a release and a new claim in one write', async () => {
    const setup = await setUp();
    await recordNow(setup, 'c/1', 'u1');
    setup.journal.release('c/1');
    const writes = setup.api.writes;
    await recordNow(setup, 'c/1', 'u2');
    expect(await storedClaims(setup, 'c/1')).toEqual(['u2']);
    expect(setup.api.writes).toBe(writes + 1);
  });

  it('outlives what another process wrote meanwhile', async () => {
    const setup = await setUp();
    await recordNow(setup, 'c/1', 'u1');
    const second = setup.other();
    const recorded = second.record('c/2', claim('u2'));
    await setup.clock.advance(5);
    await recorded;
    await recordNow(setup, 'c/3', 'u3');
    expect(await storedClaims(setup, 'c/1', 'c/2', 'c/3')).toEqual(['u1', 'u2', 'u3']);
    expect(setup.journal.find('c/2')).toEqual(claim('u2'));
  });

  it('is stored again after the ConfigMap was removed', async () => {
    const setup = await setUp();
    await recordNow(setup, 'c/1', 'u1');
    setup.api.stored = undefined;
    await recordNow(setup, 'c/2', 'u2');
    expect(await storedClaims(setup, 'c/1', 'c/2')).toEqual([undefined, 'u2']);
  });
});

it('a record of another book changes, and is written no more often than that', async () => {
  const setup = await setUp();
  const count = async (deletions: number) => {
    const recorded = setup.journal.journal.open(deletionBook).record('c', [[7, deletions]]);
    await Promise.all([recorded, setup.clock.advance(5)]);
  };
  for (const deletions of [1, 2, 2]) await count(deletions);
  const fresh = setup.other();
  await fresh.load();
  expect(fresh.journal.open(deletionBook).find('c')).toEqual([[7, 2]]);
  expect(setup.api.writes).toBe(2);
});

describe('a claim that cannot be stored is refused', () => {
  it('when the API server refuses it', async () => {
    const setup = await setUp();
    setup.server.on(`GET ${one}`, refuse(403, 'no'));
    await expect(recordNow(setup, 'c/1', 'u1')).rejects.toMatchObject({ kind: 'denied', code: '403' });
    expect(setup.journal.find('c/1')).toBeUndefined();
  });

  it('when we do not lead', async () => {
    const setup = await setUp({ fence: () => false });
    await expect(recordNow(setup, 'c/1', 'u1')).rejects.toMatchObject({ kind: 'unavailable', code: 'FENCED' });
    expect(setup.api.stored).toBeUndefined();
  });

  it('when the ConfigMap would become too large', async () => {
    const setup = await setUp();
    setup.api.put(thing(journalName, 0, { namespace: 'ops', data: { foreign: 'x'.repeat(900 * 1024 - 100) } }));
    await setup.journal.load();
    await expect(setup.journal.record('c/1', claim('u1'))).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'JOURNAL_FULL',
    });
    expect(setup.api.writes).toBe(1);
  });

  it('when what waits to be written is too large already', async () => {
    const setup = await setUp();
    const name = (n: number) => `c/${n}-${'x'.repeat(240)}`;
    const settled = Promise.allSettled(
      Array.from({ length: 3_000 }, (_, n) => setup.journal.record(name(n), claim('u'))),
    );
    await setup.clock.advance(5);
    const results = await settled;
    const refused = results.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]).toMatchObject({ reason: { code: 'JOURNAL_FULL' } });
    expect(Buffer.byteLength(JSON.stringify(setup.api.stored?.data))).toBeLessThan(1024 * 1024);
  });

  it('when the operator stops, rather than left waiting', async () => {
    const stop = new AbortController();
    const setup = await setUp({ signal: stop.signal });
    await recordNow(setup, 'c/1', 'u1');
    setup.journal.release('c/1');
    stop.abort();
    await expect(recordNow(setup, 'c/2', 'u2')).rejects.toMatchObject({ kind: 'unavailable', code: 'ABORTED' });
    expect(setup.clock.timers).toBe(0);
  });

  it('and can be recorded once the trouble is over, though the first answer was lost', async () => {
    const callClock = new FakeClock();
    const setup = await setUp({ callClock });
    await recordNow(setup, 'c/0', 'u0');
    setup.server.on(`PATCH ${one}`, silence);
    const lost = expect(recordNow(setup, 'c/1', 'u1')).rejects.toMatchObject({ code: 'TIMEOUT' });
    await eventually(() => expect(setup.server.requests(`PATCH ${one}`)).toHaveLength(1), soon);
    await callClock.advance(30_000);
    await lost;
    const api = new ConfigMapApi(setup.server, 'ops', journalName);
    api.put({ ...thing(journalName, 0, { namespace: 'ops' }), data: setup.api.stored?.data ?? {} });
    await recordNow(setup, 'c/1', 'u1');
    expect(await storedClaims(setup, 'c/0', 'c/1')).toEqual(['u0', 'u1']);
  });
});

describe('a release', () => {
  it('forgets the claim at once and writes it within seconds', async () => {
    const setup = await setUp();
    await recordNow(setup, 'c/1', 'u1');
    setup.journal.release('c/1');
    expect(setup.journal.find('c/1')).toBeUndefined();
    expect(await storedClaims(setup, 'c/1')).toEqual(['u1']);
    await setup.clock.advance(2_000);
    await eventually(async () => expect(await storedClaims(setup, 'c/1')).toEqual([undefined]), soon);
    expect(setup.api.stored?.data).toEqual({});
  });

  it('travels with the next claim', async () => {
    const setup = await setUp();
    await recordNow(setup, 'c/1', 'u1');
    setup.journal.release('c/1');
    await recordNow(setup, 'c/2', 'u2');
    expect(await storedClaims(setup, 'c/1', 'c/2')).toEqual([undefined, 'u2']);
    expect(setup.api.writes).toBe(2);
  });

  it('of nothing writes nothing', async () => {
    const setup = await setUp();
    setup.journal.release('c/1');
    expect(setup.clock.timers).toBe(0);
  });

  it('during a write is not undone by its answer', async () => {
    const setup = await setUp();
    const { api, clock, server, journal } = setup;
    await recordNow(setup, 'c/1', 'u1');
    const open = closeGate(api);
    const write = journal.record('c/2', claim('u2'));
    await clock.advance(5);
    await eventually(() => expect(server.requests(`PATCH ${one}`)).toHaveLength(1), soon);
    journal.release('c/1');
    open();
    await write;
    expect(journal.find('c/1')).toBeUndefined();
    expect(journal.find('c/2')).toBeDefined();
  });

  it('that failed is tried again', async () => {
    const setup = await setUp();
    await recordNow(setup, 'c/1', 'u1');
    setup.server.on(`PATCH ${one}`, refuse(500, 'oops'));
    setup.journal.release('c/1');
    await setup.clock.advance(2_000);
    await eventually(() => expect(setup.clock.timers).toBe(1), soon);
    new ConfigMapApi(setup.server, 'ops', journalName).put(setup.api.stored ?? expect.fail('nothing is stored'));
    await setup.clock.advance(2_000);
    await eventually(async () => expect(await storedClaims(setup, 'c/1')).toEqual([undefined]), soon);
  });

  it('is undone by a new claim on the same thing', async () => {
    const setup = await setUp();
    await recordNow(setup, 'c/1', 'u1');
    setup.journal.release('c/1');
    await recordNow(setup, 'c/1', 'u2');
    expect(setup.journal.find('c/1')?.uid).toBe('u2');
    expect(await storedClaims(setup, 'c/1')).toEqual(['u2']);
  });
});

it('what others put into the ConfigMap is left alone', async () => {
  const setup = await setUp();
  setup.api.put(thing(journalName, 0, { namespace: 'ops', data: { note: 'do not touch', broken: '{"thing":1}' } }));
  await recordNow(setup, 'c/1', 'u1');
  expect(setup.api.stored?.data).toMatchObject({ note: 'do not touch', broken: '{"thing":1}' });
});

async function recordNow({ journal, clock }: Setup, name: string, uid: string): Promise<void> {
  const recorded = journal.record(name, claim(uid));
  await Promise.all([recorded, clock.advance(5)]);
}

function closeGate(api: ConfigMapApi): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  api.gate = promise;
  return resolve;
}
