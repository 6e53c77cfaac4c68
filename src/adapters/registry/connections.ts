import type { RegistryConnections, SchemaRegistry } from '../../ports/registry.ts';
import { parseRegistryUrl } from './addresses.ts';
import { createRegistryClient } from './client.ts';
import type { RegistrySettings } from './settings.ts';

interface Connection {
  url: string;
  registry: SchemaRegistry;
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
    to({ name, url }) {
      const known = connections.get(name);
      if (known?.url === url) return known.registry;
      const registry = createRegistryClient(parseRegistryUrl(name, url), settings);
      drop(name);
      connections.set(name, { url, registry });
      return registry;
    },
    retain(names) {
      for (const name of connections.keys()) if (!names.has(name)) drop(name);
    },
  };
}
