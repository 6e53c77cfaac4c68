import { expect, test } from 'vitest';
import { keyOf, namespaceOf } from '../../../src/base/keys.ts';

const metadata = { uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
const object = (names: { name: string; namespace?: string }) => ({
  apiVersion: 'v1',
  kind: 'Note',
  metadata: { ...metadata, ...names },
});

test.each([
  { it: 'of an object in a namespace names both', names: { namespace: 'shop', name: 'a' }, key: 'shop/a' },
  { it: 'of a cluster-scoped object is its name', names: { name: 'a' }, key: 'a' },
])('the key $it, and gives the namespace back', ({ names, key }) => {
  expect(keyOf(object(names))).toBe(key);
  expect(namespaceOf(key)).toBe(names.namespace ?? '');
});
