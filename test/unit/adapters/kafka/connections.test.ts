import { describe, expect, it } from 'vitest';
import { createKafkaConnections } from '../../../../src/adapters/kafka/index.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { RecordedMetrics } from '../../../fakes/recorders.ts';

const connect = () =>
  createKafkaConnections({
    clock: new FakeClock(),
    metrics: new RecordedMetrics(),
    clientId: 'sluice-test',
    fence: () => true,
  });

const target = { name: 'default', bootstrapServers: ['127.0.0.1:1'] };

describe('the connections to Kafka clusters', () => {
  it('give one client for one cluster', () => {
    const connections = connect();
    expect(connections.to(target)).toBe(connections.to({ ...target, bootstrapServers: ['127.0.0.1:1'] }));
  });

  it('give each cluster its own', () => {
    const connections = connect();
    expect(connections.to(target)).not.toBe(connections.to({ ...target, name: 'other' }));
  });

  it('replace the client when the addresses change, and close the old one', async () => {
    const clock = new FakeClock();
    const parts = { clock, metrics: new RecordedMetrics(), clientId: 'sluice-test', fence: () => true };
    const connections = createKafkaConnections(parts);
    const old = connections.to(target);
    expect(connections.to({ ...target, bootstrapServers: ['127.0.0.1:2'] })).not.toBe(old);
    const call = old.describeTopic('orders', { signal: new AbortController().signal });
    const outcome = expect(call).rejects.toMatchObject({ kind: 'unavailable', code: 'CLOSED' });
    await clock.advance(5);
    await outcome;
  });

  it('keep the client when its security changes', () => {
    const connections = connect();
    const security = { sasl: { mechanism: 'PLAIN', username: 'operator', password: 'old' } } as const;
    const client = connections.to({ ...target, security });
    expect(connections.to({ ...target, security: { sasl: { ...security.sasl, password: 'new' } } })).toBe(client);
    expect(connections.to(target)).toBe(client);
  });

  it('close and forget the clients of clusters that are gone', () => {
    const connections = connect();
    const [kept, gone] = [connections.to(target), connections.to({ ...target, name: 'gone' })];
    connections.retain(new Set(['default']));
    expect(connections.to(target)).toBe(kept);
    expect(connections.to({ ...target, name: 'gone' })).not.toBe(gone);
  });
});
