import type { EventTopic, EventTopicStatus } from '../../crds/event-topic.ts';
import { Reason } from '../../crds/reasons.ts';
import type { TopicState } from '../../ports/kafka.ts';
import type { Finding, Report } from '../../runtime/kind.ts';
import { refuseUngranted } from '../cluster-use.ts';
import { type Drift, settingsOf } from './config.ts';
import type { ObservedTopic, SeenTopic } from './observed.ts';
import { configPlanOf, rememberedOf, type TopicPlan, topicNameOf } from './plan.ts';

export type TopicFields = Partial<
  Pick<
    EventTopicStatus,
    'cluster' | 'topicName' | 'topicId' | 'clusterId' | 'ownedBy' | 'appliedConfig' | 'observed' | 'drift'
  >
>;

export function reportTopic(resource: EventTopic, observed: ObservedTopic, plan: TopicPlan): Report<TopicFields> {
  const done = { reason: Reason.InSync, message: `topic "${topicNameOf(resource)}" is as the spec says` };
  // Nothing was seen, so what was known stays.
  if (observed.kind !== 'seen') return { done, findings: [], fields: {} };
  const drift =
    isOurs(resource, observed) && observed.topic ? configPlanOf(resource, observed.use, observed.topic).drift : [];
  const reported = resource.spec.driftPolicy === 'Report' ? drift : [];
  return {
    done,
    findings: reported.length > 0 ? [drifted(reported)] : [],
    fields: {
      cluster: observed.use.name,
      topicName: topicNameOf(resource),
      ...identity(resource, observed),
      appliedConfig: appliedConfig(resource, observed, plan),
      observed: mayKnow(resource, observed) && observed.topic ? describeLive(observed.topic) : undefined,
      drift: reported.length > 0 ? [...reported] : undefined,
    },
  };
}

/** What a topic looks like is told to those only who may have it. */
function mayKnow(resource: EventTopic, { use }: SeenTopic): boolean {
  return refuseUngranted(use, 'topics', [topicNameOf(resource)]) === undefined;
}

/** Whether the live topic is the one that this resource manages. */
function isOurs(resource: EventTopic, { topic, otherOwner, claimedBy, liveClusterId, use }: SeenTopic): boolean {
  if (!topic || otherOwner || liveClusterId !== use.clusterId) return false;
  const known = rememberedOf(resource, use).topicId;
  return known ? known === topic.id : claimedBy === resource.metadata.uid;
}

/** The id is ours once seen, and stays in the status when the topic is lost: it tells the old one from a new one. */
function identity(resource: EventTopic, observed: SeenTopic): TopicFields {
  const { otherOwner, topic, use } = observed;
  const topicId = isOurs(resource, observed) ? topic?.id : rememberedOf(resource, use).topicId;
  const ownerIsHere = otherOwner?.namespace === resource.metadata.namespace;
  return {
    topicId,
    clusterId: topicId && use.clusterId,
    ownedBy: ownerIsHere ? otherOwner?.name : undefined,
  };
}

/** The wanted settings count as applied once nothing of them is left to do; until then what was applied before. */
function appliedConfig(resource: EventTopic, { use }: SeenTopic, plan: TopicPlan): TopicFields['appliedConfig'] {
  const pending = plan.actions.length > 0 || plan.blocked.some((entry) => keepsConfigBack(entry.reason));
  const settings = pending ? rememberedOf(resource, use).appliedConfig : settingsOf(resource.spec.config);
  return settings && Object.keys(settings).length > 0 ? { ...settings } : undefined;
}

/** Refusals of one part leave the settings to be applied; all others stop before them. */
function keepsConfigBack(reason: string): boolean {
  const partial: readonly string[] = [
    Reason.PartitionDecreaseRefused,
    Reason.KeyMoveNotAcknowledged,
    Reason.ReassignmentNotAllowed,
  ];
  return !partial.includes(reason);
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
    message: `${parts.join('; ')}; change the spec, or set driftPolicy to Enforce to set it back`.slice(0, 2048),
  };
}
