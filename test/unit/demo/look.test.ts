import { describe, expect, it } from 'vitest';
import type { Observable } from '../../../dev/demo/cluster-reader.ts';
import { type ConsumerLook, isSettled, lookAtConsumers } from '../../../dev/demo/look.ts';
import type { EventConsumer, EventConsumerStatus } from '../../../src/crds/event-consumer.ts';
import { consumer, look } from './looks.ts';

const metadata = { uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z', namespace: 'shop' };
const lastTransitionTime = metadata.creationTimestamp;

function resource(name: string, status: Partial<EventConsumerStatus> = {}): EventConsumer {
  return {
    apiVersion: 'sluice.dev/v1alpha1',
    kind: 'EventConsumer',
    metadata: { ...metadata, name },
    spec: {
      topics: ['orders'],
      offsetReset: 'Earliest',
      targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: `${name}-service` },
      scaling: { mode: 'Auto', minReplicas: 1, maxReplicas: 4, maxLagSeconds: 10, policy: 'Cost' },
      paused: false,
    },
    status,
  };
}

function deployment(name: string, replicas: number, readyReplicas: number): Observable {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { ...metadata, name },
    spec: { replicas },
    status: { readyReplicas },
  };
}

describe('lookAtConsumers', () => {
  it('puts a consumer together with what its Deployment shows', () => {
    const lastDecision = { time: lastTransitionTime, from: 1, to: 3, reason: 'LagOverObjective', message: 'lag 12 s' };
    const status: Partial<EventConsumerStatus> = {
      replicas: { current: 1, desired: 3, max: 3, summary: '1/3/3' },
      lag: { records: 300, seconds: 10, known: true },
      lastDecision,
      conditions: [
        { type: 'ScalingActive', status: 'True', reason: 'LagOverObjective', message: 'late', lastTransitionTime },
        { type: 'WithinObjective', status: 'False', reason: 'LagOverObjective', message: 'late', lastTransitionTime },
      ],
    };
    expect(lookAtConsumers([resource('payment', status)], [deployment('payment-service', 3, 2)])).toEqual([
      {
        name: 'payment',
        replicas: { current: 3, ready: 2, desired: 3, max: 3 },
        lag: { records: 300, seconds: 10 },
        objectiveSeconds: 10,
        withinObjective: false,
        why: { reason: 'LagOverObjective', message: 'late' },
        lastDecision,
      },
    ]);
  });

  it('takes what it cannot see as unknown, not as good', () => {
    const [seen] = lookAtConsumers([resource('payment', { lag: { records: 0, seconds: 0, known: false } })], []);
    expect(seen).toMatchObject({
      replicas: { current: 0, ready: 0, desired: 0, max: 4 },
      lag: { records: undefined, seconds: undefined },
      withinObjective: undefined,
    });
  });

  it('sorts by name', () => {
    expect(lookAtConsumers([resource('b'), resource('a')], []).map(({ name }) => name)).toEqual(['a', 'b']);
  });
});

describe('isSettled', () => {
  const size = { current: 1, ready: 1, desired: 1, max: 3 };
  const rows: readonly { it: string; seen: Partial<ConsumerLook>; inFlight?: number; settled: boolean }[] = [
    { it: 'holds when there is nothing to do', seen: {}, settled: true },
    { it: 'does not hold while orders are on their way', seen: {}, inFlight: 1, settled: false },
    { it: 'does not hold while records wait', seen: { lag: { records: 1, seconds: 0 } }, settled: false },
    {
      it: 'does not hold while lag is unknown',
      seen: { lag: { records: undefined, seconds: undefined } },
      settled: false,
    },
    {
      it: 'does not hold while another size is wanted',
      seen: { replicas: { ...size, current: 2, ready: 2 } },
      settled: false,
    },
    { it: 'does not hold while a replica starts', seen: { replicas: { ...size, ready: 0 } }, settled: false },
    {
      it: 'does not hold while a consumer waits to shrink',
      seen: { why: { reason: 'Stabilizing', message: '1 replica would do' } },
      settled: false,
    },
  ];
  it.each(rows)('$it', ({ seen, inFlight = 0, settled }) => {
    expect(isSettled(look(0, seen, { placed: 9, inFlight, shipped: 9 }))).toBe(settled);
  });

  it('does not hold while nobody can tell where the orders are', () => {
    expect(isSettled({ atMs: 0, consumers: [consumer()], orders: undefined })).toBe(false);
  });
});
