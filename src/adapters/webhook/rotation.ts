import { generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { authorityExtensions, serverExtensions, writeCertificate } from './x509.ts';

/** What a server shows, and whom its clients have to trust for it. All PEM. */
export interface ServerIdentity {
  ca: string;
  certificate: string;
  key: string;
}

/** What all replicas share. */
export interface HeldCertificates {
  /** What they serve. */
  serving: ServerIdentity;
  /** What they will serve, once the API server trusts it. */
  next: ServerIdentity | undefined;
  /** PEM of the authority of what they served before: one of them may not have heard of the change. */
  previousCa: string | undefined;
  /** Of the last step. */
  changedAt: Date;
}

export interface RotationTerms {
  /** Host names and IPv4 addresses under which the API server reaches us. */
  names: readonly string[];
  lifetimeMs: number;
  /** How long what was and what comes are both trusted. */
  overlapMs: number;
}

/** The clock of the API server may be behind ours. */
const backdatedMs = 300_000;

/** Each certificate has an authority of its own, whose key is forgotten at once: there is none to steal. */
export function issueIdentity({ names, lifetimeMs }: RotationTerms, now: Date): ServerIdentity {
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  // Two are trusted during a change, and clients look for an authority by its name.
  const issuer = `sluice-webhook-ca-${randomBytes(8).toString('hex')}`;
  const content = {
    issuer,
    signedWith: authority.privateKey,
    validFrom: new Date(now.getTime() - backdatedMs),
    validTo: new Date(now.getTime() + lifetimeMs),
  };
  return {
    ca: writeCertificate({
      ...content,
      subject: issuer,
      publicKey: authority.publicKey,
      extensions: authorityExtensions,
    }),
    certificate: writeCertificate({
      ...content,
      subject: 'sluice-webhook',
      publicKey: server.publicKey,
      extensions: serverExtensions(names),
    }),
    key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** All authorities that clients have to trust now. */
export function trustedBy({ serving, next, previousCa }: HeldCertificates): string {
  return [serving.ca, next?.ca, previousCa].filter((ca) => ca !== undefined).join('');
}

/**
 * The next step of a change of certificates; `undefined`: there is nothing to do now. No step lets an admission fail: the
 * API server trusts a certificate before any replica shows it, and for as long as one may still show it.
 */
export function nextCertificates(
  held: HeldCertificates | undefined,
  /** Whether the API server has been told to trust all that is held. */
  isTrusted: boolean,
  terms: RotationTerms,
  now: Date,
): HeldCertificates | undefined {
  if (held === undefined || isOver(held.serving, now)) return begin(terms, now);
  const { serving, next } = held;
  const overlapPassed = now.getTime() - held.changedAt.getTime() >= terms.overlapMs;
  if (next !== undefined) {
    if (!isTrusted || !overlapPassed) return undefined;
    return { serving: next, next: undefined, previousCa: serving.ca, changedAt: now };
  }
  if (held.previousCa !== undefined)
    return overlapPassed ? { ...held, previousCa: undefined, changedAt: now } : undefined;
  return isDue(serving, terms, now) ? { ...held, next: issueIdentity(terms, now), changedAt: now } : undefined;
}

/** Nobody trusts what is there, so there is nothing to be careful with. */
function begin(terms: RotationTerms, now: Date): HeldCertificates {
  return { serving: issueIdentity(terms, now), next: undefined, previousCa: undefined, changedAt: now };
}

function isOver({ certificate }: ServerIdentity, now: Date): boolean {
  return Date.parse(new X509Certificate(certificate).validTo) <= now.getTime();
}

/** In the last third of its life, or when the server is reached under other names. */
function isDue({ certificate }: ServerIdentity, { names, lifetimeMs }: RotationTerms, now: Date): boolean {
  const parsed = new X509Certificate(certificate);
  const leftMs = Date.parse(parsed.validTo) - now.getTime();
  const isFor = (name: string) => (isIPv4(name) ? parsed.checkIP(name) : parsed.checkHost(name)) !== undefined;
  return leftMs < lifetimeMs / 3 || !names.every(isFor);
}
