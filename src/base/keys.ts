/** What names an object of Kubernetes: `namespace/name`, or `name` for cluster-scoped objects. */
export function keyOf({ metadata }: { metadata: { namespace?: string; name: string } }): string {
  return metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
}

/** Empty for cluster-scoped objects. */
export function namespaceOf(key: string): string {
  const slash = key.indexOf('/');
  return slash < 0 ? '' : key.slice(0, slash);
}
