import type { PolicyRule } from '../../../ports/kube.ts';
import { secrets, validatingWebhookConfigurations } from '../resource-type.ts';

/** Of the Service, the Secret and the configuration: fixed, so that the operator's role can be limited to them. */
export const webhookName = 'sluice-webhook';
/** No EventCluster gets what is in a Secret of this type out by naming it. */
export const webhookSecretType = 'sluice.dev/webhook-certificates';

export const webhookRules: readonly PolicyRule[] = [
  // A name cannot limit a create.
  { apiGroups: [''], resources: [secrets.plural], verbs: ['create'], scope: 'operator-namespace' },
  {
    apiGroups: [''],
    resources: [secrets.plural],
    verbs: ['get', 'patch'],
    resourceNames: [webhookName],
    scope: 'operator-namespace',
  },
  {
    apiGroups: [validatingWebhookConfigurations.group],
    resources: [validatingWebhookConfigurations.plural],
    verbs: ['get', 'patch'],
    resourceNames: [webhookName],
    scope: 'cluster',
  },
];
