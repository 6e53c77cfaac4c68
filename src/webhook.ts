import type { KubeClient } from './adapters/kube/client/client.ts';
import { CertificateKeeper } from './adapters/kube/webhook/keeper.ts';
import { webhookName } from './adapters/kube/webhook/names.ts';
import { servedIn } from './adapters/kube/webhook/secret.ts';
import type { RotationTerms } from './adapters/webhook/rotation.ts';
import { createWebhookServer, type WebhookServer } from './adapters/webhook/server.ts';
import { createAdmission, type KindGate } from './admission/admission.ts';
import { keyOf } from './base/keys.ts';
import type { Config } from './config.ts';
import type { Clock } from './ports/clock.ts';
import type { ResourceCache } from './ports/kube.ts';
import type { Log } from './ports/log.ts';
import type { Metrics } from './ports/metrics.ts';
import type { Secret } from './ports/secrets.ts';

export interface WebhookParts {
  config: Config;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  client: KubeClient;
  gates: ReadonlyMap<string, KindGate>;
  /** Those of the operator's own namespace. */
  secrets: ResourceCache<Secret>;
}

export interface Webhook {
  server: WebhookServer;
  /** Absent: somebody else keeps the certificates. */
  keeper: CertificateKeeper | undefined;
}

/** What API servers may be behind by: the one that hears of a change last, and the replica that does. */
const longestOverlapMs = 300_000;

/** Every replica serves from the same Secret, whether it leads or not. */
export function createWebhook({ config, secrets, ...parts }: WebhookParts): Webhook {
  const { SLUICE_NAMESPACE: namespace, SLUICE_WEBHOOK_SECRET: foreign } = config;
  const server = createWebhookServer({ review: createAdmission(parts), log: parts.log });
  const key = `${namespace}/${foreign ?? webhookName}`;
  secrets.subscribe(({ after }) => {
    const served = after && keyOf(after) === key ? servedIn(after) : undefined;
    if (served) server.use(served);
  });
  const keeper =
    foreign === undefined ? new CertificateKeeper({ ...parts, namespace, terms: termsOf(config) }) : undefined;
  return { server, keeper };
}

function termsOf(config: Config): RotationTerms {
  const {
    SLUICE_WEBHOOK_NAMES: names,
    SLUICE_WEBHOOK_CERTIFICATE_MS: lifetimeMs,
    SLUICE_NAMESPACE: namespace,
  } = config;
  return {
    names: names ?? [`${webhookName}.${namespace}.svc`],
    lifetimeMs,
    overlapMs: Math.min(longestOverlapMs, lifetimeMs / 10),
  };
}
