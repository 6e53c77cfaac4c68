import type { EventClusterSpec } from '../crds/event-cluster.ts';
import type { KafkaConnections, KafkaSecurity } from '../ports/kafka.ts';
import type { ObjectKey } from '../ports/kube.ts';
import type { ReadableSecrets } from '../ports/secrets.ts';
import type { Blocked } from '../runtime/kind.ts';
import type { ClusterConnections } from './connections.ts';
import { lacksCredentials, missingOf, secretKeyOf, textOf, userOf, type Wanted, wantedOfCa } from './secrets.ts';

type KafkaSpec = EventClusterSpec['kafka'];

/** Clients with the credentials that the Secrets hold at the moment of each call. */
export function createClusterConnections(connections: KafkaConnections, secrets: ReadableSecrets): ClusterConnections {
  return {
    to({ metadata: { name }, spec: { kafka } }) {
      if (missingCredentials(kafka, secrets) !== undefined) throw lacksCredentials('kafka', name);
      const security = securityOf(kafka, secrets);
      return connections.to({ name, bootstrapServers: kafka.bootstrapServers, ...(security && { security }) });
    },
  };
}

/** What is missing first to log in; `undefined`: nothing. */
export function missingCredentials(kafka: KafkaSpec, secrets: ReadableSecrets): Blocked | undefined {
  return missingOf(wantedBy(kafka), secrets);
}

/** The Secrets that an EventCluster names. */
export function secretKeysOf(kafka: KafkaSpec, secrets: Pick<ReadableSecrets, 'ownNamespace'>): readonly ObjectKey[] {
  return wantedBy(kafka).map(({ ref }) => secretKeyOf(ref, secrets));
}

function wantedBy({ tls, sasl }: KafkaSpec): readonly Wanted[] {
  const client = tls?.clientSecretRef;
  return [
    ...wantedOfCa(tls?.caSecretRef),
    ...(client ? [{ ref: client, keys: ['tls.crt', 'tls.key'] }] : []),
    ...(sasl ? [{ ref: sasl.secretRef, keys: ['username', 'password'] }] : []),
  ];
}

function securityOf({ tls, sasl }: KafkaSpec, secrets: ReadableSecrets): KafkaSecurity | undefined {
  if (tls === undefined && sasl === undefined) return undefined;
  const { caSecretRef: ca, clientSecretRef: client } = tls ?? {};
  const pair = client && {
    certificate: textOf(client, 'tls.crt', secrets),
    key: textOf(client, 'tls.key', secrets),
  };
  return {
    ...(tls && { tls: { ...(ca && { ca: textOf(ca, ca.key, secrets) }), ...(pair && { client: pair }) } }),
    ...(sasl && { sasl: { mechanism: sasl.mechanism, ...userOf(sasl.secretRef, secrets) } }),
  };
}
