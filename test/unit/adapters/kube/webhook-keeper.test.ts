import { describe, expect, it } from 'vitest';
import { CertificateKeeper } from '../../../../src/adapters/kube/webhook/keeper.ts';
import { certificatesIn, servedIn } from '../../../../src/adapters/kube/webhook/secret.ts';
import { type HeldCertificates, trustedBy } from '../../../../src/adapters/webhook/rotation.ts';
import type { Secret } from '../../../../src/ports/secrets.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { eventually } from '../../../helpers/eventually.ts';
import { answer, type Seen } from './api-server.ts';
import { ConfigMapApi } from './config-map-api.ts';
import { CollectedLog, clientFor, soon, startServer, testSignal, thing } from './parts.ts';

const route = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/sluice-webhook';
const terms = { names: ['sluice-webhook.ops.svc'], lifetimeMs: 90_000, overlapMs: 9_000 };

interface Webhooks {
  webhooks: { name: string; clientConfig: { url: string; caBundle?: string } }[];
}

/** A keeper that leads, before an API server with a configuration or without. */
async function keeping({ installed = true }: { installed?: boolean } = {}) {
  const server = await startServer();
  const secret = new ConfigMapApi(server, 'ops', 'sluice-webhook', 'secrets');
  const url = 'https://operator/validate';
  let webhooks: Webhooks['webhooks'] = [{ name: 'gate.sluice.dev', clientConfig: { url } }];
  const configuration = () => ({ ...thing('sluice-webhook', 5), kind: 'ValidatingWebhookConfiguration', webhooks });
  if (installed) {
    server.on(`GET ${route}`, (response, seen) => answer(configuration())(response, seen));
    server.on(`PATCH ${route}`, (response, seen: Seen) => {
      webhooks = (seen.body as Webhooks).webhooks;
      answer(configuration())(response, seen);
    });
  }
  const clock = new FakeClock();
  const log = new CollectedLog();
  const { client } = clientFor(server);
  void new CertificateKeeper({ client, clock, log, namespace: 'ops', terms }).run(testSignal());
  const held = (): HeldCertificates => {
    const found = secret.stored && certificatesIn(secret.stored as Secret);
    if (!found) throw new Error('there are no certificates yet');
    return found;
  };
  const bundle = () => Buffer.from(webhooks[0]?.clientConfig.caBundle ?? '', 'base64').toString();
  return {
    server,
    secret,
    clock,
    log,
    held,
    bundle,
    webhooks: () => webhooks,
    forgetTrust: () => {
      webhooks = [{ name: 'gate.sluice.dev', clientConfig: { url } }];
    },
    /** Lets time pass while it rests between two looks, and the next look end. */
    pass: async (ms: number) => {
      const isAtRest = () => expect(clock.timers).toBe(1);
      await eventually(isAtRest, soon);
      clock.jump(ms);
      await clock.advance(0);
      await eventually(isAtRest, soon);
    },
  };
}

describe('whoever leads', () => {
  it('issues certificates, and has the API server trust them and nothing else changed', async () => {
    const { held, bundle, webhooks, secret } = await keeping();
    await eventually(() => expect(bundle()).toBe(held().serving.ca), soon);
    expect(webhooks()).toEqual([
      { name: 'gate.sluice.dev', clientConfig: { url: 'https://operator/validate', caBundle: expect.any(String) } },
    ]);
    expect(servedIn(secret.stored as Secret)).toEqual({
      certificate: held().serving.certificate,
      key: held().serving.key,
    });
  });

  it('writes nothing while all is as it should be', async () => {
    const { held, bundle, secret, server, pass } = await keeping();
    await eventually(() => expect(bundle()).toBe(held().serving.ca), soon);
    await pass(10_000);
    await pass(10_000);
    expect(secret.writes).toBe(1);
    expect(server.requests(`PATCH ${route}`)).toHaveLength(1);
  });

  it('puts back what somebody takes out of the configuration', async () => {
    const { held, bundle, forgetTrust, pass } = await keeping();
    await eventually(() => expect(bundle()).toBe(held().serving.ca), soon);
    forgetTrust();
    await pass(10_000);
    await eventually(() => expect(bundle()).toBe(held().serving.ca), soon);
  });

  it('changes the certificates while at each moment all that may be shown is trusted', async () => {
    const { held, bundle, pass } = await keeping();
    await eventually(() => expect(bundle()).toBe(held().serving.ca), soon);
    const first = held().serving;
    await pass(61_000);
    await eventually(() => expect(held().next).toBeDefined(), soon);
    await eventually(() => expect(bundle()).toBe(first.ca + held().next?.ca), soon);
    expect(held().serving).toEqual(first);
    await pass(10_000);
    await eventually(() => expect(held().previousCa).toBe(first.ca), soon);
    await eventually(() => expect(bundle()).toBe(held().serving.ca + first.ca), soon);
    await pass(10_000);
    await eventually(() => expect(bundle()).toBe(held().serving.ca), soon);
    expect(held().serving.ca).not.toBe(first.ca);
  });

  it('keeps certificates where no configuration is installed', async () => {
    const { held, server, log } = await keeping({ installed: false });
    await eventually(() => expect(trustedBy(held())).toContain('BEGIN CERTIFICATE'), soon);
    expect(server.requests(`PATCH ${route}`)).toEqual([]);
    expect(log.lines.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  it('issues anew where the Secret holds nothing that can be used', async () => {
    const { held, secret, bundle, pass } = await keeping();
    await eventually(() => expect(bundle()).toBe(held().serving.ca), soon);
    secret.put(thing('sluice-webhook', 0, { data: { 'tls.crt': 'bm9uZQ==' } }));
    await pass(10_000);
    await eventually(() => expect(bundle()).toBe(held().serving.ca), soon);
  });
});
