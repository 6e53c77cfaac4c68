import { type Environment, numberFrom, requiredFrom } from '@sluice/sdk';
import type { EventType } from './events.ts';

/** A step of the saga: reads one topic in one group, writes another. */
export interface StepSettings {
  readonly inputTopic: string;
  readonly outputTopic: string;
  readonly groupId: string;
  /** Records per second that one replica handles; 0 = as fast as it can. */
  readonly serviceRate: number;
}

export type TopicNames = Readonly<Record<EventType, string>>;

export function readStepSettings(env: Environment): StepSettings {
  return {
    inputTopic: requiredFrom(env, 'INPUT_TOPIC'),
    outputTopic: requiredFrom(env, 'OUTPUT_TOPIC'),
    groupId: requiredFrom(env, 'GROUP_ID'),
    serviceRate: numberFrom(env, 'SERVICE_RATE', 20),
  };
}

/** The topic of each event type. */
export function readTopics(env: Environment): TopicNames {
  return {
    'order.created': requiredFrom(env, 'TOPIC_ORDER_CREATED'),
    'payment.requested': requiredFrom(env, 'TOPIC_PAYMENT_REQUESTED'),
    'payment.completed': requiredFrom(env, 'TOPIC_PAYMENT_COMPLETED'),
    'inventory.reserved': requiredFrom(env, 'TOPIC_INVENTORY_RESERVED'),
    'order.shipped': requiredFrom(env, 'TOPIC_ORDER_SHIPPED'),
  };
}
