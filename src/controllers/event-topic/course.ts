import type { EventTopic } from '../../crds/event-topic.ts';
import { Reason } from '../../crds/reasons.ts';
import type { TopicState } from '../../ports/kafka.ts';
import type { Blocked } from '../../runtime/kind.ts';
import { type ClusterUse, refuseUngranted } from '../cluster-use.ts';
import { describeOwner } from '../ownership.ts';
import { unusableSettings } from '../topic-settings.ts';
import { refuse } from './actions.ts';
import { refuseToAdopt } from './adoption.ts';
import { refuseCollision } from './collisions.ts';
import { ownsTopic, rememberedOf, topicNameOf } from './identity.ts';
import { refuseUnusable } from './live-changes.ts';
import { refuseName } from './naming.ts';
import type { Standing } from './observed.ts';
import { refuseAnotherTopic, refuseCreation, refuseDeletionPolicy } from './policy.ts';
import { refuseRestored } from './restored.ts';

/** What becomes of a topic, whatever differs in it. */
export type Course = {
  /** What is not granted any more, and ends nothing that this resource has: its topic goes on. */
  besides: readonly Blocked[];
} & (
  | { kind: 'blocked'; blocked: readonly Blocked[] }
  /** `replaces`: the id of a topic of ours that is lost, in whose place an empty one comes. */
  | { kind: 'create'; replaces: string | undefined }
  /** `replaces`: the id that the status holds, of a topic in whose place this one is accepted. */
  | { kind: 'adopt'; topic: TopicState; replaces: string | undefined }
  /** Nothing forbids to look at the topic, and it is this resource's own. */
  | { kind: 'manage'; topic: TopicState }
);

export function courseOf(resource: EventTopic, standing: Standing): Course {
  const { use } = standing;
  const forbidden = refuseBeforeLooking(resource, standing);
  if (forbidden) return blockedBy([forbidden]);
  const hasTopic = rememberedOf(resource, use).topicId !== undefined || ownsTopic(resource, standing);
  const policy = refuseDeletionPolicy(resource, use);
  if (hasTopic) return { ...courseOfName(resource, standing), besides: policy ? [policy] : [] };
  const another = refuseAnotherTopic(standing) ?? policy;
  return another ? blockedBy([another]) : courseOfName(resource, standing);
}

function courseOfName(resource: EventTopic, standing: Standing): Course {
  const { topic, use } = standing;
  const { recreatePolicy, recreateLostTopicId, acceptTopicId } = resource.spec;
  const known = rememberedOf(resource, use).topicId;
  if (topic && ownsTopic(resource, standing)) return { kind: 'manage', topic, besides: [] };
  const restored = refuseRestored(resource, standing);
  if (restored) return blockedBy([restored]);
  if (!topic) {
    const mayCreate = !known || recreatePolicy === 'Recreate' || recreateLostTopicId === known;
    const refusals = mayCreate ? refuseToCreate(resource, standing) : [topicLost(resource, known)];
    return refusals.length > 0 ? blockedBy(refusals) : { kind: 'create', replaces: known, besides: [] };
  }
  if (!known) {
    const refusal = refuseToAdopt(resource, standing, topic);
    return refusal ? blockedBy([refusal]) : { kind: 'adopt', topic, replaces: undefined, besides: [] };
  }
  if (acceptTopicId === topic.id) return { kind: 'adopt', topic, replaces: known, besides: [] };
  return blockedBy([topicRecreated(topic, known)]);
}

function blockedBy(blocked: readonly Blocked[]): Course {
  return { kind: 'blocked', blocked, besides: [] };
}

/** What forbids any look at the live topic. */
function refuseBeforeLooking(resource: EventTopic, standing: Standing): Blocked | undefined {
  const name = topicNameOf(resource);
  if (standing.liveClusterId !== standing.use.clusterId) return otherCluster(standing);
  if (name.startsWith('__')) {
    return refuse(
      Reason.NameRefused,
      `topic "${name}": names that begin with "__" belong to the brokers; delete this resource and create one with another name`,
    );
  }
  const ungranted = refuseUngranted(standing.use, 'topics', [name]);
  if (ungranted) return ungranted;
  if (standing.otherOwner) {
    const owner = describeOwner(standing.otherOwner, resource.metadata.namespace ?? '');
    return refuse(Reason.OwnedByOther, `topic "${name}" is owned by ${owner}; delete one of the two resources`);
  }
  return undefined;
}

function otherCluster({ use, liveClusterId }: Standing): Blocked {
  return refuse(
    Reason.ClusterIdChanged,
    `EventCluster "${use.name}" reaches Kafka cluster "${liveClusterId}", expected "${use.clusterId}"; nothing is written until its spec.kafka.clusterId names the new one`,
  );
}

function refuseToCreate(resource: EventTopic, standing: Standing): readonly Blocked[] {
  const { spec } = resource;
  const { use } = standing;
  const refusals = [
    ...refuseName(topicNameOf(resource), standing),
    ...refuseCollision(resource, standing),
    ...refuseCreation(resource, standing),
  ];
  if (refusals.length > 0) return refusals;
  // With a setting less than was wanted the topic could lose records before anybody reads of it.
  const unusable = refuseUnusable(spec);
  if (unusable) return [unusable];
  return unusableSettings(use.cluster.spec.topicDefaults?.config).size > 0 ? [awaitUsableDefaults(use)] : [];
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
