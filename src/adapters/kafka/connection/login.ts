import { isIP } from 'node:net';
import { type ConnectionOptions, type SASLOptions, saslPlain, saslScramSha } from '@platformatic/kafka';
import type { KafkaSecurity, SaslMechanism } from '../../../ports/kafka.ts';

type Login = Pick<ConnectionOptions, 'tls' | 'tlsServerName' | 'sasl'>;

/** How a connection to `host` is secured. `onSession` hears for how long the broker lets a login count, in ms. */
export function loginOptions(
  security: KafkaSecurity | undefined,
  host: string,
  onSession: (lifetimeMs: number) => void,
): Login {
  const { tls, sasl } = security ?? {};
  return {
    ...(tls && { tls: tlsOptions(tls) }),
    // Without it TLS connections carry no server name; for an address there is none.
    tlsServerName: isIP(host) === 0,
    ...(sasl && { sasl: { ...sasl, authenticate: authenticator(sasl.mechanism, onSession) } }),
  };
}

function tlsOptions({ ca, client }: NonNullable<KafkaSecurity['tls']>): NonNullable<ConnectionOptions['tls']> {
  return { ...(ca !== undefined && { ca }), ...(client && { cert: client.certificate, key: client.key }) };
}

/**
 * The library's own exchange, but for its end: told of the session's lifetime, the library would log in again on the
 * same connection, where a broker takes any other request meanwhile for a breach of the protocol.
 */
function authenticator(
  mechanism: SaslMechanism,
  onSession: (lifetimeMs: number) => void,
): NonNullable<SASLOptions['authenticate']> {
  return (_mechanism, connection, api, username = '', password = '', _token, done) => {
    const settle: typeof done = (error, answer) => {
      if (error || !answer) return done(error, answer);
      onSession(Number(answer.sessionLifetimeMs));
      return done(null, { ...answer, sessionLifetimeMs: 0n });
    };
    if (mechanism === 'PLAIN') return saslPlain.authenticate(api, connection, username, password, settle);
    const algorithm = mechanism === 'SCRAM-SHA-256' ? 'SHA-256' : 'SHA-512';
    return saslScramSha.authenticate(
      api,
      connection,
      algorithm,
      username,
      password,
      saslScramSha.defaultCrypto,
      settle,
    );
  };
}
