import type { KubeObject, ResourceCache } from './kube.ts';

/** A Secret as the API server stores it; the values are base64. */
export interface Secret extends KubeObject {
  type?: string;
  data?: Readonly<Record<string, string>>;
}

/** The Secrets that may be read. */
export interface SecretSource {
  /** Where a Secret is whose reference names no namespace. */
  readonly ownNamespace: string;
  /** By namespace. */
  readonly caches: ReadonlyMap<string, ResourceCache<Secret>>;
}
