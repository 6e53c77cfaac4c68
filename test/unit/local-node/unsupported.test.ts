import { expect, it } from 'vitest';
import { findUnsupported } from '../../../dev/local-node/unsupported.ts';
import { container, pod } from './pods.ts';

/** `spec` is what a user may write; the node's own types do not know these fields. */
function find(spec: object): string | undefined {
  return findUnsupported(pod(spec));
}

const inContainer = (fields: object) => ({ containers: [container(), { ...container(), ...fields }] });

const refused = [
  { spec: { initContainers: [container()] }, field: 'spec.initContainers' },
  { spec: { hostNetwork: true }, field: 'spec.hostNetwork=true' },
  { spec: { activeDeadlineSeconds: 5 }, field: 'spec.activeDeadlineSeconds' },
  { spec: { volumes: [{ name: 'v', hostPath: { path: '/' } }] }, field: 'spec.volumes[].hostPath' },
  { spec: { volumes: [{ name: 'v', persistentVolumeClaim: {} }] }, field: 'spec.volumes[].persistentVolumeClaim' },
  {
    spec: { volumes: [{ name: 'v', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }] },
    field: 'spec.volumes[].projected.sources[].serviceAccountToken',
  },
  { spec: inContainer({ lifecycle: { preStop: {} } }), field: 'spec.containers[].lifecycle' },
  { spec: inContainer({ workingDir: '/app' }), field: 'spec.containers[].workingDir' },
  { spec: inContainer({ ports: [{ containerPort: 80, hostPort: 80 }] }), field: 'spec.containers[].ports[].hostPort' },
  { spec: inContainer({ livenessProbe: { grpc: { port: 1 } } }), field: 'spec.containers[].livenessProbe.grpc' },
  {
    spec: inContainer({ env: [{ name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } }] }),
    field: 'spec.containers[].env[].valueFrom.resourceFieldRef',
  },
  {
    spec: inContainer({ volumeMounts: [{ name: 'v', mountPath: '/v', subPath: 'a' }] }),
    field: 'spec.containers[].volumeMounts[].subPath',
  },
  {
    spec: inContainer({ securityContext: { privileged: true } }),
    field: 'spec.containers[].securityContext.privileged=true',
  },
  {
    spec: inContainer({ securityContext: { capabilities: { add: ['NET_ADMIN'] } } }),
    field: 'spec.containers[].securityContext.capabilities.add',
  },
];
it.each(refused)('refuses $field', ({ spec, field }) => {
  expect(find(spec)).toBe(field);
});

const accepted = [
  { it: 'a plain pod', spec: {} },
  { it: 'host namespaces that are not wanted', spec: { hostNetwork: false, hostPID: false } },
  { it: 'an empty list of init containers', spec: { initContainers: [] } },
  {
    it: 'what a restricted namespace asks for',
    spec: {
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      ...inContainer({
        resources: { limits: { memory: '64Mi' } },
        securityContext: { allowPrivilegeEscalation: false, privileged: false, capabilities: { drop: ['ALL'] } },
      }),
    },
  },
  {
    it: 'the token volume that admission adds',
    spec: { volumes: [{ name: 'kube-api-access-x2x', projected: { sources: [{ serviceAccountToken: {} }] } }] },
  },
  {
    it: 'a volume of each supported kind',
    spec: {
      volumes: [
        { name: 'a', emptyDir: {} },
        { name: 'b', secret: {} },
      ],
    },
  },
];
it.each(accepted)('accepts $it', ({ spec }) => {
  expect(find(spec)).toBeUndefined();
});
