import { expect, onTestFinished, test } from 'vitest';
import { createRegistryConnections } from '../../../../src/adapters/registry/connections.ts';
import { Fault } from '../../../../src/ports/fault.ts';
import type { RegistryConnections } from '../../../../src/ports/registry.ts';
import { connectToScript, faultOf, options, patientSettings } from './helpers.ts';

function connections(): RegistryConnections {
  const all = createRegistryConnections(patientSettings);
  onTestFinished(() => all.retain(new Set()));
  return all;
}

test('keeps one client per target', () => {
  const all = connections();
  const target = { name: 'a', url: 'http://127.0.0.1:1' };
  expect(all.to(target)).toBe(all.to({ ...target }));
  expect(all.to({ ...target, name: 'b' })).not.toBe(all.to(target));
});

test('goes to the new address when the URL changes, and closes the old client', async () => {
  const before = await connectToScript({}, [200, [1]]);
  const after = await connectToScript({}, [200, [2]]);
  const all = connections();
  const old = all.to({ name: 'a', url: before.server.url });
  expect(await old.listVersions('s', options)).toEqual([1]);
  expect(await all.to({ name: 'a', url: after.server.url }).listVersions('s', options)).toEqual([2]);
  expect(await faultOf(old.listVersions('s', options))).toMatchObject({ kind: 'unavailable' });
});

test('closes the clients of targets that are gone, and opens new ones when they return', async () => {
  const { server } = await connectToScript({}, [200, [1]]);
  const all = connections();
  const target = { name: 'a', url: server.url };
  const kept = all.to({ name: 'b', url: server.url });
  const dropped = all.to(target);
  all.retain(new Set(['b']));
  expect(await faultOf(dropped.listVersions('s', options))).toMatchObject({ kind: 'unavailable' });
  expect(await kept.listVersions('s', options)).toEqual([1]);
  expect(await all.to(target).listVersions('s', options)).toEqual([1]);
});

test.each([
  { it: 'no URL', url: 'registry' },
  { it: 'another protocol', url: 'file:///etc/passwd' },
  { it: 'credentials in the URL', url: 'http://user:hunter2@127.0.0.1:8081' },
  { it: 'a query', url: 'http://127.0.0.1:8081/?x=hunter2' },
  { it: 'a fragment', url: 'http://127.0.0.1:8081/#hunter2' },
])('refuses $it and does not repeat it', ({ url }) => {
  const refused = catchFault(() => connections().to({ name: 'main', url }));
  expect(refused).toMatchObject({ system: 'registry', kind: 'rejected', code: 'INVALID_URL' });
  expect(refused.message).toContain('"main"');
  expect(refused.message).not.toContain('hunter2');
});

test('keeps the working client when a new URL is no URL', async () => {
  const { server } = await connectToScript({}, [200, [1]]);
  const all = connections();
  const client = all.to({ name: 'a', url: server.url });
  catchFault(() => all.to({ name: 'a', url: 'nonsense' }));
  expect(await client.listVersions('s', options)).toEqual([1]);
});

function catchFault(act: () => unknown): Fault {
  try {
    act();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error('expected a Fault');
}
