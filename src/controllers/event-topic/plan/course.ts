import type { EventTopic } from '../../../crds/event-topic.ts';
import type { TopicState } from '../../../ports/kafka.ts';
import type { Blocked } from '../../../runtime/kind.ts';
import { ownsTopic, rememberedOf } from '../identity.ts';
import type { Standing } from '../observed.ts';
import { refuseUngrantedDeletion } from './rules/policy.ts';
import { refuseRestored } from './rules/restored.ts';
import {
  allOf,
  delaysCreation,
  firstOf,
  forbidsAdoption,
  forbidsAnother,
  forbidsCreation,
  forbidsLook,
} from './rules/rules.ts';
import { refuseLost, refuseRecreated } from './rules/standing.ts';

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
  const forbidden = firstOf(forbidsLook, resource, standing);
  if (forbidden) return blockedBy([forbidden]);
  const hasTopic = rememberedOf(resource, use).topicId !== undefined || ownsTopic(resource, standing);
  const refusal = hasTopic ? undefined : firstOf(forbidsAnother, resource, standing);
  if (refusal) return blockedBy([refusal]);
  const policy = refuseUngrantedDeletion(resource, standing);
  return { ...courseOfName(resource, standing), besides: policy ? [policy] : [] };
}

function courseOfName(resource: EventTopic, standing: Standing): Course {
  const { topic, use } = standing;
  const known = rememberedOf(resource, use).topicId;
  if (topic && ownsTopic(resource, standing)) return { kind: 'manage', topic, besides: [] };
  const restored = refuseRestored(resource, standing);
  if (restored) return blockedBy([restored]);
  if (!topic) return courseOfAbsent(resource, standing, known);
  if (!known) {
    const refusal = firstOf(forbidsAdoption, resource, { use, topic });
    return refusal ? blockedBy([refusal]) : { kind: 'adopt', topic, replaces: undefined, besides: [] };
  }
  if (resource.spec.acceptTopicId !== topic.id) return blockedBy([refuseRecreated(topic, known)]);
  return { kind: 'adopt', topic, replaces: known, besides: [] };
}

/** `known`: the id of a topic of ours that is lost. */
function courseOfAbsent(resource: EventTopic, standing: Standing, known: string | undefined): Course {
  const { recreatePolicy, recreateLostTopicId } = resource.spec;
  const mayReplace = recreatePolicy === 'Recreate' || recreateLostTopicId === known;
  if (known !== undefined && !mayReplace) return blockedBy([refuseLost(resource, known)]);
  const refusals = allOf(forbidsCreation, resource, standing);
  if (refusals.length > 0) return blockedBy(refusals);
  const delay = firstOf(delaysCreation, resource, standing);
  return delay ? blockedBy([delay]) : { kind: 'create', replaces: known, besides: [] };
}

function blockedBy(blocked: readonly Blocked[]): Course {
  return { kind: 'blocked', blocked, besides: [] };
}
