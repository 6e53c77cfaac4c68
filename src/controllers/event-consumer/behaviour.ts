import { keyOf } from '../../base/keys.ts';
import type { EventCluster } from '../../crds/event-cluster.ts';
import type { EventConsumer } from '../../crds/event-consumer.ts';
import { Reason } from '../../crds/reasons.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ResourceCache } from '../../ports/kube.ts';
import type { Metrics } from '../../ports/metrics.ts';
import type { Autoscaler, ScaleWriter } from '../../ports/scale-target.ts';
import type { Behaviour, Blocked } from '../../runtime/kind.ts';
import { type ClusterUse, findCluster, type NamespaceView, questionOf, resolveCluster } from '../cluster-use.ts';
import { type Claimant, claimant, ownerBeside } from '../ownership.ts';
import { groupIdOf, targetKeyOf } from './identity.ts';
import { autoscalerIndex, groupIndex, scaleTargetIndex } from './indexes.ts';
import { createLagMetrics } from './lag-metrics.ts';
import type { LagSource } from './lag-source.ts';
import { ConsumerMemory } from './memory.ts';
import type { Driver, ObservedConsumer } from './observed.ts';
import { type ConsumerPlan, planConsumer, refuseNamed, refuseRead, type ScaleAction } from './plan.ts';
import { type ConsumerFields, reportConsumer } from './report.ts';
import { type Targets, targetOf } from './targets.ts';

export interface ConsumerDependencies {
  consumers: ResourceCache<EventConsumer>;
  clusters: ResourceCache<EventCluster>;
  namespaces: NamespaceView;
  targets: Targets;
  autoscalers: readonly ResourceCache<Autoscaler>[];
  lag: LagSource;
  scaler: ScaleWriter;
  clock: Clock;
  metrics: Metrics;
}

export type EventConsumerBehaviour = Behaviour<
  EventConsumer,
  ObservedConsumer,
  ScaleAction,
  ConsumerFields,
  ConsumerPlan
>;

export function eventConsumerBehaviour(dependencies: ConsumerDependencies): EventConsumerBehaviour {
  const memory = new ConsumerMemory();
  const meters = createLagMetrics(dependencies.metrics);
  return {
    async observe(resource) {
      const observed = observeConsumer(dependencies, memory, resource);
      if (observed.kind === 'seen') meters.showLag(keyOf(resource), observed.snapshot);
      else meters.forget(keyOf(resource));
      return observed;
    },
    plan: planConsumer,
    // Nobody is asked: what was decided, which is pure, becomes known to the metrics here.
    async consult(resource, plan) {
      meters.showSize(keyOf(resource), plan.decision);
      return plan;
    },
    async act({ key, target, decision }, { signal, now }) {
      const { from, to, reason, message } = decision;
      memory.noteAsked(key, decision);
      await dependencies.scaler.scale(target, to, { signal });
      memory.noteScaled(key, target, { time: now.toISOString(), from, to, reason, message });
      const note = `scaled ${target.kind} "${target.metadata.name}" from ${from} to ${to}: ${message}`;
      return { type: 'Normal', reason: Reason.Scaled, message: note };
    },
    report: reportConsumer,
    forget(key) {
      dependencies.lag.forget(key);
      memory.forget(key);
      meters.forget(key);
    },
  };
}

