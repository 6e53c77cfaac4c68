import { describeKafkaAdmin } from '../../../contract/kafka/kafka-admin.contract.ts';
import { FakeKafka } from '../../../fakes/fake-kafka.ts';

describeKafkaAdmin('in memory', () => {
  const kafka = new FakeKafka();
  return {
    admin: kafka,
    async produce(topic, partition, times) {
      kafka.produce(topic, partition, times);
    },
    async transact(topic, partition, times) {
      kafka.beginTransaction(topic, partition, times);
      return async (as) => kafka.endTransaction(topic, partition, as);
    },
    async expire(topic, partition, start) {
      kafka.expire(topic, partition, start);
    },
    async commit(groupId, topic, offsets) {
      for (const [partition, offset] of offsets) kafka.commit(groupId, topic, partition, offset);
    },
    async join(groupId, topics, protocol) {
      const memberId = `member-${kafka.groups.get(groupId)?.members.size ?? 0}`;
      kafka.join(groupId, memberId, topics, protocol);
      return async () => kafka.leave(groupId, memberId);
    },
    async close() {},
  };
});
