import { describe, expect, it } from 'vitest';
import type { Observable, Pod } from '../../../dev/demo/cluster-reader.ts';
import { addressOf, describeUnready, findUnready } from '../../../dev/demo/readiness.ts';

const metadata = { uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z', generation: 2 };
const ready = { type: 'Ready', status: 'True', reason: 'InSync', message: 'all is well' };
const available = { type: 'Available', status: 'True' };

function topic(status?: Observable['status']): Observable {
  return {
    apiVersion: 'sluice.dev/v1alpha1',
    kind: 'EventTopic',
    metadata: { ...metadata, name: 'orders' },
    ...(status && { status }),
  };
}

function deployment(status?: Observable['status'], replicas?: number): Observable {
  const spec = replicas === undefined ? {} : { replicas };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { ...metadata, name: 'shop' },
    spec,
    ...(status && { status }),
  };
}

describe('findUnready', () => {
  const rows: readonly { it: string; seen: Observable; why: string | undefined }[] = [
    {
      it: 'takes a resource that is Ready as it is now',
      seen: topic({ observedGeneration: 2, conditions: [ready] }),
      why: undefined,
    },
    { it: 'does not take one without a status', seen: topic(), why: 'not looked at yet' },
    {
      it: 'does not take one that was Ready before its spec changed',
      seen: topic({ observedGeneration: 1, conditions: [ready] }),
      why: 'not looked at yet',
    },
    {
      it: 'says what a resource waits for',
      seen: topic({
        observedGeneration: 2,
        conditions: [{ ...ready, status: 'False', reason: 'ClusterNotFound', message: 'there is no cluster' }],
      }),
      why: 'ClusterNotFound: there is no cluster',
    },
    {
      it: 'does not take one without the condition',
      seen: topic({ observedGeneration: 2 }),
      why: 'without a condition Ready',
    },
    {
      it: 'takes a Deployment whose replicas are all ready',
      seen: deployment({ observedGeneration: 2, conditions: [available], readyReplicas: 2 }, 2),
      why: undefined,
    },
    {
      it: 'does not take a Deployment that lacks one',
      seen: deployment({ observedGeneration: 2, conditions: [available], readyReplicas: 1 }, 2),
      why: '1 of 2 replicas are ready',
    },
    {
      it: 'does not take a Deployment that is not available',
      seen: deployment({ observedGeneration: 2, conditions: [{ ...available, status: 'False' }] }),
      why: '0 of 1 replicas are ready',
    },
  ];
  it.each(rows)('$it', ({ seen, why }) => {
    const isTopic = seen.kind === 'EventTopic';
    const found = findUnready(isTopic ? [seen] : [], isTopic ? [] : [seen]);
    const name = isTopic ? 'EventTopic orders' : 'Deployment shop';
    expect(found).toEqual(why === undefined ? [] : [{ name, why }]);
  });
});

it('names the first that is not ready and counts the others', () => {
  const one = { name: 'EventTopic orders', why: 'not looked at yet' };
  expect(describeUnready([])).toBe('');
  expect(describeUnready([one])).toBe('EventTopic orders: not looked at yet');
  expect(describeUnready([one, one, one])).toBe('EventTopic orders: not looked at yet, and 2 more');
});

describe('addressOf', () => {
  function pod(podIP: string, status: string, changes: Partial<Pod['metadata']> = {}): Pod {
    const labels = { app: 'shop' };
    const conditions = [{ type: 'Ready', status }];
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...metadata, name: podIP, labels, ...changes },
      status: { podIP, conditions },
    };
  }

  it('is that of a pod of the app which is ready and stays', () => {
    const leaving = pod('127.0.0.1', 'True', { deletionTimestamp: '2026-01-01T00:00:00Z' });
    const other = pod('127.0.0.2', 'True', { labels: { app: 'page' } });
    const starting = pod('127.0.0.3', 'False');
    expect(addressOf('shop', [leaving, other, starting, pod('127.0.0.4', 'True')])).toBe('127.0.0.4');
    expect(addressOf('shop', [leaving, other, starting])).toBeUndefined();
  });
});
