import type { EventTopic } from '../../crds/event-topic.ts';
import { Reason } from '../../crds/reasons.ts';
import type { NewTopic, TopicState } from '../../ports/kafka.ts';
import type { Blocked } from '../../runtime/kind.ts';
import { type ClusterUse, holdWhenReadOnly, refuseUngranted } from '../cluster-use.ts';
import { describeOwner } from '../ownership.ts';
import { settingsOf, unusableSettings } from '../topic-settings.ts';
import { blockedBy, refuse, type TopicPlan } from './actions.ts';
import { planAdoption, takeOver } from './adoption.ts';
import { refuseCollision } from './collisions.ts';
import { ownClaim, ownsTopic, rememberedOf, topicNameOf } from './identity.ts';
import { planChanges, refuseUnusable } from './live-changes.ts';
import { refuseName } from './naming.ts';
import type { ObservedTopic, SeenTopic } from './observed.ts';
import { refuseAnotherTopic, refuseCreation, refuseDeletionPolicy } from './policy.ts';
import { refuseRestored } from './restored.ts';

/** A request that creates a topic has been answered, or has come to nothing, long before. */
const claimOutlivedMs = 600_000;

export function planTopic(resource: EventTopic, observed: ObservedTopic, now: Date): TopicPlan {
  const plan = planPermitted(resource, observed);
  if (observed.kind !== 'seen' || plan.actions.length > 0 || !isOutlived(resource, observed, now)) return plan;
  const { use } = observed;
  return { ...plan, actions: [{ kind: 'disclaim', use, name: topicNameOf(resource) }] };
}

/** A claim on a creation that was never made, and is not made now, would make ours what somebody else creates later. */
function isOutlived(resource: EventTopic, observed: SeenTopic, now: Date): boolean {
  const claim = ownClaim(resource, observed);
  if (observed.topic !== undefined || claim?.creates !== true) return false;
  return now.getTime() - Date.parse(claim.at) > claimOutlivedMs;
}

/** What is to be done and may be done now. */
export function planPermitted(resource: EventTopic, observed: ObservedTopic): TopicPlan {
  const plan = decideTopic(resource, observed);
  if (plan.actions.length === 0 || observed.kind !== 'seen') return plan;
  // What is under way in Kafka is seen through in any mode.
  if (plan.actions.every(({ kind }) => kind === 'endReassignment')) return plan;
  if (resource.spec.mode === 'Plan') return blockedBy([planOnly(), ...plan.blocked]);
  if (observed.use.readOnly) return blockedBy([...plan.blocked, holdWhenReadOnly(observed.use)]);
  return plan;
}

/** What is to be done, whether or not it may be done now. */
export function decideTopic(resource: EventTopic, observed: ObservedTopic): TopicPlan {
  switch (observed.kind) {
    case 'noCluster':
      return blockedBy([observed.blocked]);
    case 'seen': {
      const refusal = refuseBeforeLooking(resource, observed);
      return refusal ? blockedBy([refusal]) : planGranted(resource, observed);
    }
  }
}

/** What is not granted any more ends nothing that this resource has: its topic goes on, and is never deleted with it. */
function planGranted(resource: EventTopic, observed: SeenTopic): TopicPlan {
  const { use } = observed;
  const hasTopic = rememberedOf(resource, use).topicId !== undefined || ownsTopic(resource, observed);
  const another = hasTopic ? undefined : refuseAnotherTopic(observed);
  if (another) return blockedBy([another]);
  const policy = refuseDeletionPolicy(resource, use);
  if (!policy) return planLiveTopic(resource, observed);
  if (!hasTopic) return blockedBy([policy]);
  const { actions, blocked } = planLiveTopic(resource, observed);
  return { actions, blocked: [...blocked, policy] };
}

function planLiveTopic(resource: EventTopic, observed: SeenTopic): TopicPlan {
  const { topic, use } = observed;
  const { spec } = resource;
  const known = rememberedOf(resource, use).topicId;
  const owned = ownsTopic(resource, observed);
  const restored = owned ? undefined : refuseRestored(resource, observed);
  if (restored) return blockedBy([restored]);
  if (!topic) {
    const mayCreate = !known || spec.recreatePolicy === 'Recreate' || spec.recreateLostTopicId === known;
    return mayCreate ? planCreation(resource, observed, known) : blockedBy([topicLost(resource, known)]);
  }
  if (owned) return planChanges(resource, observed, topic);
  if (!known) return planAdoption(resource, observed, topic);
  if (spec.acceptTopicId === topic.id) return takeOver(resource, observed, topic, known);
  return blockedBy([topicRecreated(topic, known)]);
}

