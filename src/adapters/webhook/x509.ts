import { type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';

// X.509 by hand: Node signs and reads certificates and does not write them. The shapes are those of RFC 5280 section 4.1,
// in DER (X.690), with the one algorithm that we use: ECDSA with SHA-256.

const OID = {
  ecdsaWithSha256: '06082a8648ce3d040302',
  commonName: '0603550403',
  basicConstraints: '0603551d13',
  keyUsage: '0603551d0f',
  subjectAltName: '0603551d11',
};

/** What a certificate says of its key beside the name, as a DER extension. */
export type Extension = Buffer;

export interface CertificateContent {
  /** Common names. */
  subject: string;
  issuer: string;
  publicKey: KeyObject;
  signedWith: KeyObject;
  extensions: readonly Extension[];
  /** Whole seconds count; before 2050. */
  validFrom: Date;
  validTo: Date;
}

/** A certificate in PEM. */
export function writeCertificate(content: CertificateContent): string {
  const { subject, issuer, publicKey, signedWith, extensions, validFrom, validTo } = content;
  const algorithm = sequence(hex(OID.ecdsaWithSha256));
  const body = sequence(
    hex('a003020102'), // version 3
    tagged(0x02, Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    commonName(issuer),
    sequence(utcTime(validFrom), utcTime(validTo)),
    commonName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions)),
  );
  const der = sequence(body, algorithm, bits(sign('sha256', body, signedWith)));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** Of an authority: it signs certificates and nothing else. */
export const authorityExtensions: readonly Extension[] = [
  extension(OID.basicConstraints, sequence(hex('0101ff'))),
  extension(OID.keyUsage, hex('03020204')),
];

/** Of a client: it signs what it sends. */
export const clientExtensions: readonly Extension[] = [extension(OID.keyUsage, hex('03020780'))];

/** Of a server that is reached under `names`, host names and IPv4 addresses. */
export function serverExtensions(names: readonly string[]): readonly Extension[] {
  return [extension(OID.subjectAltName, sequence(...names.map(alternativeName)))];
}

/** A critical one. */
function extension(oid: string, value: Buffer): Extension {
  return sequence(hex(oid), hex('0101ff'), tagged(0x04, value));
}

function alternativeName(name: string): Buffer {
  return isIPv4(name) ? tagged(0x87, Buffer.from(name.split('.').map(Number))) : tagged(0x82, Buffer.from(name));
}

function commonName(name: string): Buffer {
  return sequence(tagged(0x31, sequence(hex(OID.commonName), tagged(0x0c, Buffer.from(name)))));
}

function utcTime(time: Date): Buffer {
  const digits = time.toISOString().replace(/\D/g, '').slice(2, 14);
  return tagged(0x17, Buffer.from(`${digits}Z`));
}

function tagged(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const digits = body.length.toString(16);
  const length = Buffer.from(digits.length % 2 ? `0${digits}` : digits, 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, body]);
}

function sequence(...content: readonly Buffer[]): Buffer {
  return tagged(0x30, ...content);
}

function hex(digits: string): Buffer {
  return Buffer.from(digits, 'hex');
}

function bits(content: Buffer): Buffer {
  return tagged(0x03, Buffer.concat([Buffer.from([0]), content]));
}
