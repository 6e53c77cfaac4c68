import { allowDeleteAnnotation } from '../../crds/common.ts';
import type { EventTopic } from '../../crds/event-topic.ts';
import { Reason } from '../../crds/reasons.ts';
import { Fault } from '../../ports/fault.ts';
import type { EventNote, ResourceStore } from '../../ports/kube.ts';
import { keyOf } from '../../runtime/key.ts';
import type { Round } from '../../runtime/kind.ts';
import { adminOf, type ClusterConnections } from '../cluster-use.ts';
import type { TopicAction } from './actions.ts';

type Deletion = Extract<TopicAction, { kind: 'delete' }>;

export interface DeletionEffects {
  topics: ResourceStore<EventTopic>;
  kafka: ClusterConnections;
}

/** What destroys looks at everything live, right before: the resource, the cluster and the topic's id. */
export async function deleteTopic(effects: DeletionEffects, deletion: Deletion, round: Round): Promise<EventNote> {
  const { use, name, id } = deletion;
  const changed = await whatChanged(effects, deletion, round);
  if (changed !== undefined) {
    throw new Fault('kafka', 'conflict', `topic "${name}" is not deleted: ${changed} changed meanwhile`);
  }
  await adminOf(effects.kafka, use).deleteTopic(id, round);
  return { type: 'Normal', reason: Reason.Deleted, message: `deleted topic "${name}" with id ${id}` };
}

async function whatChanged(
  { topics, kafka }: DeletionEffects,
  { use, resource, name, id }: Deletion,
  { signal }: Round,
): Promise<string | undefined> {
  const admin = adminOf(kafka, use);
  const [live, cluster, liveName] = await Promise.all([
    topics.read(keyOf(resource), { signal }),
    admin.describeCluster({ signal }),
    admin.nameOfTopicId(id, { signal }),
  ]);
  if (!live || !isStillMeant(resource, live)) return 'its resource';
  if (cluster.clusterId !== use.clusterId) return 'the Kafka cluster';
  // A topic that is gone already is no obstacle.
  if (liveName !== undefined && liveName !== name) return 'the name of its id';
  return undefined;
}

/** The very resource, and as it was when its removal was planned. */
function isStillMeant(planned: EventTopic, live: EventTopic): boolean {
  return (
    live.metadata.uid === planned.metadata.uid &&
    live.metadata.deletionTimestamp !== undefined &&
    live.metadata.generation === planned.metadata.generation &&
    live.metadata.annotations?.[allowDeleteAnnotation] === planned.metadata.annotations?.[allowDeleteAnnotation]
  );
}
