import type { Secret } from '../../../src/ports/secrets.ts';
import { FakeStore } from '../../fakes/fake-store.ts';

/** The operator's namespace. */
export const own = 'sluice-system';

/** Values are spelled out; the API server's form of them is base64. */
export function sourceWith(secrets: Record<string, Record<string, string>>, types: Record<string, string> = {}) {
  const caches = new Map([own, 'kafka'].map((namespace) => [namespace, new FakeStore<Secret>()]));
  for (const [key, values] of Object.entries(secrets)) {
    const [namespace = '', name = ''] = key.split('/');
    const data = Object.entries(values).map(([at, value]) => [at, Buffer.from(value).toString('base64')]);
    const type = types[key];
    caches.get(namespace)?.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace },
      data: Object.fromEntries(data),
      ...(type && { type }),
    });
  }
  return { ownNamespace: own, caches };
}
