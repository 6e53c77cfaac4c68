import type { GroupSnapshot } from '../../../../src/lag/snapshot.ts';
import type { Deployment, ScaleTarget } from '../../../../src/ports/scale-target.ts';

/** One replica is asked for. */
export const deployment: Deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'payment',
    namespace: 'shop',
    uid: 'd1',
    resourceVersion: '9',
    creationTimestamp: '2026-01-01T00:00:00Z',
  },
  spec: { replicas: 1 },
};

export const target: ScaleTarget = {
  kind: 'Deployment',
  key: 'Deployment/shop/payment',
  metadata: deployment.metadata,
  replicas: 1,
  ready: 0,
  paused: false,
};

/** A group without lag. */
export function snapshot(overrides: Partial<GroupSnapshot> = {}): GroupSnapshot {
  return {
    groupId: 'payment',
    sampledAtMs: 0,
    known: true,
    problem: undefined,
    fault: undefined,
    state: 'Stable',
    assignor: 'range',
    members: [],
    steadySinceMs: 0,
    commitIntervalMs: 1_000,
    commitWindowMs: 20_000,
    topics: ['order.created'],
    unreadTopics: [],
    partitions: [],
    lagRecords: 0,
    phantomRecords: 0,
    lagSeconds: 0,
    lagSecondsAtLeast: overrides.lagSeconds ?? 0,
    remarks: [],
    ...overrides,
  };
}
