import { createLagPoller, type LagPoller } from '../../lag/poller.ts';
import type { GroupSnapshot, LagSubscription } from '../../lag/snapshot.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { ClusterUse } from '../cluster-use.ts';
import { adminOf, type ClusterConnections } from '../connections.ts';

export interface LagSourceOptions {
  kafka: ClusterConnections;
  clock: Clock;
  log: Log;
  tickMs: number;
}

/** The lag of every consumer: one poller per Kafka cluster, started when the first consumer asks. */
export interface LagSource {
  /** Watches the group from now on, and returns what is known. */
  watch(key: string, use: ClusterUse, subscription: LagSubscription): GroupSnapshot | undefined;
  /** What the group of a watched key was last seen to read; `undefined`: not seen, or not watched. */
  topicsOf(key: string): readonly string[] | undefined;
  forget(key: string): void;
  /** Calls `listener` with the key of each group that was seen anew. Returns how to stop. */
  subscribe(listener: (key: string) => void): () => void;
  /** Polls while `signal` is not aborted; what was watched before is forgotten. */
  run(signal: AbortSignal): Promise<void>;
}

export function createLagSource({ kafka, clock, log, tickMs }: LagSourceOptions): LagSource {
  const pollers = new Map<string, { poller: LagPoller; stop: AbortController; keys: Set<string> }>();
  const clusterOf = new Map<string, string>();
  const listeners = new Set<(key: string) => void>();
  let running: AbortSignal | undefined;

  function onSnapshot(key: string): void {
    for (const listener of listeners) listener(key);
  }

  function forget(key: string): void {
    const cluster = clusterOf.get(key);
    if (cluster === undefined) return;
    clusterOf.delete(key);
    const entry = pollers.get(cluster);
    entry?.poller.unsubscribe(key);
    entry?.keys.delete(key);
    if (entry?.keys.size === 0) stop(cluster);
  }

  function stop(cluster: string): void {
    pollers.get(cluster)?.stop.abort();
    pollers.delete(cluster);
  }

  function pollerOf(cluster: string, use: ClusterUse) {
    const known = pollers.get(cluster);
    if (known) return known;
    const poller = createLagPoller({ kafka: () => adminOf(kafka, use), clock, log, tickMs, onSnapshot });
    const entry = { poller, stop: new AbortController(), keys: new Set<string>() };
    pollers.set(cluster, entry);
    if (running) void poller.run(AbortSignal.any([running, entry.stop.signal]));
    return entry;
  }

  return {
    watch(key, use, subscription) {
      // A cluster that is reached by other servers, or in another way, is another one, until it is known better.
      const cluster = `${use.name} ${JSON.stringify(use.cluster.spec.kafka)}`;
      if (clusterOf.get(key) !== cluster) forget(key);
      const entry = pollerOf(cluster, use);
      clusterOf.set(key, cluster);
      entry.keys.add(key);
      entry.poller.subscribe(key, subscription);
      return entry.poller.snapshot(key);
    },
    topicsOf(key) {
      const cluster = clusterOf.get(key);
      const entry = cluster === undefined ? undefined : pollers.get(cluster);
      return entry?.poller.snapshot(key)?.topics;
    },
    forget,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async run(signal) {
      running = signal;
      for (const { poller, stop } of pollers.values()) void poller.run(AbortSignal.any([signal, stop.signal]));
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener('abort', () => resolve(), { once: true });
      });
      running = undefined;
      for (const key of [...clusterOf.keys()]) forget(key);
    },
  };
}
