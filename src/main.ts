import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { watchEventLoop } from './adapters/event-loop.ts';
import { createKafkaConnections } from './adapters/kafka/index.ts';
import { KubeClient } from './adapters/kube/client.ts';
import { KubeConnection, loadKubeConfig } from './adapters/kube/connection.ts';
import { EventSender } from './adapters/kube/events.ts';
import { ConfigMapJournal } from './adapters/kube/journal.ts';
import { createLeaseStore } from './adapters/kube/lease.ts';
import { createScaleWriter } from './adapters/kube/scale.ts';
import { defaultKubeSettings } from './adapters/kube/settings.ts';
import { createLog } from './adapters/log.ts';
import { createMetrics } from './adapters/metrics.ts';
import { createPatterns } from './adapters/patterns.ts';
import { createRegistryConnections } from './adapters/registry/connections.ts';
import { defaultRegistrySettings } from './adapters/registry/settings.ts';
import { systemClock as clock } from './adapters/system-clock.ts';
import { messageOf } from './base/text.ts';
import { sleep } from './base/time.ts';
import { type Config, ConfigError, holderOf, loadConfig, wrongSetting } from './config.ts';
import { releaseOrphanedClaims, releaseSettledClaims } from './controllers/event-topic/memory/claims.ts';
import { createHealthServer, idleCheck } from './runtime/health.ts';
import { LeaderElector } from './runtime/leader.ts';
import { shutDown } from './runtime/shutdown.ts';
import { createSecretStores, createStores } from './stores.ts';
import { createControllers } from './wiring.ts';

try {
  await runOperator(loadConfig(process.env));
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}

