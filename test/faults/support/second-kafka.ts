import { join } from 'node:path';
import { ensureParts } from '../../../dev/setup/parts.mjs';
import { createKafkaCluster, type KafkaCluster } from '../../../dev/world/parts/kafka.ts';
import type { World } from '../../../dev/world/world.ts';

/** Another Kafka cluster, with an id and data of its own, at the very addresses of the world's. One of them runs. */
export async function secondKafka({ folder, logs, kafka, nursery }: World): Promise<KafkaCluster> {
  const { kafka: jars } = await ensureParts();
  const nodes = kafka.proxies.map(({ from, to }) => ({ host: to.host, proxyHost: from.host }));
  return createKafkaCluster({ jars, folder: join(folder, 'second'), logs, nodes }, nursery);
}

/** A broker beside the world's, at addresses of its own, with further settings. */
export async function kafkaBeside(
  { folder, logs, nursery, address }: World,
  settings: Readonly<Record<string, string | number | boolean>>,
): Promise<KafkaCluster> {
  const { kafka: jars } = await ensureParts();
  const nodes = [{ host: address(10), proxyHost: address(11) }];
  return createKafkaCluster({ jars, folder: join(folder, 'beside'), logs, nodes, settings }, nursery);
}
