import { assertNever } from '../../../base/assert-never.ts';
import type { EventTopic } from '../../../crds/event-topic.ts';
import { Reason } from '../../../crds/reasons.ts';
import type { NewTopic } from '../../../ports/kafka.ts';
import type { Blocked } from '../../../runtime/kind.ts';
import { refuse } from '../../blocked.ts';
import { type ClusterUse, holdWhenReadOnly } from '../../cluster-use.ts';
import { settingsOf } from '../../topic-settings.ts';
import type { ActionOf } from '../actions.ts';
import { ownClaim, ownsTopic, topicNameOf } from '../identity.ts';
import type { ObservedTopic, SeenTopic } from '../observed.ts';
import { courseOf } from './course.ts';
import { type Decision, type Terms, type TopicPlan, topicPlan } from './decision.ts';
import { planChanges } from './live-changes.ts';
import { refuseRestored } from './rules/restored.ts';

/** A request that creates a topic has been answered, or has come to nothing, long before. */
const claimOutlivedMs = 600_000;

/** What is to be done about a topic, before the brokers were asked what they would refuse of it. */
export function planTopic(resource: EventTopic, observed: ObservedTopic, now: Date): TopicPlan {
  switch (observed.kind) {
    case 'noCluster': {
      const decision: Decision = { kind: 'blocked', blocked: [observed.blocked], besides: [] };
      return topicPlan(decision, { hold: undefined, disclaim: undefined, unconfirmed: undefined });
    }
    case 'seen':
      return topicPlan(decide(resource, observed), termsOf(resource, observed, now));
    default:
      return assertNever(observed);
  }
}

function decide(resource: EventTopic, observed: SeenTopic): Decision {
  const course = courseOf(resource, observed);
  const { besides } = course;
  switch (course.kind) {
    case 'blocked':
      return course;
    case 'create':
      return { kind: 'create', creation: creationOf(resource, observed, course.replaces), besides };
    case 'adopt': {
      const { topic, replaces } = course;
      const { use, claim } = observed;
      const { name, id } = topic;
      const { uid } = resource.metadata;
      const adoption: ActionOf<'adopt'> = { kind: 'adopt', use, uid, name, id, replaces, supersedes: claim?.uid };
      return { kind: 'change', adoption, changes: planChanges(resource, observed, topic), besides };
    }
    case 'manage':
      return {
        kind: 'change',
        adoption: undefined,
        changes: planChanges(resource, observed, course.topic),
        besides,
      };
    default:
      return assertNever(course);
  }
}

function creationOf(resource: EventTopic, { use, claim }: SeenTopic, replaces: string | undefined): ActionOf<'create'> {
  const { spec, metadata } = resource;
  const defaults = use.cluster.spec.topicDefaults;
  const partitions = spec.partitions ?? defaults?.partitions;
  const replicationFactor = spec.replicationFactor ?? defaults?.replicationFactor;
  const topic: NewTopic = {
    name: topicNameOf(resource),
    ...(partitions !== undefined && { partitions }),
    ...(replicationFactor !== undefined && { replicationFactor }),
    config: new Map(Object.entries({ ...settingsOf(defaults?.config), ...settingsOf(spec.config) })),
  };
  return { kind: 'create', use, uid: metadata.uid, topic, replaces, supersedes: claim?.uid };
}

function termsOf(resource: EventTopic, observed: SeenTopic, now: Date): Terms {
  const { use } = observed;
  return {
    hold: holdOf(resource, use),
    disclaim: isOutlived(resource, observed, now) ? { kind: 'disclaim', use, name: topicNameOf(resource) } : undefined,
    unconfirmed: ownsTopic(resource, observed) ? undefined : refuseRestored(resource, observed),
  };
}

/** What holds all changes back; `undefined`: they are made. */
export function holdOf({ spec }: EventTopic, use: ClusterUse): Blocked | undefined {
  if (spec.mode === 'Plan') return planOnly();
  return use.readOnly ? holdWhenReadOnly(use) : undefined;
}

function planOnly(): Blocked {
  return refuse(Reason.PlanOnly, {
    what: 'there is something to do, listed in status.plan, and nothing is done',
    next: 'set spec.mode to Apply to do it',
  });
}

/** A claim on a creation that was never made, and is not made now, would make ours what somebody else creates later. */
function isOutlived(resource: EventTopic, observed: SeenTopic, now: Date): boolean {
  const claim = ownClaim(resource, observed);
  if (observed.topic !== undefined || claim?.creates !== true) return false;
  return now.getTime() - Date.parse(claim.at) > claimOutlivedMs;
}
