import { describe, expect, it } from 'vitest';
import { createClusterConnections, missingCredentials, secretKeysOf } from '../../../src/controllers/credentials.ts';
import type { EventClusterSpec } from '../../../src/crds/event-cluster.ts';
import type { KafkaConnections, KafkaTarget } from '../../../src/ports/kafka.ts';
import { FakeKafka } from '../../fakes/fake-kafka.ts';
import { clusterOf } from './samples.ts';
import { own, sourceWith } from './secrets.ts';

type KafkaSpec = EventClusterSpec['kafka'];
const bootstrapServers = ['kafka:9093'];

const everything: KafkaSpec = {
  bootstrapServers,
  tls: { caSecretRef: { name: 'ca', key: 'ca.crt' }, clientSecretRef: { name: 'client' } },
  sasl: { mechanism: 'SCRAM-SHA-512', secretRef: { name: 'operator', namespace: 'kafka' } },
};
const complete = {
  [`${own}/ca`]: { 'ca.crt': 'the CA' },
  [`${own}/client`]: { 'tls.crt': 'the certificate', 'tls.key': 'the key' },
  'kafka/operator': { username: 'operator', password: 'hush\n' },
};
const without = (key: string) => Object.fromEntries(Object.entries(complete).filter(([name]) => name !== key));

/** What the adapter is asked to connect to. */
function targetOf(kafka: KafkaSpec, source = sourceWith(complete)): KafkaTarget | undefined {
  let asked: KafkaTarget | undefined;
  const connections: KafkaConnections = {
    to(target) {
      asked = target;
      return new FakeKafka();
    },
    retain: () => {},
  };
  createClusterConnections(connections, source).to(clusterOf({ kafka }));
  return asked;
}

describe('the connection to an EventCluster', () => {
  it('has no security where the spec names none', () => {
    expect(targetOf({ bootstrapServers })).toEqual({ name: 'default', bootstrapServers });
  });

  it('trusts the public authorities where TLS names no CA', () => {
    expect(targetOf({ bootstrapServers, tls: {} })?.security).toEqual({ tls: {} });
  });

  it('has what the Secrets hold, without the line feed that ends a file', () => {
    expect(targetOf(everything)?.security).toEqual({
      tls: { ca: 'the CA', client: { certificate: 'the certificate', key: 'the key' } },
      sasl: { mechanism: 'SCRAM-SHA-512', username: 'operator', password: 'hush' },
    });
  });

  it('tells a tenant nothing of the Secrets that are missing', () => {
    expect(() => targetOf(everything, sourceWith({}))).toThrow(
      expect.objectContaining({
        kind: 'unavailable',
        code: 'CREDENTIALS_MISSING',
        message: 'EventCluster "default" lacks something to log in with; see its status',
      }),
    );
  });

  it('depends on each Secret that is named', () => {
    expect(secretKeysOf(everything, sourceWith({}))).toEqual(Object.keys(complete));
    expect(secretKeysOf({ bootstrapServers }, sourceWith({}))).toEqual([]);
  });
});

describe('credentials are missing', () => {
  it.each([
    {
      it: 'when a Secret does not exist',
      source: sourceWith(without(`${own}/ca`)),
      says: 'Secret "ca" in namespace "sluice-system" does not exist; create it with ca.crt',
    },
    {
      it: 'when a key is not there',
      source: sourceWith({ ...complete, 'kafka/operator': { username: 'operator' } }),
      says: 'Secret "operator" in namespace "kafka" lacks password; add what is missing',
    },
    {
      it: 'when keys are empty',
      source: sourceWith({ ...complete, [`${own}/client`]: { 'tls.crt': '', 'tls.key': '' } }),
      says: 'Secret "client" in namespace "sluice-system" lacks tls.crt and tls.key; add what is missing',
    },
    {
      it: 'when the Secret is a credential of Kubernetes itself',
      source: sourceWith(complete, { 'kafka/operator': 'kubernetes.io/service-account-token' }),
      says: 'Secret "operator" in namespace "kafka" has type kubernetes.io/service-account-token, whose content is not given away',
    },
    {
      it: 'when the Secret is one of the operator itself',
      source: sourceWith(complete, { 'kafka/operator': 'sluice.dev/webhook-certificates' }),
      says: 'Secret "operator" in namespace "kafka" has type sluice.dev/webhook-certificates, whose content is not given away',
    },
  ])('$it', ({ source, says }) => {
    expect(missingCredentials(everything, source)).toMatchObject({
      kind: 'wait',
      reason: 'SecretNotReady',
      notReady: true,
      message: says,
    });
  });

  it('for good when the operator does not read that namespace', () => {
    const elsewhere: KafkaSpec = {
      bootstrapServers,
      sasl: { mechanism: 'PLAIN', secretRef: { name: 'operator', namespace: 'shop' } },
    };
    expect(missingCredentials(elsewhere, sourceWith(complete))).toMatchObject({
      kind: 'refuse',
      reason: 'NotGranted',
    });
  });

  it.each(['constructor', 'toString', '__proto__'])(
    'when the CA is to be under "%s", which every object has',
    (key) => {
      const kafka: KafkaSpec = { bootstrapServers, tls: { caSecretRef: { name: 'ca', key } } };
      expect(missingCredentials(kafka, sourceWith(complete))?.message).toBe(
        `Secret "ca" in namespace "sluice-system" lacks ${key}; add what is missing`,
      );
      expect(() => targetOf(kafka)).toThrow('lacks something to log in with');
    },
  );

  it('nowhere when all is there', () => {
    expect(missingCredentials(everything, sourceWith(complete))).toBeUndefined();
  });
});
