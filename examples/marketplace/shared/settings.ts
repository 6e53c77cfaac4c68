import type { EventType } from './events.ts';

/** Addresses come from the ConfigMap `kafka-connection`, the pod's own address from its status. */
export interface Settings {
  readonly host: string;
  readonly port: number;
  readonly brokers: readonly string[];
  readonly registryUrl: string;
  readonly logLevel: string;
}

/** A step of the saga: reads one topic in one group, writes another. */
export interface StepSettings {
  readonly inputTopic: string;
  readonly outputTopic: string;
  readonly groupId: string;
  /** Records per second that one replica handles; 0 = as fast as it can. */
  readonly serviceRate: number;
}

export type TopicNames = Readonly<Record<EventType, string>>;

export type Environment = Readonly<Record<string, string | undefined>>;

export function readSettings(env: Environment): Settings {
  return {
    host: env.POD_IP ?? '127.0.0.1',
    port: numberOf(env, 'PORT', 8080),
    brokers: required(env, 'KAFKA_BOOTSTRAP_SERVERS').split(/\s*,\s*/),
    registryUrl: required(env, 'REGISTRY_URL'),
    logLevel: env.LOG_LEVEL ?? 'info',
  };
}

export function readStepSettings(env: Environment): StepSettings {
  return {
    inputTopic: required(env, 'INPUT_TOPIC'),
    outputTopic: required(env, 'OUTPUT_TOPIC'),
    groupId: required(env, 'GROUP_ID'),
    serviceRate: numberOf(env, 'SERVICE_RATE', 20),
  };
}

/** The topic of each event type. */
export function readTopics(env: Environment): TopicNames {
  return {
    'order.created': required(env, 'TOPIC_ORDER_CREATED'),
    'payment.requested': required(env, 'TOPIC_PAYMENT_REQUESTED'),
    'payment.completed': required(env, 'TOPIC_PAYMENT_COMPLETED'),
    'inventory.reserved': required(env, 'TOPIC_INVENTORY_RESERVED'),
    'order.shipped': required(env, 'TOPIC_ORDER_SHIPPED'),
  };
}

function required(env: Environment, name: string): string {
  const value = env[name];
  if (!value) throw new Error(`${name} is missing in the environment`);
  return value;
}

function numberOf(env: Environment, name: string, fallback: number): number {
  const value = Number(env[name] ?? fallback);
  if (!Number.isFinite(value) || value < 0) throw new Error(`${name} is "${env[name]}", not a number of at least 0`);
  return value;
}
