import { type EventConsumer, eventConsumer } from '../../crds/event-consumer.ts';
import { fitterOf } from '../../crds/fit-status.ts';
import type { ResourceCache, ResourceStore } from '../../ports/kube.ts';
import type { Deployment } from '../../ports/scale-target.ts';
import { type ConsumerDependencies, eventConsumerBehaviour } from './behaviour.ts';
import { deploymentTargets } from './deployment.ts';
import { type ConsumerTriggerSources, eventConsumerTriggers } from './triggers.ts';

export type ConsumerParts = Omit<ConsumerDependencies & ConsumerTriggerSources, 'targets'> & {
  consumers: ResourceStore<EventConsumer>;
  deployments: ResourceCache<Deployment>;
};

/** What a controller knows of EventConsumers. */
export function eventConsumerKind(parts: ConsumerParts) {
  const sources = { ...parts, targets: { Deployment: deploymentTargets(parts.deployments) } };
  return {
    name: 'event-consumer',
    store: parts.consumers,
    fitStatus: fitterOf(eventConsumer),
    behaviour: eventConsumerBehaviour(sources),
    triggers: eventConsumerTriggers(sources),
    // A round asks neither brokers nor the registry.
    failureReasons: { away: {}, rejected: {} },
  };
}
