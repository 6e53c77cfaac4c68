import { describe, expect, it } from 'vitest';
import { readSettings, readStepSettings, readTopics } from '../../../examples/marketplace/shared/settings.ts';

const connection = { KAFKA_BOOTSTRAP_SERVERS: 'a:9092, b:9092', REGISTRY_URL: 'http://registry' };
const step = { INPUT_TOPIC: 'in', OUTPUT_TOPIC: 'out', GROUP_ID: 'group' };

describe('settings', () => {
  it('take the addresses of the ConfigMap and the pod', () => {
    expect(readSettings({ ...connection, POD_IP: '127.0.0.9' })).toEqual({
      host: '127.0.0.9',
      port: 8080,
      brokers: ['a:9092', 'b:9092'],
      registryUrl: 'http://registry',
      logLevel: 'info',
    });
  });

  it('serve on loopback outside a pod', () => {
    expect(readSettings(connection).host).toBe('127.0.0.1');
  });

  it('simulate 20 records per second unless told otherwise', () => {
    expect(readStepSettings(step).serviceRate).toBe(20);
    expect(readStepSettings({ ...step, SERVICE_RATE: '0' }).serviceRate).toBe(0);
  });

  it.each([
    {
      it: 'a missing address',
      read: () => readSettings({ REGISTRY_URL: 'http://registry' }),
      says: 'KAFKA_BOOTSTRAP_SERVERS is missing',
    },
    { it: 'an empty group', read: () => readStepSettings({ ...step, GROUP_ID: '' }), says: 'GROUP_ID is missing' },
    {
      it: 'a missing topic',
      read: () => readTopics({ TOPIC_ORDER_CREATED: 'x' }),
      says: 'TOPIC_PAYMENT_REQUESTED is missing',
    },
    {
      it: 'a rate that is no number',
      read: () => readStepSettings({ ...step, SERVICE_RATE: 'fast' }),
      says: 'SERVICE_RATE is "fast"',
    },
    {
      it: 'a negative rate',
      read: () => readStepSettings({ ...step, SERVICE_RATE: '-1' }),
      says: 'SERVICE_RATE is "-1"',
    },
  ])('name the variable for $it', ({ read, says }) => {
    expect(read).toThrow(says);
  });
});
