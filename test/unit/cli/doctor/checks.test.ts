import { describe, expect, it } from 'vitest';
import type { KubeClient } from '../../../../src/adapters/kube/client/client.ts';
import { checkKinds, checkLeader, checkRules } from '../../../../src/cli/doctor/checks.ts';
import { printFindings } from '../../../../src/cli/doctor/print.ts';
import { Fault, type FaultKind } from '../../../../src/ports/fault.ts';
import type { LeaseRecord } from '../../../../src/ports/lease.ts';

const { signal } = new AbortController();
const fault = (kind: FaultKind, message: string) => new Fault('kubernetes', kind, message);

/** An API server that lists what it knows. */
function serverWithout(missing: string, how: FaultKind): Pick<KubeClient, 'list'> {
  return {
    list: async ({ plural }) => {
      if (plural === missing) throw fault(how, `cannot list ${plural}: no`);
      return { items: [], resourceVersion: '1' };
    },
  };
}

/** An API server that refuses EventTopics with so few partitions. */
function serverThatRefuses(fewerThan: number, how: FaultKind = 'rejected'): Pick<KubeClient, 'previewApply'> {
  return {
    previewApply: async (_type, _key, manifest) => {
      if (Object(manifest.spec).partitions < fewerThan) throw fault(how, 'cannot create eventtopics: no');
      return { exists: false, object: Object(manifest) };
    },
  };
}

function lease(holder: string, renewedAtMs: number): LeaseRecord {
  const renewedAt = new Date(renewedAtMs);
  return { holder, acquiredAt: new Date(0), renewedAt, durationSeconds: 15, transitions: 0, resourceVersion: '1' };
}

/** A Lease that reads so, one after the other; then as it did last. */
function leases(...seen: readonly (LeaseRecord | undefined)[]): () => Promise<LeaseRecord | undefined> {
  let next = 0;
  return async () => seen[Math.min(next++, seen.length - 1)];
}

const leader = (...seen: readonly (LeaseRecord | undefined)[]) =>
  checkLeader(leases(...seen), async () => {}, 'sluice-system');

describe('the kinds', () => {
  it('are fine when all are served', async () => {
    const finding = await checkKinds(serverWithout('nothing', 'rejected'), 'shop', signal);
    expect(finding).toMatchObject({ kind: 'fine', message: expect.stringContaining('EventTopic') });
  });

  it.each([
    { how: 'rejected', next: 'crds.install' },
    { how: 'denied', next: 'granted' },
  ] as const)('are wrong when the API server says $how to one, with the next step', async ({ how, next }) => {
    const finding = await checkKinds(serverWithout('eventschemas', how), 'shop', signal);
    expect(finding).toEqual({
      kind: 'wrong',
      message: 'cannot list eventschemas: no',
      next: expect.stringContaining(next),
    });
  });

  it('are nothing to judge when nobody answers', async () => {
    const silent = serverWithout('eventschemas', 'unavailable');
    await expect(checkKinds(silent, 'shop', signal)).rejects.toThrow('cannot list eventschemas');
  });
});

describe('the rules', () => {
  it('are fine when a wrong EventTopic is refused', async () => {
    expect(await checkRules(serverThatRefuses(1), 'shop', signal)).toMatchObject({ kind: 'fine' });
  });

  it.each([
    { it: 'a wrong EventTopic is taken', server: serverThatRefuses(0), says: 'takes an EventTopic of 0 partitions' },
    { it: 'a right one is refused', server: serverThatRefuses(2), says: 'cannot create eventtopics' },
    { it: 'nobody may ask', server: serverThatRefuses(2, 'denied'), says: 'cannot create eventtopics' },
  ])('are wrong when $it', async ({ server, says }) => {
    expect(await checkRules(server, 'shop', signal)).toMatchObject({
      kind: 'wrong',
      message: expect.stringContaining(says),
    });
  });
});

describe('the leader', () => {
  it.each([
    { it: 'is renewed', seen: [lease('a', 1), lease('a', 1), lease('a', 2)] },
    { it: 'is there at last', seen: [undefined, lease('a', 1), lease('a', 2)] },
    { it: 'is taken over', seen: [lease('', 1), lease('a', 2)] },
  ])('is found when the Lease $it', async ({ seen }) => {
    expect(await leader(...seen)).toEqual({ kind: 'fine', message: 'a leads' });
  });

  it.each([
    { it: 'there is no Lease', seen: [undefined], says: 'nobody renews the Lease sluice-leader in sluice-system' },
    { it: 'the one who held it is gone', seen: [lease('a', 1)], says: '"a" held it last' },
    { it: 'it was given up', seen: [lease('a', 1), lease('', 2)], says: '"a" held it last' },
  ])('is missed when $it', async ({ seen, says }) => {
    expect(await leader(...seen)).toMatchObject({ kind: 'wrong', message: expect.stringContaining(says) });
  });
});

it('findings are lines, and what to do is below what is wrong', () => {
  const text = printFindings([
    { kind: 'fine', message: 'a leads' },
    { kind: 'wrong', message: 'no', next: 'Do it.' },
  ]);
  expect(text).toBe('ok     a leads\nwrong  no\n       Do it.\n');
});
