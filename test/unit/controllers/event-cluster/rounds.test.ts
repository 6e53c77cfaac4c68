import { describe, expect, it } from 'vitest';
import { createPatterns } from '../../../../src/adapters/patterns.ts';
import { createClusterConnections } from '../../../../src/controllers/credentials.ts';
import { eventClusterBehaviour } from '../../../../src/controllers/event-cluster/behaviour.ts';
import type { EventCluster, EventClusterSpec } from '../../../../src/crds/event-cluster.ts';
import { Reason } from '../../../../src/crds/reasons.ts';
import type { Secret } from '../../../../src/ports/secrets.ts';
import { FakeKafka, connectionsTo as kafkaAt } from '../../../fakes/fake-kafka.ts';
import { FakeRegistry, connectionsTo as registryAt } from '../../../fakes/fake-registry.ts';
import { FakeStore } from '../../../fakes/fake-store.ts';
import { createRounds } from '../rounds.ts';
import { clusterOf } from '../samples.ts';

const key = 'default';
const probeMs = 5_000;

/** All that rounds of an EventCluster touch, before it was ever looked at. */
function world(spec: Partial<EventClusterSpec> = { registry: { url: 'http://registry' } }) {
  const kafka = new FakeKafka();
  kafka.clusterId = 'kafka-1';
  const registry = new FakeRegistry();
  registry.flavour = 'Apicurio';
  const clusters = new FakeStore<EventCluster>([clusterOf(spec, { status: {} })]);
  const secrets = new FakeStore<Secret>();
  const source = { ownNamespace: 'sluice-system', caches: new Map([['sluice-system', secrets]]) };
  const behaviour = eventClusterBehaviour({
    kafka: createClusterConnections(kafkaAt(kafka), source),
    secrets: source,
    registry: registryAt(registry),
    compile: createPatterns(),
    probeMs,
  });
  const rejected = { registry: Reason.RegistryUnavailable };
  const rounds = createRounds({ store: clusters, behaviour, rejected, outside: [kafka, registry], key });
  const status = () => clusters.must(key).status ?? {};
  return { kafka, registry, clusters, secrets, status, ...rounds };
}

const facts = { clusterId: 'kafka-1', brokers: 1, registry: { flavour: 'Apicurio' } };

describe('rounds of an EventCluster', () => {
  it('say what they reach, with one status write', async () => {
    const { clusters, status, settle, ready } = world();
    await settle();
    expect(status()).toMatchObject(facts);
    expect(clusters.writes.map(({ verb }) => verb)).toEqual(['patchStatus']);
    expect(ready()).toMatchObject({ status: 'True', reason: 'Connected' });
  });

  it('need no registry', async () => {
    const { registry, status, settle, ready } = world({});
    registry.goDown();
    await settle();
    expect(status()).not.toHaveProperty('registry');
    expect(ready()).toMatchObject({ status: 'True', reason: 'Connected' });
  });

  it('say what is wrong with a naming pattern, until it is mended', async () => {
    const { clusters, settle, ready } = world({ naming: { mode: 'Deny', pattern: '(?=look)ahead' } });
    await settle();
    expect(ready()).toMatchObject({ status: 'False', reason: 'InvalidSpec' });
    expect(ready()?.message).toContain('spec.naming.pattern "(?=look)ahead" is no RE2 expression');
    clusters.edit(key, { spec: { naming: { pattern: '^ahead$' } } });
    await settle();
    expect(ready()).toMatchObject({ status: 'True', reason: 'Connected' });
  });

  const parts = [
    { part: 'kafka', reason: 'KafkaUnavailable' },
    { part: 'registry', reason: 'RegistryUnavailable' },
  ] as const;

  it.each(parts)('keep the last known facts while $part is away, ask soon, and heal', async ({ part, reason }) => {
    const bench = world();
    const { status, round, settle, ready } = bench;
    await settle();
    bench[part].goDown();
    await settle();
    expect(ready()).toMatchObject({ status: 'False', reason });
    expect(status()).toMatchObject(facts);
    expect(await round()).toMatchObject({ outcome: { kind: 'recheck', afterMs: probeMs } });
    bench[part].comeBack();
    await settle();
    expect(ready()).toMatchObject({ status: 'True', reason: 'Connected' });
  });

  it('learn of one part while the other has never answered', async () => {
    const { kafka, status, settle, ready } = world();
    kafka.goDown();
    await settle();
    expect(status()).toMatchObject({ registry: { flavour: 'Apicurio' } });
    expect(status()).not.toHaveProperty('clusterId');
    expect(ready()).toMatchObject({ status: 'False', reason: 'KafkaUnavailable' });
  });

  it('wait for the Secret that they log in with, name it, and heal', async () => {
    const sasl = { mechanism: 'PLAIN', secretRef: { name: 'kafka-operator' } } as const;
    const { secrets, status, settle, ready } = world({ kafka: { bootstrapServers: ['kafka:9092'], sasl } });
    await settle();
    expect(ready()).toMatchObject({ status: 'False', reason: 'SecretNotReady' });
    expect(ready()?.message).toContain('Secret "kafka-operator" in namespace "sluice-system" does not exist');
    expect(status()).not.toHaveProperty('clusterId');
    secrets.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'kafka-operator', namespace: 'sluice-system' },
      data: { username: 'b3BlcmF0b3I=', password: 'aHVzaA==' },
    });
    await settle();
    expect(ready()).toMatchObject({ status: 'True', reason: 'Connected' });
    expect(JSON.stringify(status())).not.toContain('hush');
  });

  it('never report a mistyped pin as the id that Kafka gave', async () => {
    const { clusters, status, settle, ready } = world();
    await settle();
    clusters.edit(key, { spec: { kafka: { clusterId: 'kafka-l' } } });
    await settle();
    expect(status()).toMatchObject(facts);
    expect(ready()).toMatchObject({ status: 'False', reason: 'ClusterIdChanged' });
    clusters.edit(key, { spec: { kafka: { clusterId: null } } });
    await settle();
    expect(ready()).toMatchObject({ status: 'True', reason: 'Connected' });
  });

  it('refuse a pin that is wrong from the start, and report no id', async () => {
    const { status, settle, ready } = world({ kafka: { bootstrapServers: ['kafka:9092'], clusterId: 'kafka-l' } });
    await settle();
    expect(status()).not.toHaveProperty('clusterId');
    expect(ready()).toMatchObject({ status: 'False', reason: 'ClusterIdChanged' });
  });

  it('stop at another Kafka cluster until a person names it', async () => {
    const { kafka, clusters, status, settle, ready } = world();
    await settle();
    kafka.clusterId = 'kafka-2';
    kafka.brokers.push({ id: 2, host: 'broker-2', port: 9092 });
    await settle();
    expect(status()).toMatchObject(facts);
    expect(ready()).toMatchObject({ status: 'False', reason: 'ClusterIdChanged' });
    clusters.edit(key, { spec: { kafka: { clusterId: 'kafka-2' } } });
    await settle();
    expect(status()).toMatchObject({ clusterId: 'kafka-2', brokers: 2 });
    expect(ready()).toMatchObject({ status: 'True', reason: 'Connected' });
  });
});
