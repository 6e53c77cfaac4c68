import { keyOf } from '../../base/keys.ts';
import type { ResourceCache } from '../../ports/kube.ts';
import type { Deployment, ScaleTarget } from '../../ports/scale-target.ts';
import { watch } from '../../runtime/trigger.ts';
import type { TargetsOfKind } from './targets.ts';

/** Deployments as what is scaled. */
export function deploymentTargets(deployments: ResourceCache<Deployment>): TargetsOfKind {
  return {
    get(key) {
      const deployment = deployments.get(key);
      return deployment && readDeployment(deployment);
    },
    onChange: (keysOf) => watch(deployments, ({ key }) => keysOf(`Deployment/${key}`)),
  };
}

function readDeployment(deployment: Deployment): ScaleTarget {
  const { metadata, spec, status } = deployment;
  return {
    kind: 'Deployment',
    key: `Deployment/${keyOf(deployment)}`,
    metadata,
    // Kubernetes gives one replica to a Deployment that names no number.
    replicas: spec.replicas ?? 1,
    ready: status?.readyReplicas ?? 0,
    paused: spec.paused === true,
  };
}
