import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { watchEventLoop } from './adapters/event-loop.ts';
import { KubeClient } from './adapters/kube/client/client.ts';
import { KubeConnection, loadKubeConfig } from './adapters/kube/connection/connection.ts';
import type { TransportParts } from './adapters/kube/connection/transport.ts';
import { createLeaseStore } from './adapters/kube/lease.ts';
import { defaultKubeSettings } from './adapters/kube/settings.ts';
import { createLog } from './adapters/log.ts';
import { createMetrics, type MetricsPage } from './adapters/metrics.ts';
import { systemClock as clock } from './adapters/system-clock.ts';
import { type Config, ConfigError, holderOf, loadConfig, wrongSetting } from './config.ts';
import { createOperator, type Operator } from './operator.ts';
import { createHealthServer, type HealthServer, idleCheck } from './runtime/process/health.ts';
import { LeaderElector, type LeaderSettings } from './runtime/process/leader.ts';
import { shutDown } from './runtime/process/shutdown.ts';

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
  const { signal } = stopping;
  const kube = kubeParts(config, metrics);
  const elector: LeaderElector = new LeaderElector(leaderSettings(config, identity), {
    leases: createLeaseStore(new KubeClient({ ...kube, fence: () => true }), config.SLUICE_NAMESPACE),
    clock,
    log,
    leadership: { onStartedLeading: (term) => operator.lead(term) },
  });
  const fenced = { ...kube, fence: () => elector.fence() };
  const operator = createOperator({ config, identity, log, kube: fenced, signal });
  const health = healthOf(operator, metrics, config);
  const port = await listen(health, config);
  await listenForReviews(operator, config);
  log.info('started', { identity, metrics: `${config.SLUICE_METRICS_ADDRESS.host}:${port}` });
  const reading = operator.watches.map((watch) => watch.run(signal));
  const leading = elector.run(signal);
  log.info('stopping', { signal: await nextSignal() });
  stopping.abort();
  const clean = await shutDown(
    [
      { name: 'controllers', run: () => leading },
      { name: 'webhook', run: async () => operator.webhook?.close() },
      { name: 'watches', run: async () => void (await Promise.all(reading)) },
      { name: 'brokers', run: async () => operator.closeBrokers() },
      { name: 'registries', run: async () => operator.closeRegistries() },
      { name: 'health', run: () => health.close() },
      { name: 'API server', run: () => kube.connection.close() },
    ],
    { clock, log, withinMs: config.SLUICE_SHUTDOWN_MS },
  );
  log.info('stopped', { clean });
  process.exit(clean ? 0 : 1);
}

function kubeParts(config: Config, metrics: MetricsPage): Omit<TransportParts, 'fence'> {
  const settings = {
    ...defaultKubeSettings,
    callDeadlineMs: config.SLUICE_KUBERNETES_TIMEOUT_MS,
    watchSilenceMs: config.SLUICE_WATCHDOG_MS,
  };
  const connection = new KubeConnection(readKubeConfig(config), clock, settings);
  return { connection, clock, metrics, settings };
}

function leaderSettings(config: Config, identity: string): LeaderSettings {
  return {
    identity,
    leaseMs: config.SLUICE_LEASE_DURATION_MS,
    renewMs: config.SLUICE_LEASE_RENEW_DEADLINE_MS,
    retryMs: config.SLUICE_LEASE_RETRY_MS,
  };
}

function healthOf({ watches, controllers, webhook }: Operator, metrics: MetricsPage, config: Config): HealthServer {
  return createHealthServer({
    live: watches.map((watch) =>
      idleCheck(`the watch of ${watch.name}`, () => watch.idleMs(), 2 * config.SLUICE_WATCHDOG_MS),
    ),
    ready: [
      ...watches.map((watch) => () => (watch.synced() ? undefined : `${watch.name} are not listed yet`)),
      () => (webhook?.serves() === false ? 'the webhook has no certificate yet' : undefined),
    ],
    renderMetrics: async () => {
      for (const controller of controllers) controller.measure();
      return { contentType: metrics.contentType, body: await metrics.render() };
    },
  });
}

function listen(health: HealthServer, { SLUICE_METRICS_ADDRESS: { host, port } }: Config): Promise<number> {
  return health.listen(host, port).catch((cause: unknown) => {
    throw wrongSetting('SLUICE_METRICS_ADDRESS', `${host}:${port}`, cause);
  });
}

async function listenForReviews({ webhook }: Operator, { SLUICE_WEBHOOK_ADDRESS: address }: Config): Promise<void> {
  if (webhook === undefined || address === undefined) return;
  await webhook.listen(address.host, address.port).catch((cause: unknown) => {
    throw wrongSetting('SLUICE_WEBHOOK_ADDRESS', `${address.host}:${address.port}`, cause);
  });
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
