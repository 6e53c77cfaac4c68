import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto';
import { isIPv4 } from 'node:net';

// X.509 by hand: the local control plane and brokers need an authority and certificates of it, and Node signs but does
// not write certificates. The shapes are those of RFC 5280 section 4.1, in DER (X.690).

const OID = {
  ecdsaWithSha256: '06082a8648ce3d040302',
  commonName: '0603550403',
  basicConstraints: '0603551d13',
  keyUsage: '0603551d0f',
  subjectAltName: '0603551d11',
};
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

function tagged(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const digits = body.length.toString(16);
  const length = Buffer.from(digits.length % 2 ? `0${digits}` : digits, 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, body]);
}

const sequence = (...content: readonly Buffer[]) => tagged(0x30, ...content);
const hex = (digits: string) => Buffer.from(digits, 'hex');
const octets = (content: Buffer) => tagged(0x04, content);
const bits = (content: Buffer) => tagged(0x03, Buffer.concat([Buffer.from([0]), content]));

function utcTime(time: Date): Buffer {
  const digits = time.toISOString().replace(/\D/g, '').slice(2, 14);
  return tagged(0x17, Buffer.from(`${digits}Z`));
}

function commonName(name: string): Buffer {
  return sequence(tagged(0x31, sequence(hex(OID.commonName), tagged(0x0c, Buffer.from(name)))));
}

function alternativeName(name: string): Buffer {
  return isIPv4(name) ? tagged(0x87, Buffer.from(name.split('.').map(Number))) : tagged(0x82, Buffer.from(name));
}

/** A critical extension. */
function extension(oid: string, value: Buffer): Buffer {
  return sequence(hex(oid), hex('0101ff'), octets(value));
}

interface Request {
  subject: string;
  issuer: string;
  publicKey: KeyObject;
  signedWith: KeyObject;
  extensions: readonly Buffer[];
  days?: number;
}

/** Valid since two days ago, for `days` from now on; a negative number has passed. */
function certificate({ subject, issuer, publicKey, signedWith, extensions, days = 365 }: Request): string {
  const algorithm = sequence(hex(OID.ecdsaWithSha256));
  const now = Date.now();
  const body = sequence(
    hex('a003020102'), // version 3
    tagged(0x02, Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    commonName(issuer),
    sequence(utcTime(new Date(now - 2 * DAY_MS)), utcTime(new Date(now + days * DAY_MS))),
    commonName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions)),
  );
  const der = sequence(body, algorithm, bits(sign('sha256', body, signedWith)));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();

/** A new authority, which signs with a key of its own. */
export function createAuthority(name = 'sluice-local-authority'): Identity {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const isAuthority = extension(OID.basicConstraints, sequence(hex('0101ff')));
  const signsCertificates = extension(OID.keyUsage, hex('03020204'));
  const extensions = [isAuthority, signsCertificates];
  const self = { subject: name, issuer: name, publicKey, signedWith: privateKey, extensions };
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
  const alternatives = extension(OID.subjectAltName, sequence(...names.map(alternativeName)));
  const extensions = names.length > 0 ? [alternatives] : [extension(OID.keyUsage, hex('03020780'))];
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
