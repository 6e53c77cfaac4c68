import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createAuthority } from '../../../dev/world/parts/certificates.ts';
import { createKafkaConnections } from '../../../src/adapters/kafka/index.ts';
import { systemClock } from '../../../src/adapters/system-clock.ts';
import type { KafkaAdmin, KafkaSecurity, SaslMechanism } from '../../../src/ports/kafka.ts';
import { RecordedMetrics } from '../../fakes/recorders.ts';
import { eventually } from '../../helpers/eventually.ts';
import { operatorGrants, SecuredKafka, sessionMs } from '../../helpers/secured-kafka.ts';
import { describeKafkaAdmin, type KafkaParts } from './kafka-admin.contract.ts';
import { patientSettings, realKafka } from './real-kafka.ts';

const options = { signal: new AbortController().signal };
const password = 'correct horse=battery,staple';
let secured: SecuredKafka;

beforeAll(async () => {
  const { kafka, folder } = inject('world');
  const [parent = ''] = kafka.bootstrapServers.split(':');
  secured = await SecuredKafka.start(parent, folder);
  await secured.setScramPassword('operator', 'SCRAM-SHA-256', password);
  await secured.setScramPassword('operator', 'SCRAM-SHA-512', password);
  await Promise.all(['User:operator', 'User:CN=operator'].map((principal) => secured.grant(principal, operatorGrants)));
  // Passwords and grants take a moment to arrive at the broker.
  for (const admin of [
    connect(secured.addresses.sasl, secured.sasl('SCRAM-SHA-512', 'operator', password)),
    connect(secured.addresses.tls, secured.tls('operator')),
  ])
    await eventually(() => admin.groupsReading('none', options), { within: 60_000, everyMs: 50 });
});
afterAll(() => secured?.stop());

function partsFor(address: string, security: KafkaSecurity): Promise<KafkaParts> {
  return realKafka([secured.cluster.bootstrapServers], { bootstrapServers: [address], security });
}

describeKafkaAdmin('that asks for a client certificate', () =>
  partsFor(secured.addresses.tls, secured.tls('operator')),
);
describeKafkaAdmin('that asks for a SCRAM-SHA-512 password', () =>
  partsFor(secured.addresses.sasl, secured.sasl('SCRAM-SHA-512', 'operator', password)),
);

const opened: { retain(names: ReadonlySet<string>): void }[] = [];
afterAll(() => {
  for (const connections of opened) connections.retain(new Set());
});

function connect(address: string, security?: KafkaSecurity): KafkaAdmin {
  const parts = { clock: systemClock, metrics: new RecordedMetrics(), clientId: 'contract', fence: () => true };
  const connections = createKafkaConnections({ ...parts, settings: patientSettings });
  opened.push(connections);
  return connections.to({ name: 'secured', bootstrapServers: [address], ...(security && { security }) });
}

