import type { ServerResponse } from 'node:http';
import { beforeEach, expect, test, vi } from 'vitest';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { eventually } from '../../../helpers/eventually.ts';
import { avro, connectToScript, faultOf, options, order } from './helpers.ts';

/** By which calls are late; the clock of each test is its own. */
const held = vi.hoisted(() => ({ clock: undefined as FakeClock | undefined }));
vi.mock('../../../../src/adapters/system-clock.ts', () => ({
  systemClock: { after: (ms: number, run: () => void) => held.clock?.after(ms, run) },
}));

const soon = { within: 30_000, everyMs: 5 };
const callTimeoutMs = 60_000;
let clock: FakeClock;
beforeEach(() => {
  clock = new FakeClock();
  held.clock = clock;
});

test('sends nothing that changes something while the fence is closed, and reads on', async () => {
  const { server, registry } = await connectToScript({}, [200, [1]], { fence: () => false });
  const writes = [
    registry.register('s', order, options),
    registry.writeLevel('s', 'Full', options),
    registry.writeLevel('s', undefined, options),
  ];
  for (const write of writes) {
    const fault = await faultOf(write);
    expect(fault).toMatchObject({ kind: 'unavailable', code: 'FENCED' });
    expect(fault.message).toContain('was not asked, because this process may not write now');
  }
  expect(await registry.listVersions('s', options)).toEqual([1]);
  expect(server.seen.map(({ method }) => method)).toEqual(['GET']);
});

test('asks the fence when the request leaves, not when the call begins', async () => {
  let leading = true;
  const release: (() => void)[] = [];
  const { server, registry } = await connectToScript(
    {},
    (response) => void release.push(() => response.end('{"id":1}')),
    { fence: () => leading, maxConnections: 1 },
  );
  const first = registry.register('first', order, options);
  const second = registry.register('second', order, options);
  await eventually(() => expect(release).toHaveLength(1), soon);
  leading = false;
  release[0]?.();
  expect(await first).toEqual({ kind: 'registered', id: 1 });
  expect(await faultOf(second)).toMatchObject({ code: 'FENCED' });
  expect(server.seen).toHaveLength(1);
});

test('ends a call whose caller gives up', async () => {
  const caller = new AbortController();
  const { server, registry } = await connectToScript({}, () => {});
  const call = registry.listVersions('s', { signal: caller.signal });
  await eventually(() => expect(server.seen).toHaveLength(1), soon);
  caller.abort();
  expect(await faultOf(call)).toMatchObject({ kind: 'unavailable', code: 'ABORTED' });
});

test('sends nothing for a caller that has given up before', async () => {
  const { server, registry } = await connectToScript({}, [200, { id: 1 }]);
  const fault = await faultOf(registry.register('s', order, { signal: AbortSignal.abort() }));
  expect(fault).toMatchObject({ code: 'ABORTED' });
  expect(server.seen).toEqual([]);
});

test('does not count the wait for its turn as silence of the registry', async () => {
  const slowly = async (response: ServerResponse) => {
    await clock.advance(callTimeoutMs - 1);
    response.end('[1]');
  };
  const { server, registry } = await connectToScript({}, (response) => void slowly(response), { maxConnections: 1 });
  const calls = Array.from({ length: 15 }, () => registry.listVersions('s', options));
  await Promise.all(calls);
  expect(server.seen).toHaveLength(15);
});

test('fails those who wait as well when the registry is silent', async () => {
  const { server, registry } = await connectToScript({}, () => {}, { maxConnections: 1 });
  const calls = Array.from({ length: 5 }, (_, n) => faultOf(registry.listVersions(`s${n}`, options)));
  await eventually(() => expect(server.seen).toHaveLength(1), soon);
  await clock.advance(callTimeoutMs);
  for (const fault of await Promise.all(calls)) expect(fault).toMatchObject({ kind: 'unavailable', code: 'DEADLINE' });
  expect(server.seen).toHaveLength(1);
});

test('gives up its place in the line when the caller does', async () => {
  const release: (() => void)[] = [];
  const holding = (response: ServerResponse) => void release.push(() => response.end('[1]'));
  const { server, registry } = await connectToScript({}, holding, { maxConnections: 1 });
  const caller = new AbortController();
  const first = registry.listVersions('first', options);
  const second = registry.listVersions('second', { signal: caller.signal });
  const third = registry.listVersions('third', options);
  await eventually(() => expect(release).toHaveLength(1), soon);
  caller.abort();
  expect(await faultOf(second)).toMatchObject({ code: 'ABORTED' });
  release[0]?.();
  await first;
  await eventually(() => expect(release).toHaveLength(2), soon);
  release[1]?.();
  await third;
  expect(server.seen.map(({ path }) => path)).toEqual(['/subjects/first/versions', '/subjects/third/versions']);
});

test('fails calls after the client was closed, and closes twice', async () => {
  const { registry } = await connectToScript({}, [200, [1]]);
  await registry.close();
  await registry.close();
  expect(await faultOf(registry.listVersions('s', options))).toMatchObject({ kind: 'unavailable' });
});

test('lets a call under way finish when the client is closed', async () => {
  const release: (() => void)[] = [];
  const { registry } = await connectToScript({}, (response) => void release.push(() => response.end('[1]')));
  const call = registry.listVersions('s', options);
  await eventually(() => expect(release).toHaveLength(1), soon);
  const closed = registry.close();
  release[0]?.();
  expect(await call).toEqual([1]);
  await closed;
});

test('registers a schema of a megabyte', async () => {
  const { server, registry } = await connectToScript({}, [200, { id: 1 }]);
  const schema = JSON.stringify({ type: 'enum', name: 'E', doc: 'x'.repeat(1_000_000), symbols: ['A'] });
  expect(await registry.register('s', avro(schema), options)).toEqual({ kind: 'registered', id: 1 });
  expect(server.seen[0]?.body).toMatchObject({ schema });
});
