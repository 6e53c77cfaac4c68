import { type EventConsumer, eventConsumer } from '../../crds/event-consumer.ts';
import { fitterOf } from '../../crds/fit-status.ts';
import type { ResourceStore } from '../../ports/kube.ts';
import { type ConsumerDependencies, eventConsumerBehaviour } from './behaviour.ts';
import { type ConsumerTriggerSources, eventConsumerTriggers } from './triggers.ts';

export type ConsumerParts = ConsumerDependencies & ConsumerTriggerSources & { consumers: ResourceStore<EventConsumer> };

/** What a controller knows of EventConsumers. */
export function eventConsumerKind(parts: ConsumerParts) {
  return {
    name: 'event-consumer',
    store: parts.consumers,
    fitStatus: fitterOf(eventConsumer),
    behaviour: eventConsumerBehaviour(parts),
    triggers: eventConsumerTriggers(parts),
    // A round asks neither brokers nor the registry.
    failureReasons: { away: {}, rejected: {} },
  };
}
