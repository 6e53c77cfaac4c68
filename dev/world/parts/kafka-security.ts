import type { Identity } from './certificates.ts';

const TLS_PORT = 9095;
const SASL_PORT = 9096;

/** The users that may log in at the listeners that ask. ACLs say what they may do then: without one, nothing. */
export interface KafkaEntrances {
  /** PEM: whose certificates clients have to show on the TLS listener. */
  clientAuthority: string;
  server: Identity;
  /** Passwords by user name. SCRAM users are created in the running cluster. */
  plainUsers: Readonly<Record<string, string>>;
  /** For how long a login by SCRAM-SHA-256 counts. */
  sessionMs: number;
}

/** As clients name them: TLS with client certificates, and SASL over TLS. */
export function securedAddresses(host: string): { tls: string; sasl: string } {
  return { tls: `${host}:${TLS_PORT}`, sasl: `${host}:${SASL_PORT}` };
}

/** To be added to the broker's settings of the same names. */
export function securedListeners(host: string): { listeners: string; protocols: string } {
  const { tls, sasl } = securedAddresses(host);
  return { listeners: `,TLS://${tls},SASL://${sasl}`, protocols: ',TLS:SSL,SASL:SASL_SSL' };
}

export function securitySettings(entrances: KafkaEntrances): Readonly<Record<string, string | number>> {
  const { clientAuthority, server, plainUsers, sessionMs } = entrances;
  const login = 'org.apache.kafka.common.security';
  const users = Object.entries(plainUsers).map(([name, password]) => `user_${name}="${password}"`);
  return {
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:ANONYMOUS',
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.certificate.chain': inOneLine(server.certificate),
    'ssl.keystore.key': inOneLine(server.key),
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.certificates': inOneLine(clientAuthority),
    'listener.name.tls.ssl.client.auth': 'required',
    'listener.name.sasl.sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    'listener.name.sasl.plain.sasl.jaas.config': `${login}.plain.PlainLoginModule required ${users.join(' ')};`,
    'listener.name.sasl.scram-sha-256.sasl.jaas.config': `${login}.scram.ScramLoginModule required;`,
    'listener.name.sasl.scram-sha-512.sasl.jaas.config': `${login}.scram.ScramLoginModule required;`,
    'listener.name.sasl.scram-sha-256.connections.max.reauth.ms': sessionMs,
  };
}

function inOneLine(text: string): string {
  return text.replaceAll('\n', '\\n');
}
