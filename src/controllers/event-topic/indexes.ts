import type { EventTopic } from '../../crds/event-topic.ts';
import { Reason } from '../../crds/reasons.ts';
import { index } from '../../ports/kube.ts';
import { metricNameOf, topicNameOf } from './identity.ts';

export const topicIndex = index('topic', topicNameOf);
export const metricNameIndex = index('metricName', metricNameOf);
export const namespaceIndex = index('namespace', namespaceOf);
/** By namespace, those that there may be no place for. */
export const noPlaceIndex = index('noPlace', (topic: EventTopic) => (mayHaveNoPlace(topic) ? namespaceOf(topic) : []));

export const topicIndexes = [topicIndex, metricNameIndex, namespaceIndex, noPlaceIndex];

function namespaceOf({ metadata }: EventTopic): string {
  return metadata.namespace ?? '';
}

/** A round that has found no place says so a moment later, and must not miss one that becomes free meanwhile. */
function mayHaveNoPlace({ status }: EventTopic): boolean {
  const saysSo = status?.conditions?.find(({ type }) => type === 'Stalled')?.reason === Reason.QuotaExceeded;
  return saysSo || status?.topicId === undefined;
}
