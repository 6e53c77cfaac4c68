import type { EventClusterSpec } from '../crds/event-cluster.ts';
import type { ObjectKey } from '../ports/kube.ts';
import type { RegistryConnections, RegistrySecurity } from '../ports/registry.ts';
import type { ReadableSecrets } from '../ports/secrets.ts';
import type { Blocked } from '../runtime/kind.ts';
import type { ClusterRegistries } from './connections.ts';
import {
  lacksCredentials,
  lineOf,
  missingOf,
  secretKeyOf,
  textOf,
  userOf,
  type Wanted,
  wantedOfCa,
} from './secrets.ts';

type RegistrySpec = EventClusterSpec['registry'];

/** Clients with the credentials that the Secrets hold at the moment of each call. */
export function createClusterRegistries(connections: RegistryConnections, secrets: ReadableSecrets): ClusterRegistries {
  return {
    to({ metadata: { name }, spec: { registry } }) {
      if (missingRegistryCredentials(registry, secrets) !== undefined) throw lacksCredentials('registry', name);
      const security = securityOf(registry, secrets);
      return connections.to({ name, url: registry?.url ?? '', ...(security && { security }) });
    },
  };
}

/** What is missing first to log in; `undefined`: nothing. */
export function missingRegistryCredentials(registry: RegistrySpec, secrets: ReadableSecrets): Blocked | undefined {
  return missingOf(wantedBy(registry), secrets);
}

/** The Secrets that an EventCluster names for its registry. */
export function registrySecretKeysOf(
  registry: RegistrySpec,
  secrets: Pick<ReadableSecrets, 'ownNamespace'>,
): readonly ObjectKey[] {
  return wantedBy(registry).map(({ ref }) => secretKeyOf(ref, secrets));
}

function wantedBy(registry: RegistrySpec): readonly Wanted[] {
  const ref = registry?.secretRef;
  return [
    ...wantedOfCa(registry?.tls?.caSecretRef),
    ...(ref ? [{ ref, keys: ['username', 'password'], or: 'token' }] : []),
  ];
}

function securityOf(registry: RegistrySpec, secrets: ReadableSecrets): RegistrySecurity | undefined {
  const ca = registry?.tls?.caSecretRef;
  const ref = registry?.secretRef;
  if (ca === undefined && ref === undefined) return undefined;
  const token = ref && lineOf(ref, 'token', secrets);
  return {
    ...(ca && { ca: textOf(ca, ca.key, secrets) }),
    ...(ref && { login: token ? { token } : userOf(ref, secrets) }),
  };
}
