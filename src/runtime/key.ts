import type { KubeObject, ObjectKey } from '../ports/kube.ts';

export function keyOf({ metadata }: KubeObject): ObjectKey {
  return metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
}

/** Empty for cluster-scoped objects. */
export function namespaceOf(key: ObjectKey): string {
  const slash = key.indexOf('/');
  return slash < 0 ? '' : key.slice(0, slash);
}