describe('a login to a broker that enforces it', () => {
  it.each<{ mechanism: SaslMechanism }>([
    { mechanism: 'PLAIN' },
    { mechanism: 'SCRAM-SHA-256' },
    { mechanism: 'SCRAM-SHA-512' },
  ])('succeeds by $mechanism', async ({ mechanism }) => {
    const right = mechanism === 'PLAIN' ? secured.plainPassword : password;
    const admin = connect(secured.addresses.sasl, secured.sasl(mechanism, 'operator', right));
    expect(await admin.describeCluster(options)).toMatchObject({ clusterId: secured.cluster.clusterId });
  });

  it.each<{ mechanism: SaslMechanism }>([
    { mechanism: 'PLAIN' },
    { mechanism: 'SCRAM-SHA-256' },
    { mechanism: 'SCRAM-SHA-512' },
  ])('by $mechanism is denied with a wrong password, which no message tells', async ({ mechanism }) => {
    const wrong = 'a-secret-nobody-may-read';
    const admin = connect(secured.addresses.sasl, secured.sasl(mechanism, 'operator', wrong));
    const fault = await admin.describeCluster(options).catch((error: unknown) => error);
    expect(fault).toMatchObject({
      kind: 'denied',
      atLogin: true,
      code: 'SASL_AUTHENTICATION_FAILED',
      message: `cannot connect to ${secured.addresses.sasl}: ${mechanism} refuses the username and password of sasl.secretRef`,
    });
    expect(fault).not.toHaveProperty('cause');
    expect(String(fault)).not.toContain(wrong);
  });

  it('trusts every certificate of the CA, as while one CA replaces another', async () => {
    const ca = [createAuthority('the-next'), secured.authority].map(({ certificate }) => certificate).join('');
    const { client } = secured.tls('operator').tls ?? {};
    const admin = connect(secured.addresses.tls, { tls: { ca, ...(client && { client }) } });
    expect(await admin.describeCluster(options)).toMatchObject({ clusterId: secured.cluster.clusterId });
  });

  const refusals = [
    {
      what: 'another authority signed the certificate of the broker',
      address: () => secured.addresses.tls,
      security: () => ({ tls: { ca: createAuthority('somebody-else').certificate } }),
      fault: { kind: 'unavailable', code: 'CERTIFICATE_NOT_TRUSTED' },
      says: 'its certificate was not signed by "CN=somebody-else", the CA of tls.caSecretRef',
    },
    {
      what: 'no public authority signed the certificate of the broker',
      address: () => secured.addresses.tls,
      security: () => ({ tls: {} }),
      fault: { kind: 'unavailable', code: 'CERTIFICATE_NOT_TRUSTED' },
      says: 'its certificate was not signed by a public authority; name the CA in tls.caSecretRef',
    },
    {
      what: 'the broker asks for a certificate and gets none',
      address: () => secured.addresses.tls,
      security: () => ({ tls: { ca: secured.authority.certificate } }),
      fault: { kind: 'denied', atLogin: true, code: 'CLIENT_CERTIFICATE_REFUSED' },
      says: 'the broker asks for a client certificate; set tls.clientSecretRef',
    },
    {
      what: 'the client shows an expired certificate',
      address: () => secured.addresses.tls,
      security: () => ({ tls: { ca: secured.authority.certificate, client: secured.issue('operator', -1) } }),
      fault: { kind: 'denied', atLogin: true, code: 'CLIENT_CERTIFICATE_REFUSED' },
      says: 'the broker does not accept the certificate of tls.clientSecretRef',
    },
    {
      what: 'the key of the client is not that of its certificate',
      address: () => secured.addresses.tls,
      security: () => {
        const client = { ...secured.issue('operator'), key: secured.issue('operator').key };
        return { tls: { ca: secured.authority.certificate, client } };
      },
      fault: { kind: 'denied', atLogin: true, code: 'UNREADABLE_CERTIFICATE' },
      says: 'no fitting PEM',
    },
    {
      what: 'the client speaks no TLS',
      address: () => secured.addresses.sasl,
      security: () => undefined,
      fault: { kind: 'unavailable', code: 'BROKER_REQUIRES_TLS' },
      says: 'this listener speaks TLS; set tls',
    },
    {
      what: 'the broker speaks no TLS',
      address: () => secured.cluster.bootstrapServers,
      security: () => ({ tls: { ca: secured.authority.certificate } }),
      fault: { kind: 'unavailable', code: 'TLS_HANDSHAKE_FAILED' },
      says: 'no TLS on this listener; see tls and the port',
    },
    {
      what: 'the listener does not use SASL',
      address: () => secured.addresses.tls,
      security: () => ({ ...secured.tls('operator'), sasl: secured.sasl('PLAIN', 'operator', password).sasl }),
      fault: { kind: 'denied', atLogin: true, code: 'ILLEGAL_SASL_STATE' },
      says: 'this listener does not use SASL; see sasl and the port',
    },
  ];

  it.each(refusals)('fails when $what', async ({ address, security, fault, says }) => {
    const admin = connect(address(), security() as KafkaSecurity | undefined);
    const failure = admin.describeCluster(options);
    await expect(failure).rejects.toMatchObject({ ...fault, message: expect.stringContaining(says) });
    await expect(failure).rejects.toThrow(`cannot connect to ${address()}: `);
  });

  it('goes on past the end of its session without a failed call', async () => {
    const admin = connect(secured.addresses.sasl, secured.sasl('SCRAM-SHA-256', 'operator', password));
    const untilMs = performance.now() + 2.5 * sessionMs;
    // For so long a session goes on after its connection is given up for another one.
    const sparedMs = 0.1 * sessionMs;
    let calls = 0;
    while (performance.now() < untilMs || calls <= 10) {
      const sinceMs = performance.now();
      const asked = Array.from({ length: 5 }, () => admin.describeTopic('none', options));
      const settled = await Promise.allSettled(asked);
      // What a busy machine kept for longer than that may arrive when the session has ended.
      if (performance.now() - sinceMs >= sparedMs) continue;
      expect(settled).toEqual(asked.map(() => ({ status: 'fulfilled', value: undefined })));
      calls += 1;
    }
    expect(calls).toBeGreaterThan(10);
  });
});
