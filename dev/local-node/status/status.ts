import type { Placement } from '../fields.ts';
import type { ContainerState, ContainerStatus, Pod, PodCondition, PodPhase, PodStatus } from '../pod.ts';

/** What is known about one container of a pod. */
export interface ContainerFacts {
  name: string;
  image: string;
  imageID: string;
  containerID: string | undefined;
  state: ContainerState;
  lastState: ContainerState;
  restartCount: number;
  ready: boolean;
  started: boolean;
}

/** The pod as a whole cannot run here. */
export interface Rejection {
  reason: string;
  message: string;
}

export interface PodFacts {
  /** A pod that was rejected has no address. */
  placement: Omit<Placement, 'podIP'> & { podIP: string | undefined };
  /** RFC 3339: when the node took the pod on. */
  startTime: string;
  containers: readonly ContainerFacts[];
  rejection: Rejection | undefined;
}

/**
 * The status of a pod on this node. `written` are the conditions that we wrote last, if the object may not show them
 * yet. Conditions that others wrote are kept.
 */
export function reportPod(
  pod: Pod,
  facts: PodFacts,
  written: readonly PodCondition[] | undefined,
  now: Date,
): PodStatus {
  const { podIP, hostIP } = facts.placement;
  const phase = facts.rejection ? 'Failed' : phaseOf(pod, facts.containers);
  return {
    phase,
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    ...(facts.rejection ?? {}),
    hostIP,
    hostIPs: [{ ip: hostIP }],
    ...(podIP === undefined ? {} : { podIP, podIPs: [{ ip: podIP }] }),
    startTime: facts.startTime,
    conditions: conditionsOf(pod, phase, facts.containers, written, now),
    containerStatuses: facts.containers.map(statusOf),
  };
}

function statusOf(facts: ContainerFacts): ContainerStatus {
  const { containerID, ...rest } = facts;
  return { ...rest, ...(containerID === undefined ? {} : { containerID }) };
}

/** Pending until each container has run once; over when none runs and the restart policy lets none come back. */
export function phaseOf(pod: Pod, containers: readonly ContainerFacts[]): PodPhase {
  if (containers.length < pod.spec.containers.length || containers.some(neverRan)) return 'Pending';
  const ends = containers.map((container) => container.state.terminated ?? container.lastState.terminated);
  const stopped = containers.every((container) => container.state.running === undefined);
  const succeeded = ends.every((end) => end?.exitCode === 0);
  if (!stopped) return 'Running';
  if (pod.metadata.deletionTimestamp !== undefined && containers.every(({ state }) => state.terminated)) {
    return succeeded ? 'Succeeded' : 'Failed';
  }
  switch (pod.spec.restartPolicy) {
    case 'Never':
      return succeeded ? 'Succeeded' : 'Failed';
    case 'OnFailure':
      return succeeded ? 'Succeeded' : 'Running';
    default:
      return 'Running';
  }
}

function neverRan(container: ContainerFacts): boolean {
  return container.state.waiting !== undefined && container.lastState.terminated === undefined;
}

function conditionsOf(
  pod: Pod,
  phase: PodPhase,
  containers: readonly ContainerFacts[],
  written: readonly PodCondition[] | undefined,
  now: Date,
): readonly PodCondition[] {
  const shown = pod.status?.conditions ?? [];
  const ready = readiness(phase, containers);
  const own: readonly Finding[] = [
    { type: 'PodScheduled', status: 'True' },
    { type: 'Initialized', status: 'True' },
    { type: 'ContainersReady', ...ready },
    { type: 'Ready', ...ready },
  ];
  const foreign = shown.filter((condition) => !own.some(({ type }) => type === condition.type));
  const { generation } = pod.metadata;
  const seen = generation === undefined ? {} : { observedGeneration: generation };
  return [...foreign, ...own.map((finding) => ({ ...dated(finding, written ?? shown, now), ...seen }))];
}

type Finding = Omit<PodCondition, 'lastTransitionTime' | 'observedGeneration'>;

/** The time changes only when the status does. */
function dated(finding: Finding, before: readonly PodCondition[], now: Date): PodCondition {
  const former = before.find((condition) => condition.type === finding.type);
  const kept = former?.status === finding.status ? former.lastTransitionTime : undefined;
  return { ...finding, lastTransitionTime: kept ?? wholeSeconds(now) };
}

function readiness(phase: PodPhase, containers: readonly ContainerFacts[]): Omit<Finding, 'type'> {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const unready = containers.filter((container) => !container.ready).map((container) => container.name);
  if (unready.length === 0 && phase === 'Running') return { status: 'True' };
  return {
    status: 'False',
    reason: 'ContainersNotReady',
    message: `containers with unready status: [${unready.join(' ')}]`,
  };
}

/** RFC 3339 without fractions, as the API stores it. */
export function wholeSeconds(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z');
}
