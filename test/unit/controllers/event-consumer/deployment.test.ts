import { describe, expect, it } from 'vitest';
import { deploymentTargets } from '../../../../src/controllers/event-consumer/deployment.ts';
import type { Deployment } from '../../../../src/ports/scale-target.ts';
import { FakeStore } from '../../../fakes/fake-store.ts';
import { deployment } from './samples.ts';

describe('a Deployment as what is scaled', () => {
  it.each<{ it: string; read: Pick<Deployment, 'spec' | 'status'>; target: object }>([
    { it: 'has the size that it asks for', read: { spec: { replicas: 4 } }, target: { replicas: 4, ready: 0 } },
    { it: 'that names no size has one replica, as Kubernetes says', read: { spec: {} }, target: { replicas: 1 } },
    { it: 'may be scaled to nothing', read: { spec: { replicas: 0 } }, target: { replicas: 0 } },
    { it: 'says how many are ready', read: { spec: {}, status: { readyReplicas: 2 } }, target: { ready: 2 } },
    { it: 'is not paused unless it says so', read: { spec: {} }, target: { paused: false } },
    { it: 'says that it is paused', read: { spec: { paused: true } }, target: { paused: true } },
  ])('$it', ({ read, target }) => {
    const targets = deploymentTargets(new FakeStore<Deployment>([{ ...deployment, ...read }]));
    expect(targets.get('shop/payment')).toMatchObject({
      kind: 'Deployment',
      key: 'Deployment/shop/payment',
      ...target,
    });
  });

  it('may not exist', () => {
    expect(deploymentTargets(new FakeStore<Deployment>()).get('shop/payment')).toBeUndefined();
  });
});
