import { expect, test } from 'vitest';
import { objectOf } from '../../../../../src/adapters/kube/client/wire.ts';
import { deployments } from '../../../../../src/adapters/kube/resource-type.ts';

const named = { name: 'payments', resourceVersion: '7' };

test.each([
  { it: 'that was created at no time', metadata: { ...named, creationTimestamp: 'soon' } },
  { it: 'whose deletion was asked for at no time', metadata: { ...named, deletionTimestamp: '2026-13-01T00:00:00Z' } },
  { it: 'whose deletion was asked for in another way', metadata: { ...named, deletionTimestamp: 17 } },
])('an object $it is no answer', ({ metadata }) => {
  expect(() => objectOf('cannot read deployments', deployments, { metadata })).toThrow(
    expect.objectContaining({ kind: 'unavailable', code: 'MALFORMED' }),
  );
});

test.each([
  {
    it: 'with its times',
    times: { creationTimestamp: '2026-01-01T00:00:00Z', deletionTimestamp: '2026-01-02T00:00:00Z' },
  },
  { it: 'without times, as Go writes it', times: { creationTimestamp: null } },
])('an object $it is read', ({ times }) => {
  const metadata = { ...named, ...times };
  expect(objectOf('cannot read deployments', deployments, { metadata })).toMatchObject({
    kind: 'Deployment',
    metadata,
  });
});
