import type { KindDefinition } from './definition.ts';
import { eventCluster } from './event-cluster.ts';
import { eventConsumer } from './event-consumer.ts';
import { eventSchema } from './event-schema.ts';
import { eventTopic } from './event-topic.ts';

/** Every kind of the API. */
export const kinds: readonly KindDefinition[] = [eventCluster, eventTopic, eventSchema, eventConsumer];
