import type { EventCluster } from '../../crds/event-cluster.ts';
import type { EventConsumer } from '../../crds/event-consumer.ts';
import { Reason } from '../../crds/reasons.ts';
import type { ResourceCache } from '../../ports/kube.ts';
import type { Gate } from '../../runtime/judgement.ts';
import { findCluster, type NamespaceView, questionOf } from '../cluster-use.ts';
import { judgementOf } from '../gate.ts';
import { refuseNamed } from './plan.ts';

export interface ConsumerGateSources {
  clusters: Pick<ResourceCache<EventCluster>, 'list'>;
  namespaces: NamespaceView;
}

/** What a round would refuse of what the spec names. What the group reads beside that only shows while it runs. */
export function eventConsumerGate({ clusters, namespaces }: ConsumerGateSources): Gate<EventConsumer> {
  return async (resource) => {
    const found = findCluster(questionOf(resource, namespaces), clusters.list());
    const refusal = found.kind === 'blocked' ? undefined : refuseNamed(resource, found.use);
    return judgementOf(refusal ? [refusal] : [], [Reason.NotGranted]);
  };
}
