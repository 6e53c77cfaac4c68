import type { KubeObject, ResourceCache } from './kube.ts';

/** A Secret as the API server stores it; the values are base64. */
export interface Secret extends KubeObject {
  type?: string;
  data?: Readonly<Record<string, string>>;
}

/** Secrets as they were read. */
export interface ReadableSecrets {
  /** Where a Secret is whose reference names no namespace. */
  readonly ownNamespace: string;
  /** By namespace. */
  readonly caches: ReadonlyMap<string, Pick<ResourceCache<Secret>, 'get'>>;
}

/** The Secrets that may be read, as they change. */
export interface SecretSource extends ReadableSecrets {
  readonly caches: ReadonlyMap<string, ResourceCache<Secret>>;
}
