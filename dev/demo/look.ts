import type { OrderCounts } from '../../examples/marketplace/shared/order-book.ts';
import type { EventConsumer } from '../../src/crds/event-consumer.ts';
import { Reason } from '../../src/crds/reasons.ts';
import type { Observable } from './cluster-reader.ts';
import { conditionOf } from './readiness.ts';

export type Orders = Pick<OrderCounts, 'placed' | 'inFlight' | 'shipped'>;

/** A consumer and its Deployment at one moment. */
export interface ConsumerLook {
  name: string;
  /** What the Deployment asks for, how many of them are ready, what the operator wants, and the most that are useful. */
  replicas: { current: number; ready: number; desired: number; max: number };
  /** As the status has it: rounded down to 0, 1, 2, 5, 10, 30, … and up to 30 s old. `undefined`: unknown. */
  lag: { records: number | undefined; seconds: number | undefined };
  objectiveSeconds: number;
  /** `undefined`: unknown. */
  withinObjective: boolean | undefined;
  /** Why it has the size it has. */
  why: { reason: string; message: string };
  lastDecision: Decision | undefined;
}

export interface Decision {
  /** RFC 3339. */
  time: string;
  from: number;
  to: number;
  message: string;
}

/** All that the demo shows, at one moment on the monotonic clock. */
export interface Look {
  atMs: number;
  consumers: readonly ConsumerLook[];
  /** `undefined`: nobody could tell. */
  orders: Orders | undefined;
}

/** Puts each consumer together with the Deployment that it scales; sorted by name. */
export function lookAtConsumers(
  consumers: readonly EventConsumer[],
  deployments: readonly Observable[],
): readonly ConsumerLook[] {
  const targets = new Map(deployments.map((deployment) => [deployment.metadata.name, deployment]));
  return consumers
    .map((consumer) => lookAtConsumer(consumer, targets.get(consumer.spec.targetRef.name)))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function lookAtConsumer({ metadata, spec, status }: EventConsumer, target: Observable | undefined): ConsumerLook {
  const current = target?.spec?.replicas ?? 0;
  const within = conditionOf(status?.conditions, 'WithinObjective')?.status;
  const { reason = '', message = '' } = conditionOf(status?.conditions, 'ScalingActive') ?? {};
  const lag = status?.lag?.known ? status.lag : undefined;
  return {
    name: metadata.name,
    replicas: {
      current,
      ready: target?.status?.readyReplicas ?? 0,
      desired: status?.replicas?.desired ?? current,
      max: status?.replicas?.max ?? spec.scaling.maxReplicas ?? current,
    },
    lag: { records: lag?.records, seconds: lag?.seconds },
    objectiveSeconds: spec.scaling.maxLagSeconds,
    withinObjective: within === 'True' ? true : within === 'False' ? false : undefined,
    why: { reason, message },
    lastDecision: status?.lastDecision,
  };
}

/** Nothing is on its way, no lag is left, and no consumer has, gets or waits for another size. */
export function isSettled({ consumers, orders }: Look): boolean {
  return orders?.inFlight === 0 && consumers.every(isAtRest);
}

function isAtRest({ replicas, lag, why }: ConsumerLook): boolean {
  const { current, ready, desired } = replicas;
  return current === desired && ready === current && lag.records === 0 && why.reason === Reason.WithinObjective;
}
