import { gateOf, type KindGate } from './admission/admission.ts';
import type { Checker } from './compat/checker.ts';
import type { Config } from './config.ts';
import { createClusterConnections } from './controllers/credentials.ts';
import { eventClusterKind } from './controllers/event-cluster/kind.ts';
import { eventConsumerGate } from './controllers/event-consumer/gate.ts';
import { eventConsumerKind } from './controllers/event-consumer/kind.ts';
import { createLagSource, type LagSource } from './controllers/event-consumer/lag-source.ts';
import { eventSchemaGate } from './controllers/event-schema/gate.ts';
import { eventSchemaKind } from './controllers/event-schema/kind.ts';
import { eventTopicGate } from './controllers/event-topic/gate.ts';
import { eventTopicKind } from './controllers/event-topic/kind.ts';
import { claimBook } from './controllers/event-topic/memory/claims.ts';
import { Departures } from './controllers/event-topic/memory/departures.ts';
import { createThrottleKeeper, type ThrottleKeeper } from './controllers/event-topic/reassignment/keeper.ts';
import { Throttles } from './controllers/event-topic/reassignment/throttles.ts';
import { createClusterRegistries } from './controllers/registry-credentials.ts';
import { eventConsumer, parseEventConsumer } from './crds/event-consumer.ts';
import { eventSchema, parseEventSchema } from './crds/event-schema.ts';
import { eventTopic, parseEventTopic } from './crds/event-topic.ts';
import { finalizer } from './crds/names.ts';
import { eventTypeOf } from './crds/reasons.ts';
import type { Clock } from './ports/clock.ts';
import type { Journal } from './ports/journal.ts';
import type { KafkaConnections } from './ports/kafka.ts';
import type { EventRecorder } from './ports/kube.ts';
import type { Log } from './ports/log.ts';
import type { Metrics } from './ports/metrics.ts';
import type { CompilePattern } from './ports/patterns.ts';
import type { RegistryConnections } from './ports/registry.ts';
import type { ScaleWriter } from './ports/scale-target.ts';
import type { SecretSource } from './ports/secrets.ts';
import { type Controller, createController } from './runtime/controller.ts';
import type { Stores } from './stores.ts';

export interface Parts {
  config: Config;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  stores: Stores;
  events: EventRecorder;
  journal: Journal;
  kafka: KafkaConnections;
  secrets: SecretSource;
  registry: RegistryConnections;
  scaler: ScaleWriter;
  compile: CompilePattern;
  checker: Checker;
}

/** Actions that take longer than this are reported while they run. In a burst, most wait for others and not for Kafka. */
const slowMs = 5_000;
/** How often to look whether a reassignment that nobody looks after is over. */
const throttleLookMs = 5_000;

export interface Controllers {
  /** One for each kind. */
  controllers: readonly Controller[];
  /** The lag pollers that wake the consumers. */
  lag: LagSource;
  throttleKeeper: ThrottleKeeper;
  /** What is kept of resources that went; whoever leads recalls and stores it. */
  departures: Pick<Departures, 'run'>;
  /** By kind, what is said of a resource before it is stored; any replica says it. */
  gates: ReadonlyMap<string, KindGate>;
}

export function createControllers(parts: Parts): Controllers {
  const { config, clock, log, stores, journal, secrets } = parts;
  const { clusters } = stores;
  const kafka = createClusterConnections(parts.kafka, secrets);
  const registry = createClusterRegistries(parts.registry, secrets);
  const lag = createLagSource({ kafka, clock, log, tickMs: config.SLUICE_LAG_TICK_MS });
  const throttles = new Throttles(journal);
  const throttleKeeper = createThrottleKeeper({ throttles, clusters, kafka, clock, log, everyMs: throttleLookMs });
  const departures = new Departures({ journal, clock });
  // Replicas that wait take note too: one of them leads next.
  departures.follow(stores.topics);
  const autoscalers = [stores.autoscalers, stores.scaledObjects];
  const sources = { ...parts, ...stores, autoscalers, kafka, registry, lag, throttles, departures, ...timesOf(config) };
  const common = commonOf(parts);
  const controllers = [
    createController({ ...common, ...eventClusterKind(sources) }),
    createController({ ...common, ...eventTopicKind(sources) }),
    createController({ ...common, ...eventSchemaKind(sources) }),
    createController({ ...common, ...eventConsumerKind(sources) }),
  ];
  const claims = journal.open(claimBook);
  const gates = new Map([
    [eventTopic.kind, gateOf(parseEventTopic, eventTopicGate({ ...sources, claims }))],
    [eventSchema.kind, gateOf(parseEventSchema, eventSchemaGate(sources))],
    [eventConsumer.kind, gateOf(parseEventConsumer, eventConsumerGate(sources))],
  ]);
  return { controllers, lag, throttleKeeper, departures, gates };
}

/** What kinds take of the settings. */
function timesOf(config: Config) {
  return {
    recheckMs: config.SLUICE_RECHECK_MS,
    probeMs: config.SLUICE_PROBE_MS,
    confirmDeletionAfterMs: config.SLUICE_CONFIRM_DELETION_AFTER_MS,
    trafficKnownAfterMs: config.SLUICE_TRAFFIC_KNOWN_AFTER_MS,
  };
}

/** What is the same for all kinds. */
function commonOf({ config, clock, log, metrics, events }: Parts) {
  return {
    finalizer,
    eventTypeOf,
    events,
    clock,
    log,
    metrics,
    slowMs,
    random: Math.random,
    recheckMs: config.SLUICE_RECHECK_MS,
    workers: config.SLUICE_WORKERS,
    drainMs: config.SLUICE_SHUTDOWN_MS / 2,
  };
}
