import type { EventTopic, EventTopicStatus } from '../../crds/event-topic.ts';
import { Reason } from '../../crds/reasons.ts';
import type { TopicState } from '../../ports/kafka.ts';
import type { Finding, Report } from '../../runtime/kind.ts';
import { refuseUngranted } from '../grants.ts';
import { ownsTopic, rememberedOf, topicNameOf } from './identity.ts';
import type { ObservedTopic, SeenTopic } from './observed.ts';
import type { ConfigPlan, Drift } from './plan/config.ts';
import type { TopicPlan } from './plan/decision.ts';
import { findOverPartitioning, findViolation } from './plan/findings.ts';
import { describeActions } from './plan/planned-changes.ts';
import { reassignmentProgress, withSettledReplicas } from './reassignment/report.ts';

export type TopicFields = Partial<
  Pick<
    EventTopicStatus,
    | 'cluster'
    | 'topicName'
    | 'topicId'
    | 'clusterId'
    | 'ownedBy'
    | 'appliedConfig'
    | 'observed'
    | 'drift'
    | 'plan'
    | 'reassignment'
  >
>;

export function reportTopic(resource: EventTopic, observed: ObservedTopic, plan: TopicPlan): Report<TopicFields> {
  const message = `topic "${topicNameOf(resource)}" is as the spec says`;
  const done = { reason: Reason.InSync, message };
  // Nothing was seen of it, so what was known stays.
  if (observed.kind !== 'seen' || observed.liveClusterId !== observed.use.clusterId) {
    return { done, findings: undefined, fields: {} };
  }
  const { topic } = observed;
  const { config } = plan;
  const drift = (resource.spec.driftPolicy === 'Report' && config?.drift) || [];
  // Such as the policy leaves alone: what it sets back is not done.
  const others = config && config.drift.length > 0 ? ', apart from settings that somebody else changed' : '';
  return {
    done: { ...done, message: `${message}${others}` },
    findings: [
      ...unconfirmed(plan),
      ...(drift.length > 0 ? [drifted(drift)] : []),
      ...(topic && config ? wishes(resource, observed, topic) : []),
    ],
    fields: {
      cluster: observed.use.name,
      topicName: topicNameOf(resource),
      ...identity(resource, observed),
      appliedConfig: appliedConfig(resource, observed, config),
      observed:
        topic && mayKnow(resource, observed) ? describeLive(withSettledReplicas(topic, observed.replicas)) : undefined,
      drift: drift.length > 0 ? [...drift] : undefined,
      plan: plannedChanges(plan),
      reassignment: config && reassignmentProgress(resource.spec.replicationFactor, observed.replicas),
    },
  };
}

/** A condition of its own, because a pause or an outage may take the place of the refusal and must not take the sign. */
function unconfirmed({ terms }: TopicPlan): Finding[] {
  if (terms.unconfirmed === undefined) return [];
  const { reason, message } = terms.unconfirmed;
  return [{ type: Reason.RestoreUnconfirmed, status: 'True', reason, message }];
}

/** What the platform would have otherwise, of a topic that goes on all the same. */
function wishes(resource: EventTopic, observed: SeenTopic, topic: TopicState): Finding[] {
  return [
    ...findViolation(topic.name, observed),
    ...findOverPartitioning(topic, observed.traffic, resource.status?.conditions),
  ];
}

/** What a topic looks like is told to those only who may have it. */
function mayKnow(resource: EventTopic, { use }: SeenTopic): boolean {
  return refuseUngranted(use, 'topics', [topicNameOf(resource)]) === undefined;
}

/** Of a topic that it may not have any more, and that somebody else has by now, a resource remembers nothing. */
function stillRemembered(resource: EventTopic, observed: SeenTopic): ReturnType<typeof rememberedOf> {
  const isTaken = observed.otherOwner?.recorded === true && !mayKnow(resource, observed);
  return isTaken ? {} : rememberedOf(resource, observed.use);
}

/** The id is ours once seen, and stays in the status when the topic is lost: it tells the old one from a new one. */
function identity(resource: EventTopic, observed: SeenTopic): TopicFields {
  const { otherOwner, topic, use } = observed;
  const isOurs = !otherOwner && ownsTopic(resource, observed);
  const topicId = isOurs ? topic?.id : stillRemembered(resource, observed).topicId;
  const ownerIsHere = otherOwner?.namespace === resource.metadata.namespace;
  return {
    topicId,
    clusterId: topicId && use.clusterId,
    ownedBy: ownerIsHere ? otherOwner?.name : undefined,
  };
}

/** As of this look where the topic is managed; otherwise what was applied before. */
function appliedConfig(
  resource: EventTopic,
  observed: SeenTopic,
  config: ConfigPlan | undefined,
): TopicFields['appliedConfig'] {
  const settings = config?.applied ?? stillRemembered(resource, observed).appliedConfig;
  return settings && Object.keys(settings).length > 0 ? { ...settings } : undefined;
}

/** Shown while nothing is carried out. */
function plannedChanges({ terms, decided }: TopicPlan): TopicFields['plan'] {
  if (terms.hold === undefined) return undefined;
  const changes = describeActions(decided.actions);
  return changes.length > 0 ? changes : undefined;
}

function describeLive(topic: TopicState): NonNullable<EventTopicStatus['observed']> {
  const { partitions, replicationFactor, config } = topic;
  return {
    partitions,
    replicationFactor,
    retentionMs: config.get('retention.ms')?.value,
    cleanupPolicy: config.get('cleanup.policy')?.value,
    configOverrides: [...config.values()].filter((entry) => entry.overridden).length,
  };
}

function drifted(drift: readonly Drift[]): Finding {
  const parts = drift.map(({ key, live, wanted }) => `${key} is "${live ?? ''}", wanted "${wanted}"`);
  return {
    type: 'Drifted',
    status: 'True',
    reason: Reason.DriftReported,
    message: `${parts.join('; ')}; change the spec, or set driftPolicy to Enforce to set it back`,
  };
}
