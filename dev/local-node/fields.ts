import type { Pod } from './pod.ts';

/** Where a pod runs: what its field references may name besides its own metadata. */
export interface Placement {
  podIP: string;
  hostIP: string;
  nodeName: string;
}

const SUBSCRIPT = /^metadata\.(labels|annotations)\['(.+)'\]$/;

/** What a `fieldRef` names; undefined: no such field. An absent label or annotation is empty. */
export function readField(pod: Pod, placement: Placement, path: string): string | undefined {
  const [, map, key] = SUBSCRIPT.exec(path) ?? [];
  if (map !== undefined && key !== undefined) {
    return (map === 'labels' ? pod.metadata.labels : pod.metadata.annotations)?.[key] ?? '';
  }
  switch (path) {
    case 'metadata.name':
      return pod.metadata.name;
    case 'metadata.namespace':
      return pod.metadata.namespace ?? '';
    case 'metadata.uid':
      return pod.metadata.uid;
    case 'metadata.labels':
      return writePairs(pod.metadata.labels);
    case 'metadata.annotations':
      return writePairs(pod.metadata.annotations);
    case 'spec.nodeName':
      return placement.nodeName;
    case 'spec.serviceAccountName':
      return pod.spec.serviceAccountName ?? '';
    case 'status.podIP':
    case 'status.podIPs':
      return placement.podIP;
    case 'status.hostIP':
    case 'status.hostIPs':
      return placement.hostIP;
    default:
      return undefined;
  }
}

/** One `key="value"` a line, sorted, as the API's downward files have it. */
function writePairs(pairs: Readonly<Record<string, string>> = {}): string {
  return Object.entries(pairs)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n');
}
