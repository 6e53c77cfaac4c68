import { describe, expect, it } from 'vitest';
import type { ContainerState, Pod, PodSpec } from '../../../../dev/local-node/pod.ts';
import { type ContainerFacts, phaseOf, reportPod } from '../../../../dev/local-node/status/status.ts';
import { container, placement, pod } from '../pods.ts';

const NOW = new Date('2026-01-01T12:00:00.750Z');
const running: ContainerState = { running: { startedAt: '2026-01-01T11:00:00Z' } };
const waiting: ContainerState = { waiting: { reason: 'CrashLoopBackOff' } };
const ended = (exitCode: number): ContainerState => ({ terminated: { exitCode, reason: 'Error' } });

function facts(state: ContainerState, fields: Partial<ContainerFacts> = {}): ContainerFacts {
  return {
    name: 'web',
    image: 'web:1',
    imageID: 'folder:web',
    containerID: 'process://7',
    state,
    lastState: {},
    restartCount: 0,
    ready: false,
    started: false,
    ...fields,
  };
}

describe('phaseOf', () => {
  const rows: readonly { it: string; policy?: PodSpec['restartPolicy']; seen: ContainerFacts[]; phase: string }[] = [
    { it: 'is Pending before anything ran', seen: [facts(waiting)], phase: 'Pending' },
    { it: 'is Running while a container runs', seen: [facts(running)], phase: 'Running' },
    {
      it: 'is Running while one of two waits to come back',
      seen: [facts(running), facts(waiting, { lastState: ended(1) })],
      phase: 'Running',
    },
    { it: 'is Pending while one of two never ran', seen: [facts(running), facts(waiting)], phase: 'Pending' },
    { it: 'is Running between end and restart', seen: [facts(ended(1))], phase: 'Running' },
    { it: 'is Running in a crash loop', seen: [facts(waiting, { lastState: ended(1) })], phase: 'Running' },
    {
      it: 'is Failed when a container failed and none comes back',
      policy: 'Never',
      seen: [facts(ended(0)), facts(ended(2))],
      phase: 'Failed',
    },
    {
      it: 'is Succeeded when all ended well and none comes back',
      policy: 'Never',
      seen: [facts(ended(0))],
      phase: 'Succeeded',
    },
    {
      it: 'is Succeeded when all ended well that would come back on failure',
      policy: 'OnFailure',
      seen: [facts(ended(0))],
      phase: 'Succeeded',
    },
    {
      it: 'is Running when one that failed will come back',
      policy: 'OnFailure',
      seen: [facts(ended(1))],
      phase: 'Running',
    },
  ];
  it.each(rows)('$it', ({ policy = 'Always', seen, phase }) => {
    const containers = seen.map((_, index) => container({ name: `c${index}` }));
    expect(phaseOf(pod({ containers, restartPolicy: policy }), seen)).toBe(phase);
  });

  it('is over for a pod that is being deleted once its processes are', () => {
    const deleted = pod({}, { metadata: { deletionTimestamp: '2026-01-01T12:00:00Z' } });
    expect([phaseOf(deleted, [facts(running)]), phaseOf(deleted, [facts(ended(143))])]).toEqual(['Running', 'Failed']);
  });
});

function report(seen: ContainerFacts, on: Pod = pod()) {
  const podFacts = { placement, startTime: '2026-01-01T11:00:00Z', containers: [seen], rejection: undefined };
  return reportPod(on, podFacts, undefined, NOW);
}

function condition(status: ReturnType<typeof report>, type: string) {
  return status.conditions?.find((candidate) => candidate.type === type);
}

describe('reportPod', () => {
  it('shows where the pod is', () => {
    expect(report(facts(running))).toMatchObject({
      podIP: '127.100.9.10',
      podIPs: [{ ip: '127.100.9.10' }],
      hostIP: '127.100.9.1',
      hostIPs: [{ ip: '127.100.9.1' }],
      startTime: '2026-01-01T11:00:00Z',
    });
  });

  it('is Ready when all containers are', () => {
    const status = report(facts(running, { ready: true }));
    expect(condition(status, 'Ready')).toEqual({
      type: 'Ready',
      status: 'True',
      lastTransitionTime: '2026-01-01T12:00:00Z',
    });
  });

  it('names the containers that are not ready', () => {
    expect(condition(report(facts(running)), 'ContainersReady')).toMatchObject({
      status: 'False',
      reason: 'ContainersNotReady',
      message: 'containers with unready status: [web]',
    });
  });

  it('keeps the time of a condition whose status stays, and the conditions of others', () => {
    const since = '2026-01-01T08:00:00Z';
    const before = pod(
      {},
      {
        status: {
          conditions: [
            { type: 'PodScheduled', status: 'True', lastTransitionTime: since },
            { type: 'Ready', status: 'True', lastTransitionTime: since },
            { type: 'DisruptionTarget', status: 'True', lastTransitionTime: since },
          ],
        },
      },
    );
    const times = report(facts(running), before).conditions?.map(({ type, lastTransitionTime: at }) => [type, at]);
    expect(times).toEqual([
      ['DisruptionTarget', since],
      ['PodScheduled', since],
      ['Initialized', '2026-01-01T12:00:00Z'],
      ['ContainersReady', '2026-01-01T12:00:00Z'],
      ['Ready', '2026-01-01T12:00:00Z'],
    ]);
  });

  it('compares with what we wrote last where the object does not show it yet', () => {
    const written = [{ type: 'Ready', status: 'False', lastTransitionTime: '2026-01-01T09:00:00Z' }] as const;
    const podFacts = { placement, startTime: '', containers: [facts(running)], rejection: undefined };
    const status = reportPod(pod(), podFacts, written, NOW);
    expect(condition(status, 'Ready')?.lastTransitionTime).toBe('2026-01-01T09:00:00Z');
  });

  it('fails a pod that cannot run here, without an address', () => {
    const rejection = { reason: 'Unsupported', message: 'spec.hostNetwork is not supported' };
    const nowhere = { ...placement, podIP: undefined };
    const status = reportPod(pod(), { placement: nowhere, startTime: '', containers: [], rejection }, undefined, NOW);
    expect(status).toMatchObject({ phase: 'Failed', ...rejection });
    expect(status).not.toHaveProperty('podIP');
  });
});