/** Runs until SIGTERM or SIGINT. Reads follow the cluster all the time; writes happen while we hold the lease. */
async function runOperator(config: Config): Promise<void> {
  const identity = holderOf(config, hostname(), randomUUID());
  const log = createLog(config.SLUICE_LOG_LEVEL);
  const metrics = createMetrics();
  watchEventLoop(metrics);
  const stopping = new AbortController();

  const kubeSettings = {
    ...defaultKubeSettings,
    callDeadlineMs: config.SLUICE_KUBERNETES_TIMEOUT_MS,
    watchSilenceMs: config.SLUICE_WATCHDOG_MS,
  };
  const connection = new KubeConnection(readKubeConfig(config), clock, kubeSettings);
  const kubeParts = { connection, clock, metrics, settings: kubeSettings };
  const leases = createLeaseStore(new KubeClient({ ...kubeParts, fence: () => true }), config.SLUICE_NAMESPACE);
  const elector: LeaderElector = new LeaderElector(
    {
      identity,
      leaseMs: config.SLUICE_LEASE_DURATION_MS,
      renewMs: config.SLUICE_LEASE_RENEW_DEADLINE_MS,
      retryMs: config.SLUICE_LEASE_RETRY_MS,
    },
    { leases, clock, log, leadership: { onStartedLeading: lead } },
  );
  const fence = () => elector.fence();

  const client = new KubeClient({ ...kubeParts, fence });
  const storeParts = { client, clock, log, random: Math.random, settings: kubeSettings };
  const stores = createStores(storeParts);
  const secrets = createSecretStores([config.SLUICE_NAMESPACE, ...config.SLUICE_SECRET_NAMESPACES], storeParts);
  const events = new EventSender({ client, clock, log, metrics, instance: identity });
  const journal = new ConfigMapJournal({ client, clock, namespace: config.SLUICE_NAMESPACE, signal: stopping.signal });
  const kafka = createKafkaConnections({
    ...{ clock, metrics, fence },
    clientId: `sluice-${identity}`,
    settings: { callTimeoutMs: config.SLUICE_KAFKA_TIMEOUT_MS },
  });
  const registry = createRegistryConnections({
    ...defaultRegistrySettings,
    callTimeoutMs: config.SLUICE_REGISTRY_TIMEOUT_MS,
    fence,
  });
  const { controllers, lag, throttleKeeper, departures } = createControllers({
    ...{ config, clock, log, metrics, stores, events, journal, kafka, registry },
    secrets: { ownNamespace: config.SLUICE_NAMESPACE, caches: secrets },
    scaler: createScaleWriter(client),
    compile: createPatterns(),
  });

  const secretStores = [...secrets].map(([namespace, store]) => [`Secrets of ${namespace}`, store] as const);
  const all = [...Object.entries(stores), ...secretStores];
  const health = createHealthServer({
    live: all.map(([name, store]) =>
      idleCheck(`the watch of ${name}`, () => store.idleMs(), 2 * config.SLUICE_WATCHDOG_MS),
    ),
    ready: all.map(
      ([name, store]) =>
        () =>
          store.synced() ? undefined : `${name} are not listed yet`,
    ),
    renderMetrics: async () => {
      for (const controller of controllers) controller.measure();
      return { contentType: metrics.contentType, body: await metrics.render() };
    },
  });

  /** One term as leader: the journal is read anew, because others wrote in between. */
  async function lead(term: AbortSignal): Promise<void> {
    await loadJournal(term);
    const unsubscribe = releaseSettledClaims(stores.topics, journal);
    stores.topics.whenSynced(term).then(
      () => releaseOrphanedClaims(stores.topics, journal, clock.now()),
      () => undefined,
    );
    const forgetClusters = stores.clusters.subscribe(() => {
      const names = new Set([...stores.clusters.list()].map(({ metadata }) => metadata.name));
      kafka.retain(names);
      registry.retain(names);
    });
    await Promise.all([
      ...controllers.map((controller) => controller.run(term)),
      ...[lag.run(term), events.run(term), throttleKeeper.run(term), departures.run(term)],
    ]);
    unsubscribe();
    forgetClusters();
  }

  async function loadJournal(term: AbortSignal): Promise<void> {
    while (!term.aborted) {
      try {
        return await journal.load();
      } catch (error) {
        log.warn('cannot read the journal', { error: messageOf(error) });
        await sleep(clock, config.SLUICE_LEASE_RETRY_MS, term);
      }
    }
  }

  const { host, port } = config.SLUICE_METRICS_ADDRESS;
  const listening = await health.listen(host, port).catch((cause: unknown) => {
    throw wrongSetting('SLUICE_METRICS_ADDRESS', `${host}:${port}`, cause);
  });
  log.info('started', { identity, metrics: `${host}:${listening}` });
  const reading = all.map(([, store]) => store.run(stopping.signal));
  const leading = elector.run(stopping.signal);
  const signal = await nextSignal();
  log.info('stopping', { signal });
  stopping.abort();
  const clean = await shutDown(
    [
      { name: 'controllers', run: () => leading },
      { name: 'watches', run: async () => void (await Promise.all(reading)) },
      { name: 'brokers', run: async () => kafka.retain(new Set()) },
      { name: 'registries', run: async () => registry.retain(new Set()) },
      { name: 'health', run: () => health.close() },
      { name: 'API server', run: () => connection.close() },
    ],
    { clock, log, withinMs: config.SLUICE_SHUTDOWN_MS },
  );
  log.info('stopped', { clean });
  process.exit(clean ? 0 : 1);
}

function readKubeConfig({ KUBECONFIG }: Config): ReturnType<typeof loadKubeConfig> {
  try {
    return loadKubeConfig(KUBECONFIG);
  } catch (cause) {
    throw wrongSetting('KUBECONFIG', KUBECONFIG ?? '', cause);
  }
}

function nextSignal(): Promise<NodeJS.Signals> {
  // Timers of the clock keep no process alive; this one does.
  const alive = setInterval(() => undefined, 60_000);
  return new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) {
      process.once(name, () => {
        clearInterval(alive);
        resolve(name);
      });
    }
  });
}
