import { inject } from 'vitest';
import { describeKafkaAdmin } from './kafka-admin.contract.ts';
import { realKafka } from './real-kafka.ts';

describeKafkaAdmin('of the local environment', () => realKafka(inject('world').kafka.bootstrapServers.split(',')));
