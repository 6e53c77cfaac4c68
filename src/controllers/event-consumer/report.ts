import type { EventConsumer, EventConsumerStatus } from '../../crds/event-consumer.ts';
import { Reason } from '../../crds/reasons.ts';
import type { GroupSnapshot } from '../../lag/snapshot.ts';
import type { Finding, Report } from '../../runtime/kind.ts';
import type { Decision } from '../../scaling/decide.ts';
import { groupIdOf, targetNameOf } from './identity.ts';
import type { LagView, ObservedConsumer, SeenConsumer } from './observed.ts';
import type { ConsumerPlan } from './plan.ts';

export type ConsumerFields = Partial<
  Omit<EventConsumerStatus, 'observedGeneration' | 'lastHandledReconcileAt' | 'conditions'>
>;

export function reportConsumer(
  resource: EventConsumer,
  observed: ObservedConsumer,
  plan: ConsumerPlan,
): Report<ConsumerFields> {
  const done = { reason: Reason.InSync, message: watchedMessage(resource, observed) };
  switch (observed.kind) {
    case 'noCluster':
      // Nothing was seen, so what was known stays; but a lag that nobody measures any more says nothing.
      return { done, findings: [], fields: { lag: undefined, partitions: undefined } };
    case 'refused':
      return {
        done,
        findings: [],
        fields: { ...nothingSeen, groupId: groupIdOf(resource), cluster: observed.use.name },
      };
    case 'notMine':
      return { done, findings: [], fields: notMine(resource, observed) };
    case 'seen':
      return { done, findings: findingsOf(resource, observed, plan), fields: fieldsOf(resource, observed, plan) };
  }
}

function watchedMessage(resource: EventConsumer, observed: ObservedConsumer): string {
  const message = `${targetNameOf(resource)} and group "${groupIdOf(resource)}" are watched`;
  const unread = observed.kind === 'seen' ? (observed.snapshot?.unreadTopics ?? []) : [];
  if (unread.length === 0) return message;
  const names = unread.map((topic) => `"${topic}"`).join(', ');
  return `${message}; no member of it reads ${names} of spec.topics, so what waits there does not count`;
}

/** What was seen before may be told no more either. */
const nothingSeen: ConsumerFields = {
  ownedBy: undefined,
  topics: undefined,
  unreadTopics: undefined,
  replicas: undefined,
  lag: undefined,
  partitions: undefined,
  lastDecision: undefined,
};

function notMine(
  resource: EventConsumer,
  { use, owner }: Extract<ObservedConsumer, { kind: 'notMine' }>,
): ConsumerFields {
  const ownerIsHere = owner.namespace === resource.metadata.namespace;
  return {
    cluster: use.name,
    groupId: groupIdOf(resource),
    ownedBy: ownerIsHere ? owner.name : undefined,
    topics: undefined,
    unreadTopics: undefined,
    replicas: undefined,
    lag: undefined,
    partitions: undefined,
  };
}

function fieldsOf(resource: EventConsumer, observed: SeenConsumer, { decision }: ConsumerPlan): ConsumerFields {
  const { use, snapshot, lag, lastDecision } = observed;
  return {
    cluster: use.name,
    groupId: groupIdOf(resource),
    ownedBy: undefined,
    ...(snapshot && { topics: [...snapshot.topics], unreadTopics: unreadIn(snapshot) }),
    // Nothing is measured for a target that does not exist.
    lag: lag?.fields.lag,
    partitions: lag?.fields.partitions,
    replicas: decision && replicasOf(resource, decision),
    // The last change before a restart of ours is still the last one.
    ...(lastDecision && { lastDecision }),
  };
}

function unreadIn({ unreadTopics }: GroupSnapshot): string[] | undefined {
  return unreadTopics.length > 0 ? [...unreadTopics] : undefined;
}

function replicasOf({ spec, status }: EventConsumer, decision: Decision): NonNullable<EventConsumerStatus['replicas']> {
  const { from: current, to: desired, assessment } = decision;
  const max = assessment?.sizes.at(-1) ?? spec.scaling.maxReplicas ?? status?.replicas?.max ?? current;
  return { current, desired, max, summary: `${current}/${desired}/${max}` };
}

function findingsOf(resource: EventConsumer, { lag }: SeenConsumer, { decision, blocked }: ConsumerPlan): Finding[] {
  if (!decision || blocked.length > 0) return [];
  const unmet = decision.assessment?.unmet;
  return [
    scalingActive(resource, decision),
    withinObjective(resource, lag),
    ...(unmet ? [scalingLimited(resource, unmet)] : []),
  ];
}

const notMeasured: readonly string[] = [Reason.LagUnknown, Reason.Learning];

function scalingActive({ spec }: EventConsumer, { reason, message }: Decision): Finding {
  const active = spec.scaling.mode === 'Auto' && spec.scaling.fixedReplicas === undefined;
  const status = !active ? 'False' : notMeasured.includes(reason) ? 'Unknown' : 'True';
  return { type: 'ScalingActive', status, reason, message };
}

function withinObjective({ spec }: EventConsumer, lag: LagView | undefined): Finding {
  const type = 'WithinObjective';
  const objective = `the objective of ${spec.scaling.maxLagSeconds} s`;
  const say = (what: string) => [what, ...(lag?.remarks ?? [])].join('; ');
  switch (lag?.objective) {
    case 'within':
      return { type, status: 'True', reason: Reason.WithinObjective, message: say(`lag is within ${objective}`) };
    case 'over':
      return { type, status: 'False', reason: Reason.LagOverObjective, message: say(`lag is over ${objective}`) };
    case 'unknown':
    case undefined: {
      const message = lag?.problem ?? say('the age of the oldest waiting record is not known yet');
      return { type, status: 'Unknown', reason: Reason.LagUnknown, message };
    }
  }
}

function scalingLimited({ spec }: EventConsumer, reason: 'AtMaxReplicas' | 'AtPartitionLimit'): Finding {
  const message =
    reason === 'AtMaxReplicas'
      ? `more than scaling.maxReplicas of ${spec.scaling.maxReplicas} would be needed; raise it, or the objective`
      : 'more replicas than partitions would be needed; give the topics more partitions, or raise the objective';
  return { type: 'ScalingLimited', status: 'True', reason, message };
}
