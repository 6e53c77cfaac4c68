import type { Move } from '../../../dev/demo/history.ts';
import type { ConsumerLook, Look } from '../../../dev/demo/look.ts';
import type { View } from '../../../dev/demo/screen/view.ts';
import { Stages } from '../../../dev/demo/stages.ts';

/** A consumer that has nothing to do. */
export function consumer(changes: Partial<ConsumerLook> = {}): ConsumerLook {
  return {
    name: 'shipping',
    replicas: { current: 1, ready: 1, desired: 1, max: 3 },
    lag: { records: 0, seconds: 0 },
    objectiveSeconds: 10,
    withinObjective: true,
    why: { reason: 'WithinObjective', message: 'lag is within the objective of 10 s' },
    lastDecision: undefined,
    ...changes,
  };
}

/** One consumer at rest and no order on its way. */
export function look(atMs: number, changes: Partial<ConsumerLook> = {}, orders: Look['orders'] | null = null): Look {
  const counts = orders ?? { placed: 0, inFlight: 0, shipped: 0 };
  return { atMs, consumers: [consumer(changes)], orders: counts };
}

export function scaled(from: number, to: number, at: number): Partial<ConsumerLook> {
  return {
    replicas: { current: to, ready: to, desired: to, max: 3 },
    lastDecision: { time: new Date(at).toISOString(), from, to, message: `because of ${to}` },
  };
}

export function move(changes: Partial<Move> = {}): Move {
  return { atMs: 0, stage: Stages.burst, consumer: 'shipping', from: 1, to: 3, why: 'lag 12 s', ...changes };
}

export function view(changes: Partial<View> = {}): View {
  return {
    nowMs: 135_000,
    sinceMs: 10_000,
    stage: { name: 'burst', says: 'many orders' },
    rate: 60,
    look: look(135_000, {}, { placed: 3_412, inFlight: 412, shipped: 3_000 }),
    throughput: { placed: 58.93, shipped: 39.8 },
    bars: [
      { placed: 10, shipped: 0 },
      { placed: 60, shipped: 30 },
    ],
    moves: [],
    page: 'http://127.100.3.12:8080/',
    kubeconfig: '/a folder/kubeconfig',
    ...changes,
  };
}
