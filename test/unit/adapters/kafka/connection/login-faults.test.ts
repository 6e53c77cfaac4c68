import { AuthenticationError, NetworkError, ResponseError, UserError } from '@platformatic/kafka';
import { describe, expect, it } from 'vitest';
import { createAuthority } from '../../../../../dev/world/parts/certificates.ts';
import { faultOfLogin } from '../../../../../src/adapters/kafka/connection/login-faults.ts';
import type { KafkaSecurity } from '../../../../../src/ports/kafka.ts';

const { certificate: ca } = createAuthority('our-authority');
const overTls: KafkaSecurity = { tls: { ca } };
const scram: KafkaSecurity = {
  ...overTls,
  sasl: { mechanism: 'SCRAM-SHA-512', username: 'operator', password: 'hush' },
};

const around = (cause: Error) => new NetworkError('Connection to kafka:9093 failed.', { cause });
const withCode = (code: string, more = {}) => Object.assign(new Error(`it says ${code}`), { code, ...more });
const answered = (apiKey: number, errorCode: number) =>
  new ResponseError(apiKey, 1, { '/': [errorCode, null] } as never, {});

const rows: { it: string; error: Error; security: KafkaSecurity | undefined; fault: object | undefined }[] = [
  {
    it: 'a password that the broker refuses is denied, without the words of the broker',
    error: around(new AuthenticationError('SASL authentication failed.', { cause: answered(36, 58) })),
    security: scram,
    fault: {
      kind: 'denied',
      atLogin: true,
      code: 'SASL_AUTHENTICATION_FAILED',
      message: 'cannot connect: SCRAM-SHA-512 refuses the username and password of sasl.secretRef',
    },
  },
  {
    it: 'a mechanism that the listener does not offer is denied',
    error: around(new AuthenticationError('Cannot find a suitable SASL mechanism.', { cause: answered(17, 33) })),
    security: scram,
    fault: {
      kind: 'denied',
      message: 'cannot connect: this listener does not offer SCRAM-SHA-512; see sasl.mechanism',
    },
  },
  {
    it: 'a broker that does not know the password itself is not believed',
    error: around(new AuthenticationError('Invalid server signature.')),
    security: scram,
    fault: { kind: 'denied', code: 'BROKER_NOT_AUTHENTIC' },
  },
  {
    it: 'a connection that breaks while logging in says nothing about the password',
    error: around(new AuthenticationError('SASL authentication failed.', { cause: withCode('ECONNRESET') })),
    security: scram,
    fault: undefined,
  },
  {
    it: 'a certificate of another authority names the authority that is trusted',
    error: around(withCode('UNABLE_TO_VERIFY_LEAF_SIGNATURE')),
    security: overTls,
    fault: {
      kind: 'unavailable',
      code: 'CERTIFICATE_NOT_TRUSTED',
      message:
        'cannot connect: its certificate was not signed by "CN=our-authority", the CA of tls.caSecretRef (UNABLE_TO_VERIFY_LEAF_SIGNATURE)',
    },
  },
  {
    it: 'a CA that is no certificate is said to be none',
    error: around(withCode('SELF_SIGNED_CERT_IN_CHAIN')),
    security: { tls: { ca: 'nonsense' } },
    fault: { message: expect.stringContaining('the CA of tls.caSecretRef, which is no certificate in PEM') },
  },
  {
    it: 'a certificate for another host names the hosts that it is for',
    error: around(withCode('ERR_TLS_CERT_ALTNAME_INVALID', { cert: { subjectaltname: 'DNS:kafka-0.kafka.svc' } })),
    security: overTls,
    fault: {
      kind: 'unavailable',
      code: 'CERTIFICATE_NOT_TRUSTED',
      message: 'cannot connect: its certificate is for DNS:kafka-0.kafka.svc, not for this host',
    },
  },
  {
    it: 'an expired certificate is said to be expired',
    error: around(withCode('CERT_HAS_EXPIRED')),
    security: overTls,
    fault: { code: 'CERTIFICATE_NOT_TRUSTED', message: 'cannot connect: its certificate has expired' },
  },
  {
    it: 'a broker that only speaks TLS says so to a client that does not',
    error: new UserError('Broker requires TLS.'),
    security: undefined,
    fault: { kind: 'unavailable', code: 'BROKER_REQUIRES_TLS' },
  },
  {
    it: 'a refused connection is none of its business',
    error: around(withCode('ECONNREFUSED')),
    security: scram,
    fault: undefined,
  },
];

describe('of a login that failed', () => {
  it.each(rows)('$it', ({ error, security, fault }) => {
    const found = faultOfLogin('cannot connect', error, security);
    if (fault === undefined) expect(found).toBeUndefined();
    else expect(found).toMatchObject(fault);
    expect(found?.cause).toBeUndefined();
  });
});
