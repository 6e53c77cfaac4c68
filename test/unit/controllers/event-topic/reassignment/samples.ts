import type { Broker } from '../../../../../src/ports/kafka.ts';
import type { PartitionReplicas } from '../../../../../src/ports/kafka-replicas.ts';

/** Brokers that are up, with the rack of each. */
export function brokersOf(racks: Readonly<Record<number, string | undefined>>): Broker[] {
  return Object.entries(racks).map(([id, rack]) => {
    return { id: Number(id), host: `broker-${id}`, port: 9092, ...(rack !== undefined && { rack }) };
  });
}

/** A partition that is led by its first replica and in sync, unless said otherwise. */
export function partitionOf(
  partition: number,
  replicas: readonly number[],
  overrides: Partial<PartitionReplicas> = {},
): PartitionReplicas {
  return { partition, leader: replicas[0], replicas, inSync: replicas, adding: [], removing: [], ...overrides };
}
