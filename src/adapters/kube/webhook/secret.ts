import { createPrivateKey, X509Certificate } from 'node:crypto';
import { lookUp } from '../../../base/records.ts';
import type { Secret } from '../../../ports/secrets.ts';
import type { HeldCertificates, ServerIdentity } from '../../webhook/rotation.ts';
import { isTime } from '../times.ts';

/** The keys of what is served are those of a Secret of type kubernetes.io/tls, as cert-manager fills it. */
const key = {
  serving: { ca: 'ca.crt', certificate: 'tls.crt', key: 'tls.key' },
  next: { ca: 'next-ca.crt', certificate: 'next-tls.crt', key: 'next-tls.key' },
  previousCa: 'previous-ca.crt',
  changedAt: 'changed-at',
} as const;

type Data = Record<string, string | null>;

/** `undefined`: they cannot be used. */
export function certificatesIn({ data }: Secret): HeldCertificates | undefined {
  const serving = identityIn(data, key.serving);
  const changedAt = valueIn(data, key.changedAt);
  if (serving === undefined || !isTime(changedAt)) return undefined;
  return {
    serving,
    next: identityIn(data, key.next),
    previousCa: valueIn(data, key.previousCa),
    changedAt: new Date(changedAt),
  };
}

/** What a replica serves, whoever keeps the Secret; `undefined`: nothing that could be served. */
export function servedIn({ data }: Secret): Pick<ServerIdentity, 'certificate' | 'key'> | undefined {
  const certificate = valueIn(data, key.serving.certificate);
  const privateKey = valueIn(data, key.serving.key);
  return certificate === undefined || privateKey === undefined ? undefined : { certificate, key: privateKey };
}

/** As a merge patch of the data: what is not held any more goes. */
export function dataOf({ serving, next, previousCa, changedAt }: HeldCertificates): Data {
  return {
    ...identityData(serving, key.serving),
    ...identityData(next, key.next),
    [key.previousCa]: encoded(previousCa),
    [key.changedAt]: encoded(changedAt.toISOString()),
  };
}

type Keys = Readonly<Record<keyof ServerIdentity, string>>;

function identityData(identity: ServerIdentity | undefined, keys: Keys): Data {
  return {
    [keys.ca]: encoded(identity?.ca),
    [keys.certificate]: encoded(identity?.certificate),
    [keys.key]: encoded(identity?.key),
  };
}

function identityIn(data: Secret['data'], keys: Keys): ServerIdentity | undefined {
  const [ca, certificate, privateKey] = [keys.ca, keys.certificate, keys.key].map((name) => valueIn(data, name));
  if (ca === undefined || certificate === undefined || privateKey === undefined) return undefined;
  return belongTogether(certificate, privateKey) ? { ca, certificate, key: privateKey } : undefined;
}

/** Whether both can be read, and the key is the certificate's. */
function belongTogether(certificate: string, privateKey: string): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(privateKey));
  } catch {
    return false;
  }
}

function valueIn(data: Secret['data'], name: string): string | undefined {
  const value = lookUp(data, name);
  return value && Buffer.from(value, 'base64').toString('utf8');
}

function encoded(text: string | undefined): string | null {
  return text === undefined ? null : Buffer.from(text).toString('base64');
}
