import { keyOf } from '../../base/keys.ts';
import type { PolicyRule } from '../../ports/kube.ts';
import type { ScaleWriter, TargetKind } from '../../ports/scale-target.ts';
import type { KubeClient } from './client/client.ts';
import { deployments, type ResourceType } from './resource-type.ts';

const scalable: Readonly<Record<TargetKind, ResourceType>> = { Deployment: deployments };

export const scaleRules: readonly PolicyRule[] = Object.values(scalable).map(({ group, plural }) => ({
  apiGroups: [group],
  resources: [`${plural}/scale`],
  verbs: ['patch'],
  scope: 'cluster',
}));

export function createScaleWriter(client: KubeClient): ScaleWriter {
  return {
    async scale({ kind, metadata }, replicas, { signal }) {
      const { uid, resourceVersion } = metadata;
      const patch = { metadata: { uid, resourceVersion }, spec: { replicas } };
      await client.patch(scalable[kind], keyOf({ metadata }), patch, { subresource: 'scale', signal });
    },
  };
}