/** Reads memory only, and learns: the poller asks the brokers, for all consumers at once. */
function observeConsumer(
  deps: ConsumerDependencies,
  memory: ConsumerMemory,
  resource: EventConsumer,
): ObservedConsumer {
  const key = keyOf(resource);
  const { spec } = resource;
  const access = accessOf(deps, resource);
  if (access.kind === 'refused') memory.forget(key);
  if (access.kind !== 'use') {
    deps.lag.forget(key);
    return access;
  }
  const { use } = access;
  const subscription = { groupId: groupIdOf(resource), topics: spec.topics, offsetReset: spec.offsetReset };
  const refusal = refuseSeen(deps, resource, use);
  if (refusal) {
    memory.forget(key);
    // The group may stop reading what it must not, so it is watched on.
    deps.lag.watch(key, use, subscription);
    return { kind: 'refused', use, blocked: refusal };
  }
  const holder = holderBeside(deps, resource, use);
  if (holder) {
    deps.lag.forget(key);
    return { kind: 'notMine', use, ...holder };
  }
  const snapshot = deps.lag.watch(key, use, subscription);
  const target = targetOf(deps.targets, resource);
  const nowMs = deps.clock.monotonicMs();
  const learned = target && memory.learn(key, spec.scaling, target, snapshot, nowMs);
  return {
    kind: 'seen',
    use,
    target,
    driver: driverOf(deps, resource),
    snapshot,
    learned,
    lag: memory.lagView(key, snapshot, spec.scaling.maxLagSeconds, nowMs),
    lastDecision: memory.lastDecision(key),
  };
}

type Access = { kind: 'use'; use: ClusterUse } | Extract<ObservedConsumer, { kind: 'noCluster' | 'refused' }>;

/** How a consumer uses its cluster, or why not. Grants come first: they are known before Kafka has ever answered. */
function accessOf({ clusters, namespaces }: ConsumerDependencies, resource: EventConsumer): Access {
  const question = questionOf(resource, namespaces);
  const found = findCluster(question, clusters.list());
  if (found.kind === 'blocked') return { kind: 'noCluster', blocked: found.blocked };
  const refusal = refuseNamed(resource, found.use);
  if (refusal) return { kind: 'refused', use: found.use, blocked: refusal };
  const answer = resolveCluster(question, clusters.list());
  return answer.kind === 'use' ? answer : { kind: 'noCluster', blocked: answer.blocked };
}

function refuseSeen({ lag }: ConsumerDependencies, resource: EventConsumer, use: ClusterUse): Blocked | undefined {
  return refuseRead(resource, use, lag.topicsOf(keyOf(resource)));
}

/**
 * One consumer for each group of a cluster, and one for each target: the first one. One that is refused measures no group
 * and scales nothing, so it holds neither against others.
 */
function holderBeside(deps: ConsumerDependencies, resource: EventConsumer, use: ClusterUse) {
  const heldBy = (rival: EventConsumer): { clusterId?: string } | undefined => {
    const access = accessOf(deps, rival);
    if (access.kind === 'noCluster') return {};
    return access.kind === 'use' && !refuseSeen(deps, rival, access.use) ? access.use : undefined;
  };
  const sameGroup = deps.consumers
    .byIndex(groupIndex, groupIdOf(resource))
    .filter((rival) => heldBy(rival)?.clusterId === use.clusterId);
  const sameTarget = deps.consumers
    .byIndex(scaleTargetIndex, targetKeyOf(resource))
    .filter((rival) => heldBy(rival) !== undefined);
  const byGroup = ownerBeside(resource, claimantsIn(sameGroup));
  if (byGroup) return { owner: byGroup, what: 'group' } as const;
  const byTarget = ownerBeside(resource, claimantsIn(sameTarget));
  return byTarget && ({ owner: byTarget, what: 'target' } as const);
}

function claimantsIn(rivals: readonly EventConsumer[]): readonly Claimant[] {
  return (
    rivals
      .filter(({ metadata }) => !metadata.deletionTimestamp)
      // Whoever scales already goes on: two of the same second would otherwise change places.
      .map((rival) => claimant(rival, rival.status?.replicas !== undefined))
  );
}

function driverOf({ autoscalers }: ConsumerDependencies, resource: EventConsumer): Driver | undefined {
  const drivers = autoscalers.flatMap((cache) => cache.byIndex(autoscalerIndex, targetKeyOf(resource)));
  const [first] = drivers.map(({ kind, metadata }) => ({ kind, name: metadata.name })).sort(byName);
  return first;
}

function byName(a: Driver, b: Driver): number {
  return `${a.kind}/${a.name}` < `${b.kind}/${b.name}` ? -1 : 1;
}
