import type { Clock } from '../../ports/clock.ts';
import { Batcher, type BatcherOptions } from './batches/batcher.ts';
import type { ClusterLinks } from './connection/cluster-links.ts';
import type { KafkaSettings } from './settings.ts';
import type { OwnWrites } from './topics/own-writes.ts';

/** What the calls to one cluster share. */
export interface Cluster {
  links: ClusterLinks;
  ownWrites: OwnWrites;
  clock: Clock;
  settings: KafkaSettings;
}

export function batcherFor<Item, Result>(
  { clock, settings }: Cluster,
  options: Pick<BatcherOptions<Item, Result>, 'keyOf' | 'sizeOf' | 'send'>,
): Batcher<Item, Result> {
  const limits = {
    windowMs: settings.batchWindowMs,
    items: settings.maxBatchItems,
    partitions: settings.maxBatchPartitions,
    bytes: settings.maxBatchBytes,
  };
  return new Batcher({ clock, limits, ...options });
}
