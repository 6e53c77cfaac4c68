export type { KafkaDependencies } from './admin.ts';
export { createKafkaConnections } from './connections.ts';
export { defaultKafkaSettings, type KafkaSettings } from './settings.ts';
