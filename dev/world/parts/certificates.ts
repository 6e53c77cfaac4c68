import { createPrivateKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import {
  authorityExtensions,
  type CertificateContent,
  clientExtensions,
  serverExtensions,
  writeCertificate,
} from '../../../src/adapters/webhook/x509.ts';

const DAY_MS = 86_400_000;

export interface Identity {
  /** PEM. */
  certificate: string;
  /** PEM, PKCS #8. */
  key: string;
}

export interface ServerCertificates {
  authority: Identity;
  server: Identity;
}

interface Request extends Omit<CertificateContent, 'validFrom' | 'validTo'> {
  days?: number;
}

/** Valid since two days ago, for `days` from now on; a negative number has passed. */
function certificate({ days = 365, ...content }: Request): string {
  const now = Date.now();
  const validFrom = new Date(now - 2 * DAY_MS);
  return writeCertificate({ ...content, validFrom, validTo: new Date(now + days * DAY_MS) });
}

const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();

/** A new authority, which signs with a key of its own. */
export function createAuthority(name = 'sluice-local-authority'): Identity {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const self = { subject: name, issuer: name, publicKey, signedWith: privateKey, extensions: authorityExtensions };
  return { key: pem(privateKey), certificate: certificate(self) };
}

export interface CertificateRequest {
  /** Common name. */
  subject: string;
  /** Host names and IPv4 addresses under which a server is reached. Default: none, as for a client. */
  names?: readonly string[];
  /** For how long it is valid. Default 365; negative: it has expired. */
  days?: number;
}

/** A new key, and a certificate for it that `authority` signed. */
export function issueCertificate(authority: Identity, { subject, names = [], days }: CertificateRequest): Identity {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = new X509Certificate(authority.certificate).subject.replace(/^CN=/, '');
  const signedWith = createPrivateKey(authority.key);
  const extensions = names.length > 0 ? serverExtensions(names) : clientExtensions;
  const request = { subject, issuer, publicKey, signedWith, extensions };
  return { key: pem(privateKey), certificate: certificate({ ...request, ...(days !== undefined && { days }) }) };
}

/** A new authority, and a certificate of it for a server that is reached under `names` (host names and IPv4 addresses). */
export function createCertificates(names: readonly string[]): ServerCertificates {
  const authority = createAuthority();
  return { authority, server: issueCertificate(authority, { subject: 'kube-apiserver', names }) };
}

/** A key with which the API server signs ServiceAccount tokens. PEM, SEC 1: it reads no other form of both halves. */
export function createSigningKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'sec1', format: 'pem' }).toString();
}
