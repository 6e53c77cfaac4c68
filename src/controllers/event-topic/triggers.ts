import { namespaceOf } from '../../base/keys.ts';
import type { EventCluster } from '../../crds/event-cluster.ts';
import type { EventConsumer } from '../../crds/event-consumer.ts';
import type { EventTopic } from '../../crds/event-topic.ts';
import { finalizer } from '../../crds/names.ts';
import type { KubeObject, ResourceCache } from '../../ports/kube.ts';
import { type Trigger, watch } from '../../runtime/trigger.ts';
import { inNamespace, keysOf, onClusterChange, onLabels } from '../triggers.ts';
import { metricNameOf } from './identity.ts';
import { metricNameIndex, namespaceIndex, noPlaceIndex, topicIndex } from './indexes.ts';

export interface TopicTriggerSources {
  topics: ResourceCache<EventTopic>;
  clusters: ResourceCache<EventCluster>;
  consumers: ResourceCache<EventConsumer>;
  namespaces: ResourceCache<KubeObject>;
}

/** What wakes EventTopics, besides themselves. */
export function eventTopicTriggers(sources: TopicTriggerSources): readonly Trigger[] {
  const { topics, clusters, consumers, namespaces } = sources;
  return [
    onClusterChange(clusters, topics),
    onLabels(namespaces, (namespace) => topics.byIndex(namespaceIndex, namespace)),
    // A removal asks who uses the topic and whether the namespace goes.
    watch(consumers, ({ before, after }) =>
      before && !after ? before.spec.topics.flatMap((name) => keysOf(leaving(topics.byIndex(topicIndex, name)))) : [],
    ),
    watch(namespaces, ({ key, after }) =>
      after?.metadata.deletionTimestamp ? keysOf(inNamespace(leaving(topics.list()), key)) : [],
    ),
    // A topic that goes leaves its place to those that found none.
    watch(topics, ({ key, after }) =>
      after === undefined ? keysOf(topics.byIndex(noPlaceIndex, namespaceOf(key))) : [],
    ),
    // Whoever claims a topic looks again when another one comes to claim it, or one that collides with it, or goes.
    watch(topics, ({ before, after }) => {
      const resource = before && after && !givesWay(before, after) ? undefined : (before ?? after);
      return resource ? keysOf(topics.byIndex(metricNameIndex, metricNameOf(resource))) : [];
    }),
  ];
}

function leaving(topics: Iterable<EventTopic>): EventTopic[] {
  return [...topics].filter(isLeaving);
}

/**
 * Its removal begins, or is over while finalizers of others hold the resource. What a removal writes meanwhile is no
 * news: a status that differs each time would bring on the next look, and the next status, at once.
 */
function givesWay(before: EventTopic, after: EventTopic): boolean {
  return isLeaving(after) && (!isLeaving(before) || (isGuarded(before) && !isGuarded(after)));
}

function isGuarded({ metadata }: EventTopic): boolean {
  return metadata.finalizers?.includes(finalizer) === true;
}

function isLeaving({ metadata }: EventTopic): boolean {
  return metadata.deletionTimestamp !== undefined;
}
