import type { EventTopic } from '../../../../crds/event-topic.ts';
import { confirmRestoredAnnotation, finalizer } from '../../../../crds/names.ts';
import { Reason } from '../../../../crds/reasons.ts';
import type { TopicState } from '../../../../ports/kafka.ts';
import type { Blocked } from '../../../../runtime/kind.ts';
import { guardedUidAnnotation } from '../../../../runtime/writer.ts';
import { refuse } from '../../../blocked.ts';
import { ownClaim, type TopicSight, topicNameOf } from '../../identity.ts';

/** Velero puts these on whatever it restores. */
const restoreLabels = ['velero.io/restore-name', 'velero.io/backup-name'];

/**
 * A resource that a backup tool or `kubectl create` made from a copy has lost its status, and with it the id of its
 * topic: it may have deleted that topic since, or left the name to somebody else. It does nothing until a person has
 * said what it stands for, and from then on goes by the rules for new resources.
 */
export function refuseRestored(resource: EventTopic, sight: TopicSight): Blocked | undefined {
  const { topic } = sight;
  if (resource.status?.topicId !== undefined || ownClaim(resource, sight) !== undefined) return undefined;
  if (!isCopy(resource) || isConfirmed(resource, topic)) return undefined;
  const copy = 'this resource is a copy of an earlier one, and its status did not come with it';
  return refuse(Reason.RestoreUnconfirmed, {
    what: `${copy}, so that nobody can tell what became of its topic since; nothing is created, adopted or changed`,
    next: nextStep(resource, topic),
  });
}

/** What the operator wrote together with its finalizer speaks of another object. */
function isCopy({ metadata, status }: EventTopic): boolean {
  const { uid, annotations, finalizers, labels } = metadata;
  if (restoreLabels.some((label) => labels?.[label] !== undefined)) return true;
  // Whoever applies another manifest over it may take the signs away, and has confirmed nothing.
  if (status?.conditions?.some(({ reason }) => reason === Reason.RestoreUnconfirmed)) return true;
  const guarded = annotations?.[guardedUidAnnotation];
  // Versions before wrote the finalizer alone.
  return guarded === undefined ? finalizers?.includes(finalizer) === true : guarded !== uid;
}

/** By the id of the one topic, or of this very object: neither agrees to what a later restore brings. */
function isConfirmed({ metadata, spec }: EventTopic, topic: TopicState | undefined): boolean {
  if (metadata.annotations?.[confirmRestoredAnnotation] === metadata.uid) return true;
  return topic !== undefined && spec.acceptTopicId === topic.id;
}

function nextStep(resource: EventTopic, topic: TopicState | undefined): string {
  if (topic !== undefined) {
    const live = `topic "${topic.name}" is live with id ${topic.id}`;
    return `${live}: to have it adopted as adoptionPolicy says, set spec.acceptTopicId to ${topic.id}`;
  }
  const { uid } = resource.metadata;
  const annotation = `${confirmRestoredAnnotation}=${uid}, which is its own metadata.uid`;
  return `topic "${topicNameOf(resource)}" is not there: to create a new, empty one, annotate this resource ${annotation}`;
}
