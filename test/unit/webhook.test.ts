import { expect, it } from 'vitest';
import type { KubeClient } from '../../src/adapters/kube/client/client.ts';
import { issueIdentity } from '../../src/adapters/webhook/rotation.ts';
import { loadConfig } from '../../src/config.ts';
import type { Secret } from '../../src/ports/secrets.ts';
import { createWebhook } from '../../src/webhook.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { FakeStore } from '../fakes/fake-store.ts';
import { RecordedLog, RecordedMetrics } from '../fakes/recorders.ts';

const { certificate, key } = issueIdentity({ names: ['sluice.example'], lifetimeMs: 60_000, overlapMs: 0 }, new Date());
const encoded = (text: string) => Buffer.from(text).toString('base64');

/** A Secret as cert-manager fills it. */
function secretOf(name: string): Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'ops', uid: name, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
    type: 'kubernetes.io/tls',
    data: { 'tls.crt': encoded(certificate), 'tls.key': encoded(key) },
  };
}

function webhook(env: Record<string, string>, secrets: FakeStore<Secret>) {
  const config = loadConfig({ SLUICE_NAMESPACE: 'ops', SLUICE_WEBHOOK_ADDRESS: '127.0.0.1:0', ...env });
  // Nobody leads here, so nothing is asked of the API server.
  const client = {} as KubeClient;
  const parts = { clock: new FakeClock(), log: new RecordedLog(), metrics: new RecordedMetrics(), gates: new Map() };
  return createWebhook({ ...parts, config, client, secrets });
}

it('serves from its own Secret from the moment in which that comes, and keeps it while it leads', () => {
  const secrets = new FakeStore<Secret>([secretOf('other')]);
  const { server, keeper } = webhook({}, secrets);
  expect(server.serves()).toBe(false);
  secrets.create(secretOf('sluice-webhook'));
  expect(server.serves()).toBe(true);
  expect(keeper).toBeDefined();
});

it('serves from a Secret that somebody else keeps, and issues nothing', () => {
  const secrets = new FakeStore<Secret>([secretOf('from-cert-manager')]);
  const { server, keeper } = webhook({ SLUICE_WEBHOOK_SECRET: 'from-cert-manager' }, secrets);
  expect(server.serves()).toBe(true);
  expect(keeper).toBeUndefined();
});
