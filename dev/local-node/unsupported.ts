import type { Pod } from './pod.ts';

/**
 * What a pod of processes cannot give. A path may go through lists (`[]`) and names a field whose presence is refused,
 * or, after `=`, the one value that is refused.
 */
const REFUSED: readonly string[] = [
  'spec.initContainers',
  'spec.hostNetwork=true',
  'spec.hostPID=true',
  'spec.hostIPC=true',
  'spec.hostAliases',
  'spec.runtimeClassName',
  'spec.resourceClaims',
  'spec.readinessGates',
  'spec.activeDeadlineSeconds',
  'spec.securityContext.sysctls',
  'spec.containers[].lifecycle',
  'spec.containers[].workingDir',
  'spec.containers[].restartPolicy',
  'spec.containers[].restartPolicyRules',
  'spec.containers[].volumeDevices',
  'spec.containers[].ports[].hostPort',
  'spec.containers[].volumeMounts[].subPath',
  'spec.containers[].volumeMounts[].subPathExpr',
  'spec.containers[].env[].valueFrom.resourceFieldRef',
  'spec.containers[].env[].valueFrom.fileKeyRef',
  'spec.containers[].startupProbe.grpc',
  'spec.containers[].livenessProbe.grpc',
  'spec.containers[].readinessProbe.grpc',
  'spec.containers[].securityContext.privileged=true',
  'spec.containers[].securityContext.capabilities.add',
  'spec.volumes[].downwardAPI.items[].resourceFieldRef',
  'spec.volumes[].projected.sources[].serviceAccountToken',
  'spec.volumes[].projected.sources[].clusterTrustBundle',
  'spec.volumes[].projected.sources[].podCertificate',
  'spec.volumes[].projected.sources[].downwardAPI.items[].resourceFieldRef',
];

const VOLUME_SOURCES = new Set(['configMap', 'secret', 'emptyDir', 'projected', 'downwardAPI']);

/** The admission plugin for service accounts adds a volume of this name to every pod that does not opt out. */
const API_ACCESS = /^kube-api-access-/;

/** True for the volume with the service account's token that nobody asked for. Such a volume is left out. */
export function isApiAccess(volume: { name: string }): boolean {
  return API_ACCESS.test(volume.name);
}

/** The first field of the pod that the node cannot honour, such as `spec.containers[].lifecycle`. */
export function findUnsupported(pod: Pod): string | undefined {
  const volumes = (pod.spec.volumes ?? []).filter((volume) => !isApiAccess(volume));
  const asked = { spec: { ...pod.spec, volumes } };
  return REFUSED.find((rule) => isRefused(asked, rule)) ?? findForeignVolume(volumes);
}

function isRefused(pod: unknown, rule: string): boolean {
  const [path = '', refused] = rule.split('=');
  const found = valuesAt(pod, path.split('.'));
  return refused === undefined ? found.some(isPresent) : found.some((value) => String(value) === refused);
}

function valuesAt(value: unknown, path: readonly string[]): readonly unknown[] {
  const [step, ...rest] = path;
  if (step === undefined) return [value];
  if (typeof value !== 'object' || value === null) return [];
  const inner: unknown = Reflect.get(value, step.replace('[]', ''));
  if (!step.endsWith('[]')) return valuesAt(inner, rest);
  return Array.isArray(inner) ? inner.flatMap((item) => valuesAt(item, rest)) : [];
}

function isPresent(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null && value !== '';
}

function findForeignVolume(volumes: readonly object[]): string | undefined {
  const sources = volumes.flatMap((volume) => Object.keys(volume).filter((key) => key !== 'name'));
  const foreign = sources.find((source) => !VOLUME_SOURCES.has(source));
  return foreign && `spec.volumes[].${foreign}`;
}
