import { textOfError } from '../../../base/text.ts';
import { sleep } from '../../../base/time.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { CallOptions, KubeObject } from '../../../ports/kube.ts';
import type { Log } from '../../../ports/log.ts';
import type { Secret } from '../../../ports/secrets.ts';
import { type HeldCertificates, nextCertificates, type RotationTerms, trustedBy } from '../../webhook/rotation.ts';
import type { KubeClient } from '../client/client.ts';
import { secrets, validatingWebhookConfigurations } from '../resource-type.ts';
import { webhookName, webhookSecretType } from './names.ts';
import { certificatesIn, dataOf } from './secret.ts';

export interface KeeperParts {
  /** Writes only while this process leads. */
  client: KubeClient;
  clock: Clock;
  log: Log;
  /** The operator's own. */
  namespace: string;
  terms: RotationTerms;
}

interface Configuration extends KubeObject {
  webhooks?: readonly { clientConfig: { caBundle?: string } }[];
}

/** How often is looked whether a step is due, and whether somebody has changed what the API server trusts. */
const longestPauseMs = 10_000;

/**
 * Keeps the certificates of the webhook in a Secret from which all replicas serve, and what the API server trusts in the
 * configuration of the webhook. Whoever leads does, one step at a time.
 */
export class CertificateKeeper {
  readonly #parts: KeeperParts;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  async run(term: AbortSignal): Promise<void> {
    const { clock, log, terms } = this.#parts;
    const pauseMs = Math.min(longestPauseMs, terms.overlapMs / 2);
    while (!term.aborted) {
      try {
        while (await this.#step({ signal: term }));
      } catch (error) {
        if (!term.aborted) log.warn('cannot keep the certificates of the webhook', { error: textOfError(error) });
      }
      await sleep(clock, pauseMs, term);
    }
  }

  /** Returns whether it changed the certificates: what is trusted has to follow at once. */
  async #step(options: CallOptions): Promise<boolean> {
    const { client, clock, log, namespace, terms } = this.#parts;
    const secret = await client.get<Secret>(secrets, `${namespace}/${webhookName}`, options);
    const held = secret && certificatesIn(secret);
    const isTrusted = held === undefined || (await this.#trust(held, options));
    const next = nextCertificates(held, isTrusted, terms, clock.now());
    if (next === undefined) return false;
    await this.#store(secret, next, options);
    log.info('changed the certificates of the webhook', { step: stepBetween(held, next) });
    return true;
  }

  /** Returns whether the API server was told before already. Without a configuration nobody asks, and nobody has to trust. */
  async #trust(held: HeldCertificates, options: CallOptions): Promise<boolean> {
    const { client } = this.#parts;
    const found = await client.get<Configuration>(validatingWebhookConfigurations, webhookName, options);
    const caBundle = Buffer.from(trustedBy(held)).toString('base64');
    const { metadata, webhooks = [] } = found ?? {};
    if (metadata === undefined || webhooks.every(({ clientConfig }) => clientConfig.caBundle === caBundle)) return true;
    const { uid, resourceVersion } = metadata;
    const patch = {
      metadata: { uid, resourceVersion },
      webhooks: webhooks.map((webhook) => ({ ...webhook, clientConfig: { ...webhook.clientConfig, caBundle } })),
    };
    await client.patch(validatingWebhookConfigurations, webhookName, patch, options);
    return false;
  }

  async #store(secret: Secret | undefined, next: HeldCertificates, options: CallOptions): Promise<void> {
    const { client, namespace } = this.#parts;
    const data = dataOf(next);
    if (secret === undefined) {
      const held = Object.entries(data).filter(([, value]) => value !== null);
      const metadata = { name: webhookName, namespace };
      await client.create(secrets, { metadata, type: webhookSecretType, data: Object.fromEntries(held) }, options);
      return;
    }
    const { uid, resourceVersion } = secret.metadata;
    await client.patch(secrets, `${namespace}/${webhookName}`, { metadata: { uid, resourceVersion }, data }, options);
  }
}

/** For the log. */
function stepBetween(before: HeldCertificates | undefined, after: HeldCertificates): string {
  if (after.next !== undefined) return 'issued the next ones';
  if (after.previousCa !== undefined) return 'serves the next ones';
  return before === undefined || before.serving.ca !== after.serving.ca ? 'issued' : 'forgot the former authority';
}
