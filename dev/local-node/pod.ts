import type { KubeObject, ObjectMeta } from '../../src/ports/kube.ts';

/** The parts of a Pod that the node reads and writes. Field names are the API's own. */
export interface Pod extends KubeObject {
  metadata: ObjectMeta & {
    deletionGracePeriodSeconds?: number;
    ownerReferences?: readonly { uid: string; controller?: boolean }[];
  };
  spec: PodSpec;
  status?: PodStatus;
}

export interface PodSpec {
  containers: readonly Container[];
  volumes?: readonly Volume[];
  nodeName?: string;
  schedulerName?: string;
  schedulingGates?: readonly unknown[];
  serviceAccountName?: string;
  restartPolicy?: 'Always' | 'OnFailure' | 'Never';
  terminationGracePeriodSeconds?: number;
}

export interface Container {
  name: string;
  image: string;
  command?: readonly string[];
  args?: readonly string[];
  env?: readonly EnvVar[];
  envFrom?: readonly EnvFromSource[];
  ports?: readonly { name?: string; containerPort: number }[];
  volumeMounts?: readonly { name: string; mountPath: string }[];
  startupProbe?: Probe;
  livenessProbe?: Probe;
  readinessProbe?: Probe;
}

export interface KeyRef {
  name: string;
  key: string;
  optional?: boolean;
}

export interface FieldRef {
  fieldPath: string;
}

export interface EnvVar {
  name: string;
  value?: string;
  valueFrom?: { configMapKeyRef?: KeyRef; secretKeyRef?: KeyRef; fieldRef?: FieldRef };
}

export interface ObjectRef {
  name: string;
  optional?: boolean;
}

export interface EnvFromSource {
  prefix?: string;
  configMapRef?: ObjectRef;
  secretRef?: ObjectRef;
}

export interface KeyToPath {
  key: string;
  path: string;
}

export interface DownwardItem {
  path: string;
  fieldRef?: FieldRef;
}

/** One source of files: of a volume, or of one entry of a projected volume. */
export interface FileSource {
  configMap?: { name: string; items?: readonly KeyToPath[]; optional?: boolean };
  secret?: { name?: string; secretName?: string; items?: readonly KeyToPath[]; optional?: boolean };
  downwardAPI?: { items?: readonly DownwardItem[] };
}

export interface Volume extends FileSource {
  name: string;
  emptyDir?: object;
  projected?: { sources?: readonly FileSource[] };
}

export interface HttpGet {
  path?: string;
  port: number | string;
  host?: string;
  scheme?: 'HTTP' | 'HTTPS';
  httpHeaders?: readonly { name: string; value: string }[];
}

export interface Probe {
  httpGet?: HttpGet;
  tcpSocket?: { port: number | string; host?: string };
  exec?: { command?: readonly string[] };
  initialDelaySeconds?: number;
  periodSeconds?: number;
  timeoutSeconds?: number;
  successThreshold?: number;
  failureThreshold?: number;
  terminationGracePeriodSeconds?: number;
}

export interface Terminated {
  exitCode: number;
  signal?: number;
  reason: string;
  message?: string;
  startedAt?: string;
  finishedAt?: string;
}

export interface ContainerState {
  waiting?: { reason: string; message?: string };
  running?: { startedAt: string };
  terminated?: Terminated;
}

export interface ContainerStatus {
  name: string;
  image: string;
  imageID: string;
  containerID?: string;
  state: ContainerState;
  lastState: ContainerState;
  restartCount: number;
  ready: boolean;
  started: boolean;
}

export interface PodCondition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  lastTransitionTime: string;
  observedGeneration?: number;
  reason?: string;
  message?: string;
}

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

export interface PodStatus {
  phase?: PodPhase;
  observedGeneration?: number;
  reason?: string;
  message?: string;
  hostIP?: string;
  hostIPs?: readonly { ip: string }[];
  podIP?: string;
  podIPs?: readonly { ip: string }[];
  startTime?: string;
  conditions?: readonly PodCondition[];
  containerStatuses?: readonly ContainerStatus[];
}

export function isOver(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}
