import type { EventConsumer } from '../../crds/event-consumer.ts';
import { index } from '../../ports/kube.ts';
import type { Autoscaler } from '../../ports/scale-target.ts';
import { groupIdOf, targetKey, targetKeyOf } from './identity.ts';

export const groupIndex = index('group', groupIdOf);
export const scaleTargetIndex = index('scaleTarget', targetKeyOf);
/** By the topics that they name. */
export const consumedTopicIndex = index('consumedTopic', ({ spec }: EventConsumer) => spec.topics);

export const consumerIndexes = [groupIndex, scaleTargetIndex, consumedTopicIndex];

/** HorizontalPodAutoscalers and ScaledObjects by what they drive. Those of KEDA need not name the kind. */
export const autoscalerIndex = index('drives', ({ metadata, spec }: Autoscaler) => {
  const { kind = 'Deployment', name } = spec.scaleTargetRef;
  return targetKey(kind, metadata.namespace, name);
});
