import { describe, expect, it } from 'vitest';
import { pathOf, placeOf } from '../../../../src/adapters/kube/resource-type.ts';
import { keyOf } from '../../../../src/base/keys.ts';
import { thing } from './parts.ts';

describe('paths and keys', () => {
  const topics = { group: 'sluice.dev', version: 'v1', kind: 'Topic', plural: 'topics', namespaced: true };
  it.each([
    { place: {}, path: '/apis/sluice.dev/v1/topics' },
    { place: { namespace: 'shop' }, path: '/apis/sluice.dev/v1/namespaces/shop/topics' },
    { place: { namespace: 'shop', name: 'a' }, path: '/apis/sluice.dev/v1/namespaces/shop/topics/a' },
    { place: { name: 'a/../b' }, path: '/apis/sluice.dev/v1/topics/a%2F..%2Fb' },
    {
      place: { namespace: 'shop', name: 'a', subresource: 'status' as const },
      path: '/apis/sluice.dev/v1/namespaces/shop/topics/a/status',
    },
  ])('$path', ({ place, path }) => {
    expect(pathOf(topics, place)).toBe(path);
  });

  it('lead from an object to its key and to its place', () => {
    expect(placeOf(keyOf(thing('a', 1)))).toEqual({ namespace: 'shop', name: 'a' });
    expect(placeOf('default')).toEqual({ name: 'default' });
  });
});
