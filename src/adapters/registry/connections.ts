import { isDeepStrictEqual } from 'node:util';
import type { RegistryConnections, RegistrySecurity } from '../../ports/registry.ts';
import { parseRegistryUrl } from './addresses.ts';
import { createRegistryClient, type RegistryClient } from './client.ts';
import type { RegistrySettings } from './settings.ts';

interface Connection {
  url: string;
  security: RegistrySecurity | undefined;
  registry: RegistryClient;
}

/**
 * One client per target name. `to` with another URL replaces the client; what is under way on the old one may finish.
 * `to` throws Fault `rejected` for a URL that cannot be a registry's.
 */
export function createRegistryConnections(settings: RegistrySettings): RegistryConnections {
  const connections = new Map<string, Connection>();

  function drop(name: string): void {
    void connections.get(name)?.registry.close();
    connections.delete(name);
  }

  return {
    to({ name, url, security }) {
      const known = connections.get(name);
      if (known?.url === url) return secured(known, security);
      const registry = createRegistryClient(parseRegistryUrl(name, url), settings, security);
      drop(name);
      connections.set(name, { url, security, registry });
      return registry;
    },
    retain(names) {
      for (const name of connections.keys()) if (!names.has(name)) drop(name);
    },
  };
}

function secured(known: Connection, security: RegistrySecurity | undefined): RegistryClient {
  if (!isDeepStrictEqual(known.security, security)) {
    known.security = security;
    known.registry.secure(security);
  }
  return known.registry;
}
