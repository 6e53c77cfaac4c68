import type { Container, Pod, PodSpec } from '../../../dev/local-node/pod.ts';

/** A container that runs a server, with whatever a test is about. */
export function container(fields: Partial<Container> = {}): Container {
  return { name: 'web', image: 'web:1', command: ['node', 'server.mjs'], ...fields };
}

/** A pod as the API server would give it. */
export function pod(
  spec: Partial<PodSpec> = {},
  fields: { metadata?: Partial<Pod['metadata']>; status?: Pod['status'] } = {},
): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'web-1',
      namespace: 'shop',
      uid: 'uid-1',
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...fields.metadata,
    },
    spec: { containers: [container()], restartPolicy: 'Always', ...spec },
    ...(fields.status && { status: fields.status }),
  };
}

export const placement = { podIP: '127.100.9.10', hostIP: '127.100.9.1', nodeName: 'node-9' };
