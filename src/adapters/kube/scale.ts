import type { PolicyRule } from '../../ports/kube.ts';
import type { ScaleWriter } from '../../ports/scale-target.ts';
import type { KubeClient } from './client.ts';
import { deployments, keyOf } from './resource-type.ts';

export const scaleRules: readonly PolicyRule[] = [
  {
    apiGroups: [deployments.group],
    resources: [`${deployments.plural}/scale`],
    verbs: ['patch'],
    scope: 'cluster',
  },
];

export function createScaleWriter(client: KubeClient): ScaleWriter {
  return {
    async scale(target, replicas, { signal }) {
      const { uid, resourceVersion } = target.metadata;
      const patch = { metadata: { uid, resourceVersion }, spec: { replicas } };
      await client.patch(deployments, keyOf(target), patch, { subresource: 'scale', signal });
    },
  };
}
