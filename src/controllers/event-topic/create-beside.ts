import { Fault } from '../../ports/fault.ts';
import type { KafkaAdmin, NewTopic, TopicState, WriteOptions } from '../../ports/kafka.ts';
import { describeCollision } from './collisions.ts';

/** Brokers name the topic that is in the way, which may be somebody else's; the Fault that this throws does not. */
export async function createBeside(admin: KafkaAdmin, topic: NewTopic, options: WriteOptions): Promise<TopicState> {
  try {
    return await admin.createTopic(topic, options);
  } catch (cause) {
    const isCollision = cause instanceof Fault && cause.code === 'INVALID_TOPIC_EXCEPTION' && /[._]/.test(topic.name);
    if (!isCollision) throw cause;
    throw new Fault('kafka', 'rejected', describeCollision(topic.name), { code: cause.code, cause });
  }
}
