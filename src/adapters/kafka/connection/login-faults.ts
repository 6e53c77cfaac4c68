import { X509Certificate } from 'node:crypto';
import { AuthenticationError, MultipleErrors, ProtocolError } from '@platformatic/kafka';
import { Fault, type FaultKind } from '../../../ports/fault.ts';
import type { KafkaSecurity } from '../../../ports/kafka.ts';

/** What OpenSSL calls a certificate that it cannot trace back to an authority it was given. */
const untrusted: ReadonlySet<string> = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'CERT_SIGNATURE_FAILURE',
  'CERT_CHAIN_TOO_LONG',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'INVALID_CA',
  'INVALID_PURPOSE',
]);

/** The other end has not begun to speak TLS, or stopped in the middle. */
const noTls: ReadonlySet<string> = new Set(['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG']);

interface Explanation {
  kind: FaultKind;
  code: string;
  message: string;
}

/**
 * Why a connection could not be secured or was refused at login, in words for whoever wrote the Secrets; `undefined`: it
 * failed for another reason. `what` begins the message. The cause is left out: it may hold what was sent.
 */
export function faultOfLogin(what: string, error: unknown, security: KafkaSecurity | undefined): Fault | undefined {
  const causes = chainOf(error);
  const found = ofSasl(causes, security) ?? ofTls(causes, security);
  if (found === undefined) return undefined;
  const { kind, code, message } = found;
  return new Fault('kafka', kind, `${what}: ${message}`, { code, atLogin: true });
}

function ofSasl(causes: readonly unknown[], security: KafkaSecurity | undefined): Explanation | undefined {
  const answered = causes.flatMap((cause) => (cause instanceof MultipleErrors ? cause.errors : [cause]));
  const protocol = answered.find((cause) => cause instanceof ProtocolError);
  const mechanism = security?.sasl?.mechanism ?? 'SASL';
  switch (apiIdOf(protocol)) {
    case 'SASL_AUTHENTICATION_FAILED':
      return denied('SASL_AUTHENTICATION_FAILED', `${mechanism} refuses the username and password of sasl.secretRef`);
    case 'UNSUPPORTED_SASL_MECHANISM':
      return denied('UNSUPPORTED_SASL_MECHANISM', `this listener does not offer ${mechanism}; see sasl.mechanism`);
    case 'ILLEGAL_SASL_STATE':
      return denied('ILLEGAL_SASL_STATE', 'this listener does not use SASL; see sasl and the port');
    default:
      break;
  }
  // Without a code of the broker's and without trouble on the way, it was the client that did not accept the answer.
  const last = causes.at(-1);
  if (!(last instanceof AuthenticationError)) return undefined;
  return denied('BROKER_NOT_AUTHENTIC', `${mechanism}: the broker does not prove that it knows the password`);
}

function ofTls(causes: readonly unknown[], security: KafkaSecurity | undefined): Explanation | undefined {
  const code = causes.map(codeOf).findLast((one) => one !== undefined && !one.startsWith('PLT_KFK_')) ?? '';
  const texts = causes.map((cause) => (cause instanceof Error ? cause.message : ''));
  if (security?.tls === undefined) {
    // The library found out by itself and has no code for it.
    if (!texts.includes('Broker requires TLS.')) return undefined;
    return { kind: 'unavailable', code: 'BROKER_REQUIRES_TLS', message: 'this listener speaks TLS; set tls' };
  }
  const { ca, client } = security.tls;
  if (untrusted.has(code)) return notTrusted(`its certificate was not signed by ${trustedBy(ca)} (${code})`);
  if (code === 'CERT_HAS_EXPIRED') return notTrusted('its certificate has expired');
  if (code === 'CERT_NOT_YET_VALID') return notTrusted('its certificate is not valid yet');
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return notTrusted(`its certificate is for ${namesIn(causes)}`);
  if (code.startsWith('ERR_OSSL_')) {
    return denied(
      'UNREADABLE_CERTIFICATE',
      `the CA, or the certificate and key of this client, are no fitting PEM (${code})`,
    );
  }
  if (/ALERT.*(CERTIFICATE|UNKNOWN_CA)/.test(code)) {
    return denied(
      'CLIENT_CERTIFICATE_REFUSED',
      client
        ? `the broker does not accept the certificate of tls.clientSecretRef (${code})`
        : 'the broker asks for a client certificate; set tls.clientSecretRef',
    );
  }
  if (!noTls.has(code) && !texts.some((text) => text.startsWith('TLS handshake failed'))) return undefined;
  return {
    kind: 'unavailable',
    code: 'TLS_HANDSHAKE_FAILED',
    message: 'no TLS on this listener; see tls and the port',
  };
}

function denied(code: string, message: string): Explanation {
  return { kind: 'denied', code, message };
}

function notTrusted(message: string): Explanation {
  return { kind: 'unavailable', code: 'CERTIFICATE_NOT_TRUSTED', message };
}

function trustedBy(ca: string | undefined): string {
  if (ca === undefined) return 'a public authority; name the CA in tls.caSecretRef';
  try {
    return `"${new X509Certificate(ca).subject.replaceAll('\n', ', ')}", the CA of tls.caSecretRef`;
  } catch {
    // OpenSSL passes over a CA that it cannot read.
    return 'the CA of tls.caSecretRef, which is no certificate in PEM';
  }
}

/** The names come from the broker, so their length is bounded. */
function namesIn(causes: readonly unknown[]): string {
  const names = causes.map((cause) => {
    const certificate = cause instanceof Error && 'cert' in cause ? cause.cert : undefined;
    if (typeof certificate !== 'object' || certificate === null || !('subjectaltname' in certificate)) return undefined;
    return String(certificate.subjectaltname).slice(0, 200);
  });
  return `${names.find((name) => name !== undefined) ?? 'other names'}, not for this host`;
}

function chainOf(error: unknown): readonly unknown[] {
  return error instanceof Error ? [error, ...chainOf(error.cause)] : [];
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function apiIdOf(error: unknown): unknown {
  return error instanceof Error && 'apiId' in error ? error.apiId : undefined;
}
