import { inject } from 'vitest';
import { realKafka } from './real-kafka.ts';
import { describeReplicaAdmin } from './replica-admin.contract.ts';

describeReplicaAdmin('of the local environment', 1, () => realKafka(inject('world').kafka.bootstrapServers.split(',')));
