import { expect, it } from 'vitest';
import type { Pod, PodSpec } from '../../../../dev/local-node/pod.ts';
import { ADDRESSES, AddressPool } from '../../../../dev/local-node/pods/addresses.ts';
import { Placer } from '../../../../dev/local-node/pods/placer.ts';
import { FakeClock, settle } from '../../../fakes/fake-clock.ts';
import { FakePodApi, fault, quiet } from '../fake-node.ts';
import { pod } from '../pods.ts';

function setUp() {
  const api = new FakePodApi();
  const clock = new FakeClock();
  const addresses = new AddressPool('127.100.9');
  const context = { api, addresses, nodeName: 'node-9', clock, log: quiet, retryMs: 500 };
  return { api, clock, addresses, placer: new Placer(context, new AbortController().signal) };
}

it('binds a pod that waits for a node', async () => {
  const { api, placer } = setUp();
  placer.consider(pod());
  await settle();
  expect([...api.bound]).toEqual([['web-1', 'node-9']]);
});

const left: readonly { it: string; spec?: object; fields?: Parameters<typeof pod>[1] }[] = [
  { it: 'leaves a pod to the scheduler that it names', spec: { schedulerName: 'other' } },
  { it: 'leaves a pod that is held by a gate', spec: { schedulingGates: [{ name: 'quota' }] } },
  { it: 'leaves a pod that is being deleted', fields: { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } } },
  { it: 'leaves a pod that is over', fields: { status: { phase: 'Failed' } } },
];
it.each(left)('$it', async ({ spec, fields }) => {
  const { api, placer } = setUp();
  placer.consider(pod(spec as Partial<PodSpec>, fields)); // rows hold parts of a spec
  await settle();
  expect(api.bound.size).toBe(0);
});

it('tries again when the API server is away', async () => {
  const { api, placer, clock } = setUp();
  api.failures.push(fault('unavailable'), fault('unavailable'));
  placer.consider(pod());
  await clock.advance(1_000);
  expect(api.bound.has('web-1')).toBe(true);
});

it.each(['conflict', 'rejected'] as const)('does not insist when the answer is %s', async (kind) => {
  const { api, placer, clock } = setUp();
  api.failures.push(fault(kind));
  placer.consider(pod());
  await clock.advance(60_000);
  expect(api.bound.size).toBe(0);
});

function fill(addresses: AddressPool): void {
  for (let owner = 0; owner < ADDRESSES; owner++) addresses.take(`other-${owner}`);
}

it('says once that no address is free, and places the pod when one is', async () => {
  const { api, placer, addresses } = setUp();
  fill(addresses);
  const late: Pod = pod();
  for (let look = 0; look < 2; look++) {
    placer.consider(late);
    await settle();
  }
  expect(api.statuses.get('web-1')?.conditions).toMatchObject([{ type: 'PodScheduled', reason: 'Unschedulable' }]);
  expect({ writes: api.statusWrites, bound: api.bound.size }).toEqual({ writes: 1, bound: 0 });
  addresses.release('other-3');
  placer.consider(late);
  await settle();
  expect(api.bound.has('web-1')).toBe(true);
});

it('places a pod that will be rejected without an address', async () => {
  const { api, placer, addresses } = setUp();
  fill(addresses);
  const hostNetwork: object = { hostNetwork: true };
  placer.consider(pod(hostNetwork));
  await settle();
  expect(api.bound.has('web-1')).toBe(true);
});
