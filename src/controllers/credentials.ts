import type { EventCluster, EventClusterSpec } from '../crds/event-cluster.ts';
import { Reason } from '../crds/reasons.ts';
import { Fault } from '../ports/fault.ts';
import type { KafkaConnections, KafkaSecurity } from '../ports/kafka.ts';
import type { ObjectKey } from '../ports/kube.ts';
import type { ReadableSecrets, Secret } from '../ports/secrets.ts';
import type { Blocked } from '../runtime/kind.ts';
import type { ClusterConnections } from './cluster-use.ts';

type KafkaSpec = EventClusterSpec['kafka'];

interface SecretRef {
  name: string;
  namespace?: string | undefined;
}

/** Some keys of one Secret. */
interface Wanted {
  ref: SecretRef;
  keys: readonly string[];
}

/** A watch tells of every change. */
const lookAgainMs = 60_000;

/** Credentials of the platform itself, and what is large: whoever may write an EventCluster gets none of them out. */
const notForConnections = [/^kubernetes\.io\/service-account-token$/, /^bootstrap\.kubernetes\.io\//, /^helm\.sh\//];

export function isForConnections(type = 'Opaque'): boolean {
  return !notForConnections.some((pattern) => pattern.test(type));
}

/** Clients with the credentials that the Secrets hold at the moment of each call. */
export function createClusterConnections(connections: KafkaConnections, secrets: ReadableSecrets): ClusterConnections {
  return {
    to({ metadata: { name }, spec: { kafka } }) {
      if (missingCredentials(kafka, secrets) !== undefined) throw locked(name);
      const security = securityOf(kafka, secrets);
      return connections.to({ name, bootstrapServers: kafka.bootstrapServers, ...(security && { security }) });
    },
  };
}

/** Users of the cluster read this, and the names in the operator's namespace are not for them. */
function locked(name: EventCluster['metadata']['name']): Fault {
  const message = `EventCluster "${name}" lacks something to log in with; see its status`;
  return new Fault('kafka', 'unavailable', message, { code: 'CREDENTIALS_MISSING' });
}

/** The first thing that is missing to log in; `undefined`: nothing. */
export function missingCredentials(kafka: KafkaSpec, secrets: ReadableSecrets): Blocked | undefined {
  for (const wanted of wantedBy(kafka)) {
    const missing = missingIn(wanted, secrets);
    if (missing !== undefined) return missing;
  }
  return undefined;
}

/** The Secrets that an EventCluster names. */
export function secretKeysOf(
  kafka: KafkaSpec,
  { ownNamespace }: Pick<ReadableSecrets, 'ownNamespace'>,
): readonly ObjectKey[] {
  return wantedBy(kafka).map(({ ref }) => `${ref.namespace ?? ownNamespace}/${ref.name}`);
}

function wantedBy({ tls, sasl }: KafkaSpec): readonly Wanted[] {
  const ca = tls?.caSecretRef;
  const client = tls?.clientSecretRef;
  return [
    ...(ca ? [{ ref: ca, keys: [ca.key] }] : []),
    ...(client ? [{ ref: client, keys: ['tls.crt', 'tls.key'] }] : []),
    ...(sasl ? [{ ref: sasl.secretRef, keys: ['username', 'password'] }] : []),
  ];
}

function missingIn({ ref, keys }: Wanted, secrets: ReadableSecrets): Blocked | undefined {
  const namespace = ref.namespace ?? secrets.ownNamespace;
  if (!secrets.caches.has(namespace)) return notRead(namespace);
  const secret = find(ref, secrets);
  const named = `Secret "${ref.name}" in namespace "${namespace}"`;
  if (secret === undefined) return wait(`${named} does not exist; create it with ${keys.join(' and ')}`);
  if (!isForConnections(secret.type)) return wait(`${named} has type ${secret.type}, whose content is not given away`);
  const absent = keys.filter((key) => !secret.data?.[key]);
  return absent.length === 0 ? undefined : wait(`${named} lacks ${absent.join(' and ')}; add what is missing`);
}

function notRead(namespace: string): Blocked {
  const message = `the operator does not read the Secrets of namespace "${namespace}"; move the Secret to its own namespace, or list this one in SLUICE_SECRET_NAMESPACES`;
  return { kind: 'refuse', reason: Reason.NotGranted, message };
}

function wait(message: string): Blocked {
  return { kind: 'wait', reason: Reason.SecretNotReady, message, lookAgainMs, notReady: true };
}

function securityOf({ tls, sasl }: KafkaSpec, secrets: ReadableSecrets): KafkaSecurity | undefined {
  if (tls === undefined && sasl === undefined) return undefined;
  const text = (ref: SecretRef, key: string) => textOf(find(ref, secrets), key);
  const { caSecretRef: ca, clientSecretRef: client } = tls ?? {};
  return {
    ...(tls && {
      tls: {
        ...(ca && { ca: text(ca, ca.key) }),
        ...(client && { client: { certificate: text(client, 'tls.crt'), key: text(client, 'tls.key') } }),
      },
    }),
    ...(sasl && {
      sasl: {
        mechanism: sasl.mechanism,
        username: firstLine(text(sasl.secretRef, 'username')),
        password: firstLine(text(sasl.secretRef, 'password')),
      },
    }),
  };
}

function find({ name, namespace }: SecretRef, { ownNamespace, caches }: ReadableSecrets): Secret | undefined {
  const place = namespace ?? ownNamespace;
  return caches.get(place)?.get(`${place}/${name}`);
}

function textOf(secret: Secret | undefined, key: string): string {
  return Buffer.from(secret?.data?.[key] ?? '', 'base64').toString('utf8');
}

/** Secrets that are made of files end in a line feed, which is no part of the password. */
function firstLine(text: string): string {
  return text.replace(/\r?\n$/, '');
}
