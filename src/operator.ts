import { createKafkaConnections } from './adapters/kafka/index.ts';
import { KubeClient } from './adapters/kube/client/client.ts';
import type { TransportParts } from './adapters/kube/connection/transport.ts';
import { EventSender } from './adapters/kube/events.ts';
import { ConfigMapJournal } from './adapters/kube/journal.ts';
import { createScaleWriter } from './adapters/kube/scale.ts';
import { createPatterns } from './adapters/patterns.ts';
import { createRegistryConnections } from './adapters/registry/connections.ts';
import { defaultRegistrySettings } from './adapters/registry/settings.ts';
import { createBoundedWork } from './adapters/work/bounded-work.ts';
import { textOfError } from './base/text.ts';
import { sleep } from './base/time.ts';
import type { Config } from './config.ts';
import { releaseOrphanedClaims, releaseSettledClaims } from './controllers/event-topic/memory/claims.ts';
import type { Log } from './ports/log.ts';
import type { Controller } from './runtime/controller.ts';
import { createSecretStores, createStores } from './stores.ts';
import { createWebhook, type Webhook } from './webhook.ts';
import { createControllers } from './wiring.ts';

export interface OperatorParts {
  config: Config;
  /** Unique to this process. */
  identity: string;
  log: Log;
  /** How the API server is reached, and whether this process may change anything. */
  kube: TransportParts;
  /** Aborts when the process is to end. */
  signal: AbortSignal;
}

/** What follows one kind of object in Kubernetes. */
export interface Watch {
  /** For people: `topics`. */
  name: string;
  run(signal: AbortSignal): Promise<void>;
  synced(): boolean;
  idleMs(): number;
}

export interface Operator {
  /** They follow the API server whether we lead or not. */
  watches: readonly Watch[];
  controllers: readonly Controller[];
  /** Absent: there is none. It answers whether we lead or not. */
  webhook: Webhook['server'] | undefined;
  /** One term as leader. Ends soon after `term` aborts. */
  lead(term: AbortSignal): Promise<void>;
  closeBrokers(): void;
  closeRegistries(): void;
}

/** Beside this module, be it of the sources or of the bundle. */
const checkerFile = new URL(import.meta.url.endsWith('.ts') ? 'checker.ts' : 'checker.mjs', import.meta.url);
/** Some times of what the worst known schemas need. */
const checkerLimits = { withinMs: 15_000, megabytes: 256, idleMs: 60_000 };

/** Puts stores, clients and controllers together. Nothing runs before it is told to. */
export function createOperator({ config, identity, log, kube, signal }: OperatorParts): Operator {
  const { clock, metrics, settings, fence } = kube;
  const client = new KubeClient(kube);
  const storeParts = { client, clock, log, random: Math.random, settings };
  const stores = createStores(storeParts);
  const secrets = createSecretStores([config.SLUICE_NAMESPACE, ...config.SLUICE_SECRET_NAMESPACES], storeParts);
  const events = new EventSender({ client, clock, log, metrics, instance: identity });
  const journal = new ConfigMapJournal({ client, clock, namespace: config.SLUICE_NAMESPACE, signal });
  const kafka = createKafkaConnections({
    clock,
    metrics,
    fence,
    clientId: `sluice-${identity}`,
    settings: { callTimeoutMs: config.SLUICE_KAFKA_TIMEOUT_MS },
  });
  const registry = createRegistryConnections({
    ...defaultRegistrySettings,
    callTimeoutMs: config.SLUICE_REGISTRY_TIMEOUT_MS,
    fence,
  });
  const { controllers, lag, throttleKeeper, departures, gates } = createControllers({
    config,
    clock,
    log,
    metrics,
    stores,
    events,
    journal,
    kafka,
    registry,
    secrets: { ownNamespace: config.SLUICE_NAMESPACE, caches: secrets },
    scaler: createScaleWriter(client),
    compile: createPatterns(),
    checker: createBoundedWork({ file: checkerFile, clock, ...checkerLimits }),
  });

  const ownSecrets = secrets.get(config.SLUICE_NAMESPACE);
  const webhook =
    config.SLUICE_WEBHOOK_ADDRESS && ownSecrets
      ? createWebhook({ config, clock, log, metrics, client, gates, secrets: ownSecrets })
      : undefined;

  /** The journal is read anew in each term, because others wrote in between. */
  async function loadJournal(term: AbortSignal): Promise<void> {
    while (!term.aborted) {
      try {
        return await journal.load();
      } catch (error) {
        log.warn('cannot read the journal', { error: textOfError(error) });
        await sleep(clock, config.SLUICE_LEASE_RETRY_MS, term);
      }
    }
  }

  function releaseClaims(term: AbortSignal): () => void {
    stores.topics.whenSynced(term).then(
      () => releaseOrphanedClaims(stores.topics, journal, clock.now()),
      () => undefined,
    );
    return releaseSettledClaims(stores.topics, journal);
  }

  /** Closes the clients of EventClusters that went. Returns how to stop. */
  function forgetClusters(): () => void {
    return stores.clusters.subscribe(() => {
      const names = new Set([...stores.clusters.list()].map(({ metadata }) => metadata.name));
      kafka.retain(names);
      registry.retain(names);
    });
  }

  return {
    watches: [
      ...Object.entries(stores).map(([name, store]) => watchOf(name, store)),
      ...[...secrets].map(([namespace, store]) => watchOf(`Secrets of ${namespace}`, store)),
    ],
    controllers,
    webhook: webhook?.server,
    async lead(term) {
      await loadJournal(term);
      const stops = [releaseClaims(term), forgetClusters()];
      const keepers = webhook?.keeper ? [throttleKeeper, webhook.keeper] : [throttleKeeper];
      const parts = [...controllers, lag, events, ...keepers, departures];
      await Promise.all(parts.map((part) => part.run(term)));
      for (const stop of stops) stop();
    },
    closeBrokers: () => kafka.retain(new Set()),
    closeRegistries: () => registry.retain(new Set()),
  };
}

function watchOf(name: string, store: Omit<Watch, 'name'>): Watch {
  return {
    name,
    run: (signal) => store.run(signal),
    synced: () => store.synced(),
    idleMs: () => store.idleMs(),
  };
}
