import type { EventTopic } from '../../../crds/event-topic.ts';
import { allowDeleteAnnotation } from '../../../crds/names.ts';
import { Reason } from '../../../crds/reasons.ts';
import type { Blocked } from '../../../runtime/kind.ts';
import { refuse } from '../../blocked.ts';

/** Whether the deletion was asked for longer ago than it is carried out without being asked for again. */
export function isOldDeletion({ metadata }: EventTopic, limitMs: number, now: Date): boolean {
  return now.getTime() - Date.parse(metadata.deletionTimestamp ?? '') > limitMs;
}

/**
 * A deletion that was held and then called off comes back when Kubernetes is restored from a backup, and nothing in
 * Kubernetes tells it from one that still waits. Only what was asked for lately is therefore done without a question.
 */
export function confirmOldDeletion(
  { metadata }: EventTopic,
  topic: { name: string; id: string },
  isOld: boolean,
): Blocked | undefined {
  if (!isOld || metadata.annotations?.[allowDeleteAnnotation] === topic.id) return undefined;
  const held = 'it was held until now, or it comes from a restored backup';
  return refuse(Reason.DeletionUnconfirmed, {
    what: `the deletion of topic "${topic.name}" was asked for long ago: ${held}`,
    next: `to delete the topic, annotate this resource ${allowDeleteAnnotation}=${topic.id}`,
  });
}
