import { placeOf, secrets as secretType } from '../adapters/kube/resource-type.ts';
import type { ClusterConnections } from '../controllers/connections.ts';
import { createClusterConnections, missingCredentials, secretKeysOf } from '../controllers/credentials.ts';
import type { EventCluster } from '../crds/event-cluster.ts';
import { Fault } from '../ports/fault.ts';
import type { KafkaConnections } from '../ports/kafka.ts';
import type { ReadableSecrets, Secret } from '../ports/secrets.ts';
import type { KubeAccess } from './connect.ts';
import { UserError } from './shell.ts';

/**
 * Clients of these clusters that log in as the operator does, with what the Secrets hold now. Throws UserError where
 * something of the credentials is missing or may not be read.
 */
export async function logIn(
  connections: KafkaConnections,
  clusters: readonly EventCluster[],
  kube: KubeAccess,
  signal: AbortSignal,
): Promise<ClusterConnections> {
  const { operatorNamespace: ownNamespace } = kube;
  const caches = new Map<string, Map<string, Secret>>();
  const secrets: ReadableSecrets = { ownNamespace, caches };
  for (const { metadata, spec } of clusters) {
    for (const key of secretKeysOf(spec.kafka, secrets)) {
      const secret = await readSecret(kube, key, metadata.name, signal);
      const { namespace = '' } = placeOf(key);
      const known = caches.get(namespace) ?? new Map<string, Secret>();
      caches.set(namespace, secret === undefined ? known : known.set(key, secret));
    }
    const missing = missingCredentials(spec.kafka, secrets);
    if (missing) throw new UserError(`EventCluster "${metadata.name}": ${missing.message}`, whereTheOperatorIs(kube));
  }
  return createClusterConnections(connections, secrets);
}

async function readSecret(
  { client }: KubeAccess,
  key: string,
  cluster: string,
  signal: AbortSignal,
): Promise<Secret | undefined> {
  try {
    return await client.get<Secret>(secretType, key, { signal });
  } catch (error) {
    if (!(error instanceof Fault) || error.kind !== 'denied') throw error;
    const next =
      'Whoever may read this Secret can run the command; "mode: Plan" in a resource needs nobody’s credentials.';
    throw new UserError(`EventCluster "${cluster}" is logged in to with Secret ${key}: ${error.message}`, next);
  }
}

function whereTheOperatorIs({ operatorNamespace }: KubeAccess): string {
  return `Is the operator in namespace "${operatorNamespace}"? --operator-namespace names another one.`;
}
