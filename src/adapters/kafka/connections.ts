import type { KafkaAdmin, KafkaConnections, KafkaTarget } from '../../ports/kafka.ts';
import { createKafkaAdmin, type KafkaDependencies } from './admin.ts';

/** One client per cluster name, replaced when the addresses change. */
export function createKafkaConnections(dependencies: KafkaDependencies): KafkaConnections {
  const clients = new Map<string, { addresses: string; admin: KafkaAdmin }>();

  function forget(name: string): void {
    const client = clients.get(name);
    clients.delete(name);
    void client?.admin.close();
  }

  return {
    to(target: KafkaTarget): KafkaAdmin {
      const addresses = target.bootstrapServers.join();
      const existing = clients.get(target.name);
      if (existing?.addresses === addresses) return existing.admin;
      forget(target.name);
      const admin = createKafkaAdmin(target, dependencies);
      clients.set(target.name, { addresses, admin });
      return admin;
    },
    retain(names) {
      for (const name of clients.keys()) if (!names.has(name)) forget(name);
    },
  };
}
