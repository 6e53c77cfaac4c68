import { webhookName } from '../../src/adapters/kube/webhook/names.ts';
import { eventConsumer } from '../../src/crds/event-consumer.ts';
import { eventSchema } from '../../src/crds/event-schema.ts';
import { eventTopic } from '../../src/crds/event-topic.ts';
import { group, version } from '../../src/crds/names.ts';

const labels = { 'app.kubernetes.io/name': 'sluice', 'app.kubernetes.io/part-of': 'sluice' };
const port = 9443;

/** What the API server asks about, and where; the operator adds whom it has to trust. */
export function operatorWebhook(namespace: string): Record<string, unknown>[] {
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: webhookName, namespace, labels },
      spec: {
        selector: { 'app.kubernetes.io/name': 'sluice' },
        ports: [{ name: 'https', port: 443, targetPort: port, protocol: 'TCP' }],
      },
    },
    webhookConfiguration({ service: { name: webhookName, namespace, path: '/validate', port: 443 } }),
  ];
}

/** What the API server asks about, whoever it asks and whatever it does when nobody answers. */
export const webhookQuestions = {
  admissionReviewVersions: ['v1'],
  sideEffects: 'None',
  matchPolicy: 'Equivalent',
  rules: [
    {
      apiGroups: [group],
      apiVersions: [version],
      operations: ['CREATE', 'UPDATE'],
      resources: [eventConsumer, eventSchema, eventTopic].map(({ plural }) => plural),
      scope: 'Namespaced',
    },
  ],
  matchConditions: [
    { name: 'spec-changes', expression: "request.operation == 'CREATE' || object.spec != oldObject.spec" },
    { name: 'not-being-deleted', expression: '!has(object.metadata.deletionTimestamp)' },
  ],
};

/** `clientConfig`: how the API server reaches the operator. */
export function webhookConfiguration(clientConfig: Record<string, unknown>): Record<string, unknown> {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: webhookName, labels },
    webhooks: [
      {
        name: `gate.${group}`,
        clientConfig,
        // The reconciler refuses the same: an operator that is away holds nobody up, and lets nothing through.
        failurePolicy: 'Ignore',
        timeoutSeconds: 5,
        ...webhookQuestions,
      },
    ],
  };
}
