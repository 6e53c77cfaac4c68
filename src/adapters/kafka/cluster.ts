import type { Clock } from '../../ports/clock.ts';
import { Batcher, type BatcherOptions } from './batcher.ts';
import type { ClusterLinks } from './cluster-links.ts';
import type { OwnWrites } from './own-writes.ts';
import type { KafkaSettings } from './settings.ts';

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
