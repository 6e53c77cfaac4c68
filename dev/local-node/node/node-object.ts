import os from 'node:os';
import { ADDRESSES } from '../pods/addresses.ts';
import { wholeSeconds } from '../status/status.ts';
import { LOG_PORT } from './log-server.ts';

export interface NodeIdentity {
  name: string;
  hostIP: string;
}

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** The labels that every node has. */
export function labelsOf({ name }: NodeIdentity): Readonly<Record<string, string>> {
  return {
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': 'linux',
    'kubernetes.io/arch': architecture(),
  };
}

/** A node that is ready, and the machine as its capacity. `since` is when it became ready. */
export function statusOfNode({ hostIP }: NodeIdentity, since: Date, now: Date): Readonly<Record<string, unknown>> {
  const capacity = {
    cpu: String(os.availableParallelism()),
    memory: `${Math.floor(os.totalmem() / 1024)}Ki`,
    pods: String(ADDRESSES),
  };
  const condition = (type: string, status: string, reason: string, message: string) => ({
    type,
    status,
    reason,
    message,
    lastHeartbeatTime: wholeSeconds(now),
    lastTransitionTime: wholeSeconds(since),
  });
  return {
    capacity,
    allocatable: capacity,
    // No host name: the API server would prefer it, and nothing resolves it.
    addresses: [{ type: 'InternalIP', address: hostIP }],
    daemonEndpoints: { kubeletEndpoint: { Port: LOG_PORT } },
    nodeInfo: nodeInfo(),
    conditions: [
      condition('MemoryPressure', 'False', 'NotMeasured', 'the local node does not evict pods'),
      condition('DiskPressure', 'False', 'NotMeasured', 'the local node does not evict pods'),
      condition('PIDPressure', 'False', 'NotMeasured', 'the local node does not evict pods'),
      condition('Ready', 'True', 'NodeReady', 'the local node runs pods as processes'),
    ],
  };
}

function nodeInfo(): Readonly<Record<string, string>> {
  return {
    machineID: '',
    systemUUID: '',
    bootID: '',
    kernelVersion: os.release(),
    osImage: os.version(),
    containerRuntimeVersion: `process://${process.versions.node}`,
    kubeletVersion: 'local-node',
    kubeProxyVersion: '',
    operatingSystem: 'linux',
    architecture: architecture(),
  };
}

function architecture(): string {
  return ARCHITECTURES[os.arch()] ?? os.arch();
}
