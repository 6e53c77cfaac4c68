import type { EventTopic } from '../../crds/event-topic.ts';
import { Reason } from '../../crds/reasons.ts';
import { index } from '../../ports/kube.ts';
import { metricNameOf, topicNameOf } from './identity.ts';

export const topicIndex = index('topic', topicNameOf);
export const metricNameIndex = index('metricName', metricNameOf);
export const namespaceIndex = index('namespace', namespaceOf);
/** By namespace, those that there is no place for. */
export const noPlaceIndex = index('noPlace', (topic: EventTopic) => (hasNoPlace(topic) ? namespaceOf(topic) : []));

export const topicIndexes = [topicIndex, metricNameIndex, namespaceIndex, noPlaceIndex];

function namespaceOf({ metadata }: EventTopic): string {
  return metadata.namespace ?? '';
}

function hasNoPlace({ status }: EventTopic): boolean {
  return status?.conditions?.find(({ type }) => type === 'Stalled')?.reason === Reason.QuotaExceeded;
}
