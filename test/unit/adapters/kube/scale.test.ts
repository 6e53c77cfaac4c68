import { describe, expect, it } from 'vitest';
import { createScaleWriter } from '../../../../src/adapters/kube/scale.ts';
import type { ScaleTarget } from '../../../../src/ports/scale-target.ts';
import { answer, refuse } from './api-server.ts';
import { clientFor, startServer, testSignal, thing } from './parts.ts';

describe('scaling', () => {
  const route = 'PATCH /apis/apps/v1/namespaces/shop/deployments/a/scale';
  const target: ScaleTarget = {
    kind: 'Deployment',
    key: 'Deployment/shop/a',
    metadata: thing('a', 3).metadata,
    replicas: 1,
    ready: 1,
    paused: false,
  };

  it('goes through the scale subresource and names what it was decided on', async () => {
    const server = await startServer();
    server.on(route, answer({ kind: 'Scale', metadata: { name: 'a', resourceVersion: '4' } }));
    await createScaleWriter(clientFor(server).client).scale(target, 5, { signal: testSignal() });
    expect(server.seen.map(({ body }) => body)).toEqual([
      { metadata: { uid: 'uid-a', resourceVersion: '3' }, spec: { replicas: 5 } },
    ]);
  });

  it('on a Deployment that has changed is a conflict', async () => {
    const server = await startServer();
    server.on(route, refuse(409, 'modified'));
    const scaled = createScaleWriter(clientFor(server).client).scale(target, 5, { signal: testSignal() });
    await expect(scaled).rejects.toMatchObject({ kind: 'conflict' });
  });
});
