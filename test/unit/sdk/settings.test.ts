import { describe, expect, it } from 'vitest';
import { readServiceSettings } from '../../../sdk/src/service/settings.ts';

const connection = { KAFKA_BOOTSTRAP_SERVERS: 'a:9092, b:9092', REGISTRY_URL: 'http://registry' };

describe('the settings of a service', () => {
  it('are the addresses of Kafka, the registry and the pod', () => {
    expect(readServiceSettings({ ...connection, POD_IP: '127.0.0.9' })).toEqual({
      host: '127.0.0.9',
      port: 8080,
      brokers: ['a:9092', 'b:9092'],
      registryUrl: 'http://registry',
      logLevel: 'info',
    });
  });

  it('serve on loopback outside a pod', () => {
    expect(readServiceSettings(connection).host).toBe('127.0.0.1');
  });

  it.each([
    { it: 'is missing', env: { REGISTRY_URL: 'http://registry' }, says: 'KAFKA_BOOTSTRAP_SERVERS is missing' },
    { it: 'is empty', env: { ...connection, REGISTRY_URL: '' }, says: 'REGISTRY_URL is missing' },
    { it: 'is no number', env: { ...connection, PORT: 'web' }, says: 'PORT is "web", not a number' },
  ])('name the variable that $it', ({ env, says }) => {
    expect(() => readServiceSettings(env)).toThrow(says);
  });
});
