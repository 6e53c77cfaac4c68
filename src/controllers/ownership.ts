import type { KubeObject } from '../ports/kube.ts';

/** One of the resources that want the same topic, subject, group or target. */
export interface Claimant {
  namespace: string;
  name: string;
  uid: string;
  creationTimestamp: string;
  /** Whether we recorded this claim. One that is recorded comes before any that is only older. */
  recorded: boolean;
}

export function claimant(resource: KubeObject, recorded: boolean): Claimant {
  const { namespace = '', name, uid, creationTimestamp } = resource.metadata;
  return { namespace, name, uid, creationTimestamp, recorded };
}

/** The one that may have it: a recorded claim beats age, then the older one wins, then the smaller UID. */
export function ownerOf(claimants: readonly Claimant[]): Claimant | undefined {
  return [...claimants].sort((a, b) => (comesBefore(a, b) ? -1 : 1))[0];
}

/** The owner, where that is somebody else than `resource`. */
export function ownerBeside({ metadata }: KubeObject, claimants: readonly Claimant[]): Claimant | undefined {
  const owner = ownerOf(claimants);
  return owner?.uid === metadata.uid ? undefined : owner;
}

export function comesBefore(a: Claimant, b: Claimant): boolean {
  if (a.recorded !== b.recorded) return a.recorded;
  if (a.creationTimestamp !== b.creationTimestamp) return a.creationTimestamp < b.creationTimestamp;
  return a.uid < b.uid;
}

/** Users of a namespace do not learn the names of objects in others. */
export function describeOwner(owner: Claimant, namespace: string): string {
  return owner.namespace === namespace ? `"${owner.name}"` : 'a resource in another namespace';
}
