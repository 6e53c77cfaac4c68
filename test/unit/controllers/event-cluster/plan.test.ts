import { describe, expect, it } from 'vitest';
import { type ObservedCluster, planCluster } from '../../../../src/controllers/event-cluster/plan.ts';
import { reportCluster } from '../../../../src/controllers/event-cluster/report.ts';
import { Fault } from '../../../../src/ports/fault.ts';
import { clusterOf } from '../samples.ts';

const broker = { id: 1, host: 'kafka', port: 9092 };
const answers = {
  missing: { kafka: undefined, registry: undefined },
  kafka: { ok: true, value: { clusterId: 'kafka-1', brokers: [broker] } },
  registry: undefined,
  badPattern: undefined,
} as const satisfies ObservedCluster;
const registryAway = { ok: false, fault: new Fault('registry', 'unavailable', 'no answer from registry') } as const;
const silent = { ok: false, fault: new Fault('kafka', 'unavailable', 'no answer from kafka:9092') } as const;
const refused = { kind: 'denied', atLogin: true } as const;
const wrongPassword = new Fault('kafka', refused.kind, 'cannot connect to kafka:9093: wrong password', refused);
const notTrusted = new Fault('kafka', 'unavailable', 'not trusted', { code: 'CERTIFICATE_NOT_TRUSTED', atLogin: true });
const secretMissing = { kind: 'wait', reason: 'SecretNotReady', message: 'no Secret', lookAgainMs: 100 } as const;
const apicurio = { ok: true, value: { flavour: 'Apicurio' } } as const;
const known = { clusterId: 'kafka-1', brokers: 3, registry: { flavour: 'Apicurio' } };

const other = { ok: true, value: { clusterId: 'kafka-2', brokers: [broker] } } as const;

describe('an EventCluster', () => {
  it.each([
    { it: 'is connected when Kafka answers', observed: answers, blocked: [] },
    { it: 'is connected when both answer', observed: { ...answers, registry: apicurio }, blocked: [] },
    { it: 'is not ready while Kafka is away', observed: { ...answers, kafka: silent }, blocked: ['KafkaUnavailable'] },
    {
      it: 'is refused a naming pattern that cannot be read',
      observed: { ...answers, badPattern: 'missing closing )' },
      blocked: ['InvalidSpec'],
    },
    {
      it: 'is not ready while the registry is away',
      observed: { ...answers, registry: registryAway },
      blocked: ['RegistryUnavailable'],
    },
    {
      it: 'says which credentials are missing rather than that Kafka was not asked',
      observed: { ...answers, missing: { ...answers.missing, kafka: secretMissing }, kafka: silent },
      blocked: ['SecretNotReady'],
    },
    {
      it: 'says which credentials the registry lacks while Kafka answers',
      observed: { ...answers, missing: { ...answers.missing, registry: secretMissing }, registry: registryAway },
      blocked: ['SecretNotReady'],
    },
    {
      it: 'is not ready while the registry refuses its login',
      observed: {
        ...answers,
        registry: { ok: false, fault: new Fault('registry', 'denied', '401', refused) } as const,
      },
      blocked: ['AuthenticationFailed'],
    },
    {
      it: 'is not ready while its login is refused',
      observed: { ...answers, kafka: { ok: false, fault: wrongPassword } as const },
      blocked: ['AuthenticationFailed'],
    },
    {
      it: 'is not ready while the certificate of the brokers is not trusted',
      observed: { ...answers, kafka: { ok: false, fault: notTrusted } as const },
      blocked: ['CertificateNotTrusted'],
    },
    { it: 'is stalled by another cluster', observed: { ...answers, kafka: other }, blocked: ['ClusterIdChanged'] },
  ])('$it', ({ observed, blocked }) => {
    expect(planCluster(clusterOf(), observed, 100).blocked.map(({ reason }) => reason)).toEqual(blocked);
  });

  it('stays ready while the brokers make us wait, and says so', () => {
    const kafka = { ok: false, fault: new Fault('kafka', 'throttled', 'the quota is used up') } as const;
    expect(planCluster(clusterOf(), { ...answers, kafka }, 100).blocked).toEqual([
      { kind: 'wait', reason: 'KafkaThrottled', message: 'the quota is used up', lookAgainMs: 100 },
    ]);
  });

  it('stays ready on the connections that stand while new credentials are refused, and says so', () => {
    const kafka = { ok: true, value: { ...answers.kafka.value, loginRefused: wrongPassword } } as const;
    expect(planCluster(clusterOf(), { ...answers, kafka }, 100).blocked).toEqual([
      {
        kind: 'wait',
        reason: 'AuthenticationFailed',
        lookAgainMs: 100,
        message:
          'cannot connect to kafka:9093: wrong password; until that is mended the connections that stand are used',
      },
    ]);
  });

  it('takes the first id that answers for its own, and a pin of the spec before that', () => {
    const first = clusterOf({}, { status: {} });
    expect(planCluster(first, { ...answers, kafka: other }, 100).blocked).toEqual([]);
    const pinned = clusterOf({ kafka: { bootstrapServers: ['kafka:9092'], clusterId: 'kafka-2' } });
    expect(planCluster(pinned, { ...answers, kafka: other }, 100).blocked).toEqual([]);
  });

  it('keeps the last known facts of what does not answer', () => {
    const spec = { registry: { url: 'http://registry' } };
    const report = reportCluster(clusterOf(spec, { status: known }), { ...answers, kafka: silent, registry: silent });
    expect(report.fields).toEqual(known);
  });

  it('does not count the brokers of another cluster', () => {
    const report = reportCluster(clusterOf({}, { status: known }), { ...answers, kafka: other });
    expect(report.fields).toMatchObject({ clusterId: 'kafka-1', brokers: 3 });
  });
});
