import { describe, expect, it } from 'vitest';
import { createLeaseStore, leaseName } from '../../../../src/adapters/kube/lease.ts';
import type { LeaseRecord } from '../../../../src/ports/lease.ts';
import { answer, refuse } from './api-server.ts';
import { clientFor, startServer, testSignal } from './parts.ts';

const collection = '/apis/coordination.k8s.io/v1/namespaces/ops/leases';
const one = `${collection}/${leaseName}`;

const record: LeaseRecord = {
  holder: 'sluice-0',
  acquiredAt: new Date('2026-01-01T00:00:00.123Z'),
  renewedAt: new Date('2026-01-01T00:00:02.000Z'),
  durationSeconds: 15,
  transitions: 3,
  resourceVersion: '7',
};

const spec = {
  holderIdentity: 'sluice-0',
  acquireTime: '2026-01-01T00:00:00.123000Z',
  renewTime: '2026-01-01T00:00:02.000000Z',
  leaseDurationSeconds: 15,
  leaseTransitions: 3,
};

const stored = (version: string) =>
  answer({ metadata: { name: leaseName, namespace: 'ops', resourceVersion: version, uid: 'u' }, spec });

async function setUp() {
  const server = await startServer();
  return { server, leases: createLeaseStore(clientFor(server).client, 'ops'), signal: testSignal() };
}

describe('the lease', () => {
  it('is read as it is stored', async () => {
    const { server, leases, signal } = await setUp();
    server.on(`GET ${one}`, stored('7'));
    expect(await leases.read(signal)).toEqual(record);
  });

  it('is read as nothing when there is none', async () => {
    const { leases, signal } = await setUp();
    expect(await leases.read(signal)).toBeUndefined();
  });

  it('made by hand, without content, has no holder', async () => {
    const { server, leases, signal } = await setUp();
    server.on(`GET ${one}`, answer({ metadata: { name: leaseName, resourceVersion: '7' } }));
    expect(await leases.read(signal)).toMatchObject({ holder: '', durationSeconds: 0, transitions: 0 });
  });

  it('made by hand, with times that are none, was renewed long ago', async () => {
    const { server, leases, signal } = await setUp();
    const spec = { holderIdentity: 'sluice-0', acquireTime: 'once', renewTime: '' };
    server.on(`GET ${one}`, answer({ metadata: { name: leaseName, resourceVersion: '7' }, spec }));
    const longAgo = new Date(0);
    expect(await leases.read(signal)).toMatchObject({ holder: 'sluice-0', acquiredAt: longAgo, renewedAt: longAgo });
  });

  it('is created with all that others need to judge it', async () => {
    const { server, leases, signal } = await setUp();
    server.on(`POST ${collection}`, stored('7'));
    const { resourceVersion: _, ...wanted } = record;
    expect(await leases.create(wanted, signal)).toEqual(record);
    expect(server.seen[0]?.body).toEqual({ metadata: { name: leaseName, namespace: 'ops' }, spec });
  });

  it('is replaced only as it was read', async () => {
    const { server, leases, signal } = await setUp();
    server.on(`PATCH ${one}`, stored('8'));
    expect(await leases.replace(record, signal)).toEqual({ ...record, resourceVersion: '8' });
    expect(server.seen[0]?.body).toEqual({ metadata: { resourceVersion: '7' }, spec });
  });

  it.each([
    { it: 'changed', code: 409 },
    { it: 'gone', code: 404 },
  ])('that is $it meanwhile is a conflict', async ({ code }) => {
    const { server, leases, signal } = await setUp();
    server.on(`PATCH ${one}`, refuse(code, 'no'));
    await expect(leases.replace(record, signal)).rejects.toMatchObject({ kind: 'conflict' });
  });

  it('that somebody else created first is a conflict', async () => {
    const { server, leases, signal } = await setUp();
    server.on(`POST ${collection}`, refuse(409, 'already exists'));
    await expect(leases.create(record, signal)).rejects.toMatchObject({ kind: 'conflict' });
  });
});