/** Whether the live topic is managed now: nothing forbids to look at it, and it is this resource's own. */
export function managesTopic(resource: EventTopic, observed: SeenTopic): boolean {
  return refuseBeforeLooking(resource, observed) === undefined && ownsTopic(resource, observed);
}

/** What forbids any look at the live topic. */
function refuseBeforeLooking(resource: EventTopic, observed: SeenTopic): Blocked | undefined {
  const name = topicNameOf(resource);
  if (observed.liveClusterId !== observed.use.clusterId) return otherCluster(observed);
  if (name.startsWith('__')) {
    return refuse(
      Reason.NameRefused,
      `topic "${name}": names that begin with "__" belong to the brokers; delete this resource and create one with another name`,
    );
  }
  const ungranted = refuseUngranted(observed.use, 'topics', [name]);
  if (ungranted) return ungranted;
  if (observed.otherOwner) {
    const owner = describeOwner(observed.otherOwner, resource.metadata.namespace ?? '');
    return refuse(Reason.OwnedByOther, `topic "${name}" is owned by ${owner}; delete one of the two resources`);
  }
  return undefined;
}

function otherCluster({ use, liveClusterId }: SeenTopic): Blocked {
  return refuse(
    Reason.ClusterIdChanged,
    `EventCluster "${use.name}" reaches Kafka cluster "${liveClusterId}", expected "${use.clusterId}"; nothing is written until its spec.kafka.clusterId names the new one`,
  );
}

/** `replaces`: the id of a topic of ours that is lost, in whose place an empty one comes. */
function planCreation(resource: EventTopic, observed: SeenTopic, replaces: string | undefined): TopicPlan {
  const { spec, metadata } = resource;
  const { use, objections } = observed;
  const refusals = [
    ...refuseName(topicNameOf(resource), observed),
    ...refuseCollision(resource, observed),
    ...refuseCreation(resource, observed),
  ];
  if (refusals.length > 0) return blockedBy(refusals);
  if (objections.creation) return blockedBy([refuse(objections.creation.reason, objections.creation.message)]);
  const unusable = refuseUnusable(spec);
  // With a setting less than was wanted the topic could lose records before anybody reads of it.
  if (unusable.length > 0) return blockedBy(unusable);
  const defaults = use.cluster.spec.topicDefaults;
  if (unusableSettings(defaults?.config).size > 0) return blockedBy([awaitUsableDefaults(use)]);
  const partitions = spec.partitions ?? defaults?.partitions;
  const replicationFactor = spec.replicationFactor ?? defaults?.replicationFactor;
  const topic: NewTopic = {
    name: topicNameOf(resource),
    ...(partitions !== undefined && { partitions }),
    ...(replicationFactor !== undefined && { replicationFactor }),
    config: new Map(Object.entries({ ...settingsOf(defaults?.config), ...settingsOf(spec.config) })),
  };
  return {
    actions: [{ kind: 'create', use, uid: metadata.uid, topic, replaces, frees: observed.claim?.uid }],
    blocked: [],
  };
}

function awaitUsableDefaults({ name }: ClusterUse): Blocked {
  return {
    kind: 'wait',
    reason: Reason.ClusterNotReady,
    message: `EventCluster "${name}" has topicDefaults that cannot be used; see its status`,
    lookAgainMs: 60_000,
  };
}

function topicLost(resource: EventTopic, id: string): Blocked {
  return refuse(
    Reason.TopicDeletedOutOfBand,
    `topic "${topicNameOf(resource)}" with id ${id} was deleted by somebody else; to get a new, empty one, set spec.recreateLostTopicId to ${id}`,
  );
}

function topicRecreated(topic: TopicState, known: string): Blocked {
  return refuse(
    Reason.TopicRecreated,
    `topic "${topic.name}" has id ${topic.id}, expected ${known}: somebody deleted it and created another; nothing is written to it; to manage the new one, set spec.acceptTopicId to ${topic.id}`,
  );
}

function planOnly(): Blocked {
  return refuse(
    Reason.PlanOnly,
    'there is something to do, listed in status.plan, and nothing is done; set spec.mode to Apply to do it',
  );
}
