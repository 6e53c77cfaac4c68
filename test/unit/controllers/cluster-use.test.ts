import { describe, expect, it } from 'vitest';
import { resolveCluster } from '../../../src/controllers/cluster-use.ts';
import type { EventCluster } from '../../../src/crds/event-cluster.ts';
import { clusterOf } from './samples.ts';

function named(name: string, isDefault = false): EventCluster {
  const cluster = clusterOf();
  const annotations = isDefault ? { 'sluice.dev/is-default-cluster': 'true' } : {};
  return { ...cluster, metadata: { ...cluster.metadata, name, annotations } };
}

const ask = { namespace: { name: 'shop', labels: {} }, clusterRef: undefined, pinned: undefined };

describe('the cluster of a resource', () => {
  it.each([
    {
      it: 'is the one named',
      question: { ...ask, clusterRef: { name: 'b' } },
      clusters: [named('a', true), named('b')],
      name: 'b',
    },
    { it: 'is the default when none is named', question: ask, clusters: [named('a', true), named('b')], name: 'a' },
    {
      it: 'stays the one chosen first',
      question: { ...ask, pinned: 'b' },
      clusters: [named('a', true), named('b')],
      name: 'b',
    },
  ])('$it', ({ question, clusters, name }) => {
    expect(resolveCluster(question, clusters)).toMatchObject({ kind: 'use', use: { name } });
  });

  it.each([
    {
      it: 'does not exist',
      question: { ...ask, clusterRef: { name: 'x' } },
      clusters: [named('a')],
      reason: 'ClusterNotFound',
    },
    { it: 'has no default', question: ask, clusters: [named('a')], reason: 'ClusterNotFound' },
    {
      it: 'has two defaults',
      question: ask,
      clusters: [named('b', true), named('a', true)],
      reason: 'AmbiguousDefaultCluster',
    },
    {
      it: 'has not answered yet',
      question: ask,
      clusters: [{ ...named('a', true), status: {} }],
      reason: 'ClusterNotReady',
    },
  ])('is waited for when it $it', ({ question, clusters, reason }) => {
    expect(resolveCluster(question, clusters)).toMatchObject({ kind: 'blocked', blocked: { kind: 'wait', reason } });
  });

  it('names two defaults in the same order whatever order they come in', () => {
    const [a, b] = [named('a', true), named('b', true)];
    expect(resolveCluster(ask, [a, b])).toEqual(resolveCluster(ask, [b, a]));
  });
});
