import { lookUp } from '../base/records.ts';
import { Reason } from '../crds/reasons.ts';
import { Fault } from '../ports/fault.ts';
import type { ObjectKey } from '../ports/kube.ts';
import type { ReadableSecrets, Secret } from '../ports/secrets.ts';
import type { Blocked } from '../runtime/kind.ts';
import { refuse, wait } from './blocked.ts';

export interface SecretRef {
  name: string;
  namespace?: string | undefined;
}

/** What somebody needs of one Secret: all of `keys`, or else `or`. */
export interface Wanted {
  ref: SecretRef;
  keys: readonly string[];
  or?: string;
}

/** A watch tells of every change. */
const lookAgainMs = 60_000;

/** Credentials of the platform itself, which nobody gets out by naming them in an EventCluster, and what is large. */
const notForConnections = [
  /^kubernetes\.io\/service-account-token$/,
  /^bootstrap\.kubernetes\.io\//,
  /^helm\.sh\//,
  /^sluice\.dev\//,
];

export function isForConnections(type = 'Opaque'): boolean {
  return !notForConnections.some((pattern) => pattern.test(type));
}

export function secretKeyOf(
  { name, namespace }: SecretRef,
  { ownNamespace }: Pick<ReadableSecrets, 'ownNamespace'>,
): ObjectKey {
  return `${namespace ?? ownNamespace}/${name}`;
}

export function wantedOfCa(ref: (SecretRef & { key: string }) | undefined): readonly Wanted[] {
  return ref ? [{ ref, keys: [ref.key] }] : [];
}

/** Names no Secret: users of the cluster read this, and do not learn what is in the operator's namespace. */
export function lacksCredentials(system: 'kafka' | 'registry', eventCluster: string): Fault {
  const message = `EventCluster "${eventCluster}" lacks something to log in with; see its status`;
  return new Fault(system, 'unavailable', message, { code: 'CREDENTIALS_MISSING' });
}

/** What is missing first; `undefined`: nothing. */
export function missingOf(all: readonly Wanted[], secrets: ReadableSecrets): Blocked | undefined {
  for (const wanted of all) {
    const missing = missingIn(wanted, secrets);
    if (missing !== undefined) return missing;
  }
  return undefined;
}

function missingIn({ ref, keys, or }: Wanted, secrets: ReadableSecrets): Blocked | undefined {
  const namespace = ref.namespace ?? secrets.ownNamespace;
  if (!secrets.caches.has(namespace)) return notRead(namespace);
  const secret = find(ref, secrets);
  const named = `Secret "${ref.name}" in namespace "${namespace}"`;
  const alternative = or === undefined ? '' : `, or ${or}`;
  if (secret === undefined)
    return notReady(`${named} does not exist`, `create it with ${keys.join(' and ')}${alternative}`);
  if (!isForConnections(secret.type))
    return notReady(`${named} has type ${secret.type}, whose content is not given away`);
  if (or !== undefined && lookUp(secret.data, or)) return undefined;
  const absent = keys.filter((key) => !lookUp(secret.data, key));
  if (absent.length === 0) return undefined;
  return notReady(`${named} lacks ${absent.join(' and ')}${alternative}`, 'add what is missing');
}

function notRead(namespace: string): Blocked {
  return refuse(Reason.NotGranted, {
    what: `the operator does not read the Secrets of namespace "${namespace}"`,
    next: 'move the Secret to its own namespace, or list this one in SLUICE_SECRET_NAMESPACES',
  });
}

function notReady(what: string, next?: string): Blocked {
  return { ...wait(Reason.SecretNotReady, { what, ...(next && { next }) }, lookAgainMs), notReady: true };
}

/** What a key holds; empty when it is missing. */
export function textOf(ref: SecretRef, key: string, secrets: ReadableSecrets): string {
  return Buffer.from(lookUp(find(ref, secrets)?.data, key) ?? '', 'base64').toString('utf8');
}

/** The same without a line feed at its end: Secrets that are made of files have one, and it is no part of a password. */
export function lineOf(ref: SecretRef, key: string, secrets: ReadableSecrets): string {
  return textOf(ref, key, secrets).replace(/\r?\n$/, '');
}

export function userOf(ref: SecretRef, secrets: ReadableSecrets): { username: string; password: string } {
  return { username: lineOf(ref, 'username', secrets), password: lineOf(ref, 'password', secrets) };
}

function find(ref: SecretRef, secrets: ReadableSecrets): Secret | undefined {
  return secrets.caches.get(ref.namespace ?? secrets.ownNamespace)?.get(secretKeyOf(ref, secrets));
}
