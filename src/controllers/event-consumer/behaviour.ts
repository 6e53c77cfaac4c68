import type { EventCluster } from '../../crds/event-cluster.ts';
import type { EventConsumer } from '../../crds/event-consumer.ts';
import { Reason } from '../../crds/reasons.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ResourceCache } from '../../ports/kube.ts';
import type { Metrics } from '../../ports/metrics.ts';
import type { Autoscaler, Deployment, ScaleWriter } from '../../ports/scale-target.ts';
import type { Blocked } from '../../runtime/kind.ts';
import { type Behaviour, inSync } from '../../runtime/kind.ts';
import { type ClusterUse, type NamespaceView, questionOf, refuseUngranted, resolveCluster } from '../cluster-use.ts';
import { type Claimant, claimant, ownerOf } from '../ownership.ts';
import { autoscalerIndex, groupIndex, scaleTargetIndex } from './indexes.ts';
import { createLagMetrics } from './lag-metrics.ts';
import type { LagSource } from './lag-source.ts';
import { ConsumerMemory } from './memory.ts';
import type { Driver, ObservedConsumer } from './observed.ts';
import { groupIdOf, keyOf, planConsumer, type ScaleAction, targetKeyOf } from './plan.ts';
import { type ConsumerFields, reportConsumer } from './report.ts';

export interface ConsumerDependencies {
  consumers: ResourceCache<EventConsumer>;
  clusters: ResourceCache<EventCluster>;
  namespaces: NamespaceView;
  deployments: ResourceCache<Deployment>;
  autoscalers: readonly ResourceCache<Autoscaler>[];
  lag: LagSource;
  scaler: ScaleWriter;
  clock: Clock;
  metrics: Metrics;
}

export type EventConsumerBehaviour = Behaviour<EventConsumer, ObservedConsumer, ScaleAction, ConsumerFields>;

export function eventConsumerBehaviour(dependencies: ConsumerDependencies): EventConsumerBehaviour {
  const memory = new ConsumerMemory();
  const meters = createLagMetrics(dependencies.metrics);
  return {
    needsFinalizer: () => false,
    async observe(resource) {
      const observed = observeConsumer(dependencies, memory, resource);
      if (observed.kind === 'seen') meters.show(keyOf(resource), observed.snapshot, observed.decision);
      else meters.forget(keyOf(resource));
      return observed;
    },
    plan: planConsumer,
    planRemoval: () => inSync,
    async act({ key, target, decision }, { signal, now }) {
      const { from, to, reason, message } = decision;
      await dependencies.scaler.scale(target, to, { signal });
      memory.noteScaled(key, target, { time: now.toISOString(), from, to, reason, message });
      const note = `scaled Deployment "${target.metadata.name}" from ${from} to ${to}: ${message}`;
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

/** Reads memory only: the poller asks the brokers, for all consumers at once. */
function observeConsumer(
  deps: ConsumerDependencies,
  memory: ConsumerMemory,
  resource: EventConsumer,
): ObservedConsumer {
  const key = keyOf(resource);
  const { spec } = resource;
  const use = grantedUse(deps, resource);
  if ('reason' in use) {
    deps.lag.forget(key);
    return { kind: 'noCluster', blocked: use };
  }
  const rival = otherOwner(deps, resource, use);
  if (rival) {
    deps.lag.forget(key);
    return { kind: 'notMine', use, ...rival };
  }
  const { offsetReset } = spec;
  const snapshot = deps.lag.watch(key, use, { groupId: groupIdOf(resource), topics: spec.topics, offsetReset });
  const target = deps.deployments.get(targetKeyOf(resource));
  const nowMs = deps.clock.monotonicMs();
  const decision = target && memory.decide(key, spec.scaling, target, snapshot, nowMs);
  return {
    kind: 'seen',
    use,
    target,
    driver: driverOf(deps, resource),
    snapshot,
    decision,
    lag: memory.lagView(key, snapshot, spec.scaling.maxLagSeconds, nowMs),
    lastDecision: memory.lastDecision(key),
  };
}

/** One consumer for each group of a cluster, and one for each target: the first one. */
function otherOwner(deps: ConsumerDependencies, resource: EventConsumer, use: ClusterUse) {
  const sameGroup = deps.consumers.byIndex(groupIndex, groupIdOf(resource)).filter((other) => {
    const others = grantedUse(deps, other);
    return 'clusterId' in others && others.clusterId === use.clusterId;
  });
  const sameTarget = deps.consumers.byIndex(scaleTargetIndex, targetKeyOf(resource));
  const byGroup = ownerBeside(resource, sameGroup);
  if (byGroup) return { owner: byGroup, what: 'group' } as const;
  const byTarget = ownerBeside(resource, sameTarget);
  return byTarget && ({ owner: byTarget, what: 'target' } as const);
}

function ownerBeside(resource: EventConsumer, rivals: readonly EventConsumer[]): Claimant | undefined {
  const claimants = rivals
    .filter(({ metadata }) => !metadata.deletionTimestamp)
    // Whoever scales already goes on: two of the same second would otherwise change places.
    .map((rival) => claimant(rival, rival.status?.replicas !== undefined));
  const owner = ownerOf(claimants);
  return owner?.uid === resource.metadata.uid ? undefined : owner;
}

/** The cluster of a consumer that may read there. Without a grant nobody measures a group, nor holds it against others. */
function grantedUse({ clusters, namespaces }: ConsumerDependencies, resource: EventConsumer): ClusterUse | Blocked {
  const answer = resolveCluster(questionOf(resource, namespaces), clusters.list());
  if (answer.kind === 'blocked') return answer.blocked;
  return (
    refuseUngranted(answer.use, 'groups', [groupIdOf(resource)]) ??
    refuseUngranted(answer.use, 'topics', resource.spec.topics) ??
    answer.use
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
