import { isDeepStrictEqual } from 'node:util';
import type { KafkaAdmin, KafkaConnections, KafkaSecurity, KafkaTarget } from '../../ports/kafka.ts';
import { createKafkaClient, type KafkaClient, type KafkaDependencies } from './admin.ts';

interface Known {
  addresses: string;
  security: KafkaSecurity | undefined;
  client: KafkaClient;
}

/** One client per cluster name, replaced when the addresses change. The client stays when only its security changes. */
export function createKafkaConnections(dependencies: KafkaDependencies): KafkaConnections {
  const clients = new Map<string, Known>();

  function forget(name: string): void {
    const known = clients.get(name);
    clients.delete(name);
    void known?.client.admin.close();
  }

  return {
    to(target: KafkaTarget): KafkaAdmin {
      const addresses = target.bootstrapServers.join();
      const existing = clients.get(target.name);
      if (existing?.addresses === addresses) return secured(existing, target.security);
      forget(target.name);
      const client = createKafkaClient(target, dependencies);
      clients.set(target.name, { addresses, security: target.security, client });
      return client.admin;
    },
    retain(names) {
      for (const name of clients.keys()) if (!names.has(name)) forget(name);
    },
  };
}

function secured(known: Known, security: KafkaSecurity | undefined): KafkaAdmin {
  if (!isDeepStrictEqual(known.security, security)) {
    known.security = security;
    known.client.secure(security);
  }
  return known.client.admin;
}
