import { webhookConfiguration } from '../../dev/generate/webhook.ts';
import { kubectl } from '../../dev/world/kubectl.ts';
import { eventually } from './eventually.ts';

const within = 120_000;

export interface WebhookInstallation {
  kubeconfig: string;
  /** Where the API server asks. */
  url: string;
  /** It asks about these only: worlds are shared. */
  namespaces: readonly string[];
  failurePolicy: 'Fail' | 'Ignore';
}

/** Installs the product's own configuration, but for where it leads, and waits until the operator has made it trusted. */
export async function installWebhook({
  kubeconfig,
  url,
  namespaces,
  failurePolicy,
}: WebhookInstallation): Promise<void> {
  const configuration = webhookConfiguration({ url });
  const [webhook] = configuration.webhooks as [object];
  const matchExpressions = [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: namespaces }];
  const webhooks = [{ ...webhook, failurePolicy, namespaceSelector: { matchExpressions } }];
  await kubectl(kubeconfig, ['apply', '-f', '-'], { input: JSON.stringify({ ...configuration, webhooks }) });
  const isTrusted = async () => {
    const path = 'jsonpath={.webhooks[0].clientConfig.caBundle}';
    const bundle = await kubectl(kubeconfig, ['get', 'validatingwebhookconfiguration', 'sluice-webhook', '-o', path]);
    if (bundle === '') throw new Error('nobody has said whom the API server has to trust');
  };
  await eventually(isTrusted, { within });
}
