import { describeReplicaAdmin } from '../../../contract/kafka/replica-admin.contract.ts';
import { FakeKafka } from '../../../fakes/fake-kafka.ts';

describeReplicaAdmin('in memory, with three brokers', 3, () => {
  const kafka = new FakeKafka();
  kafka.brokers = [1, 2, 3].map((id) => ({ id, host: `broker-${id}`, port: 9092 }));
  return { admin: kafka, catchUp: () => kafka.replicas.catchUp(), close: async () => {} };
});
