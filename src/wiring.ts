import { isDeepStrictEqual } from 'node:util';
import type { Config } from './config.ts';
import { createClusterConnections, secretKeysOf } from './controllers/credentials.ts';
import { eventClusterBehaviour } from './controllers/event-cluster/behaviour.ts';
import { eventConsumerBehaviour } from './controllers/event-consumer/behaviour.ts';
import { groupIdOf, targetKeyOf } from './controllers/event-consumer/identity.ts';
import { groupIndex, scaleTargetIndex } from './controllers/event-consumer/indexes.ts';
import { createLagSource, type LagSource } from './controllers/event-consumer/lag-source.ts';
import { eventSchemaBehaviour, referenceIndex, subjectIndex } from './controllers/event-schema/behaviour.ts';
import { subjectOf } from './controllers/event-schema/plan.ts';
import { eventTopicBehaviour } from './controllers/event-topic/behaviour.ts';
import { metricNameIndex, metricNameOf } from './controllers/event-topic/collisions.ts';
import { Departures } from './controllers/event-topic/departures.ts';
import { topicNameOf } from './controllers/event-topic/identity.ts';
import { topicIndex } from './controllers/event-topic/neighbours.ts';
import { namespaceIndex, noPlaceIndex } from './controllers/event-topic/places.ts';
import { createThrottleKeeper, type ThrottleKeeper } from './controllers/event-topic/reassignment/keeper.ts';
import { Throttles } from './controllers/event-topic/reassignment/throttles.ts';
import { reasonOfRejection } from './controllers/event-topic/rejection.ts';
import { TopicTraffic } from './controllers/event-topic/traffic.ts';
import { createClusterRegistries, registrySecretKeysOf } from './controllers/registry-credentials.ts';
import { finalizer } from './crds/common.ts';
import { type EventCluster, eventCluster } from './crds/event-cluster.ts';
import { type EventConsumer, eventConsumer } from './crds/event-consumer.ts';
import { eventSchema } from './crds/event-schema.ts';
import { eventTopic } from './crds/event-topic.ts';
import { fitterOf } from './crds/fit-status.ts';
import { Reason, reasons } from './crds/reasons.ts';
import type { Clock } from './ports/clock.ts';
import type { Journal } from './ports/journal.ts';
import type { KafkaConnections } from './ports/kafka.ts';
import type { Change, EventRecorder, KubeObject, ObjectKey } from './ports/kube.ts';
import type { Log } from './ports/log.ts';
import type { Metrics } from './ports/metrics.ts';
import type { CompilePattern } from './ports/patterns.ts';
import type { RegistryConnections } from './ports/registry.ts';
import type { Autoscaler, ScaleWriter } from './ports/scale-target.ts';
import type { SecretSource } from './ports/secrets.ts';
import { type Controller, createController } from './runtime/controller.ts';
import type { EventTypeOf } from './runtime/events.ts';
import { keyOf, namespaceOf } from './runtime/key.ts';
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
}

/** Actions that take longer than this are reported while they run. In a burst, most wait for others and not for Kafka. */
const slowMs = 5_000;
/** Topics that are looked at for drift at once: they wait for a few shared answers, which this fills. */
const sweepWorkers = 1_000;

const eventTypeOf: EventTypeOf = (reason) => eventTypes.get(reason);
const eventTypes = new Map(
  Object.entries(reasons).flatMap(([reason, meaning]) =>
    'event' in meaning ? [[reason, meaning.event] as const] : [],
  ),
);

const failing = {
  away: { kafka: Reason.KafkaUnavailable, registry: Reason.RegistryUnavailable },
  throttled: { kafka: Reason.KafkaThrottled },
};

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
}

export function createControllers(parts: Parts): Controllers {
  const { config, clock, log, metrics, stores, events, journal, secrets, scaler, compile } = parts;
  const kafka = createClusterConnections(parts.kafka, secrets);
  const registry = createClusterRegistries(parts.registry, secrets);
  const common = {
    ...{ finalizer, eventTypeOf, events, clock, log, metrics, slowMs },
    random: Math.random,
    recheckMs: config.SLUICE_RECHECK_MS,
    workers: config.SLUICE_WORKERS,
    drainMs: config.SLUICE_SHUTDOWN_MS / 2,
  };
  const lag: LagSource = createLagSource({
    ...{ kafka, clock, log },
    tickMs: config.SLUICE_LAG_TICK_MS,
    onSnapshot: (key) => consumers.add(key),
  });
  const clusters = createController({
    ...common,
    name: 'event-cluster',
    store: stores.clusters,
    fitStatus: fitterOf(eventCluster),
    behaviour: eventClusterBehaviour({ kafka, secrets, registry, compile, probeMs: config.SLUICE_PROBE_MS }),
    // An outage has to be noticed for its end to be: what waits for a cluster is woken when that is reached again.
    recheckMs: Math.min(config.SLUICE_PROBE_MS, config.SLUICE_RECHECK_MS),
    failureReasons: { ...failing, rejected: { registry: Reason.RegistryUnavailable } },
  });
  const throttles = new Throttles(journal);
  const throttleKeeper = createThrottleKeeper({
    ...{ throttles, kafka, clock, log },
    clusters: stores.clusters,
    everyMs: throttleLookMs,
  });
  // Replicas that wait take note too: one of them leads next.
  const departures = new Departures({ journal, clock });
  departures.follow(stores.topics);
  const knownAfterMs = config.SLUICE_TRAFFIC_KNOWN_AFTER_MS;
  const traffic = new TopicTraffic({
    ...{ clock, knownAfterMs },
    apartMs: Math.min(60_000, knownAfterMs / 2),
    gapMs: 3 * Math.max(60_000, config.SLUICE_RECHECK_MS),
  });
  const topics = createController({
    ...common,
    name: 'event-topic',
    store: stores.topics,
    fitStatus: fitterOf(eventTopic),
    behaviour: eventTopicBehaviour({
      ...{ ...stores, kafka, journal, throttles, departures, compile, traffic },
      confirmDeletionAfterMs: config.SLUICE_CONFIRM_DELETION_AFTER_MS,
    }),
    sweepWorkers,
    failureReasons: { ...failing, rejected: { kafka: reasonOfRejection } },
  });
  const schemas = createController({
    ...common,
    name: 'event-schema',
    store: stores.schemas,
    fitStatus: fitterOf(eventSchema),
    behaviour: eventSchemaBehaviour({ ...stores, registry }),
    failureReasons: { ...failing, rejected: { registry: Reason.UnsupportedByRegistry } },
  });
  const consumers: Controller = createController({
    ...common,
    name: 'event-consumer',
    store: stores.consumers,
    fitStatus: fitterOf(eventConsumer),
    behaviour: eventConsumerBehaviour({
      ...stores,
      autoscalers: [stores.autoscalers, stores.scaledObjects],
      ...{ lag, scaler, clock, metrics },
    }),
    failureReasons: { ...failing, rejected: {} },
  });

  const namesSecret = (spec: EventCluster['spec'], key: ObjectKey) =>
    [...secretKeysOf(spec.kafka, secrets), ...registrySecretKeysOf(spec.registry, secrets)].includes(key);
  for (const cache of secrets.caches.values()) {
    clusters.watch(cache, ({ key }) =>
      keysOf([...stores.clusters.list()].filter(({ spec }) => namesSecret(spec, key))),
    );
  }
  // A removal asks who uses the topic and whether the namespace goes: with half a list it would ask in vain.
  topics.watch(stores.consumers, ({ before, after }) =>
    before && !after
      ? before.spec.topics.flatMap((name) => keysOf(leaving(stores.topics.byIndex(topicIndex, name))))
      : [],
  );
  topics.watch(stores.namespaces, ({ key, after }) =>
    after?.metadata.deletionTimestamp
      ? keysOf(leaving(stores.topics.list())).filter((topic) => namespaceOf(topic) === key)
      : [],
  );
  // Access may depend on labels of the namespace.
  topics.watch(stores.namespaces, (change) =>
    relabelled(change) ? keysOf(stores.topics.byIndex(namespaceIndex, change.key)) : [],
  );
  schemas.watch(stores.namespaces, (change) => (relabelled(change) ? within(change.key, stores.schemas.list()) : []));
  consumers.watch(stores.namespaces, (change) =>
    relabelled(change) ? within(change.key, stores.consumers.list()) : [],
  );
  // A topic that goes leaves its place to those that found none.
  topics.watch(stores.topics, ({ key, after }) =>
    after === undefined ? keysOf(stores.topics.byIndex(noPlaceIndex, namespaceOf(key))) : [],
  );
  topics.watch(stores.clusters, (change) => (mattersToUsers(change) ? keysOf(stores.topics.list()) : []));
  schemas.watch(stores.clusters, (change) => (mattersToUsers(change) ? keysOf(stores.schemas.list()) : []));
  consumers.watch(stores.clusters, (change) => (mattersToUsers(change) ? keysOf(stores.consumers.list()) : []));
  // Whoever claims a topic looks again when another one comes to claim it, or one that collides with it, or goes.
  topics.watch(stores.topics, ({ before, after }) => {
    const comes = before === undefined;
    const goes = after === undefined || after.metadata.deletionTimestamp !== undefined;
    const resource = comes || goes ? (before ?? after) : undefined;
    return resource ? keysOf(stores.topics.byIndex(metricNameIndex, metricNameOf(topicNameOf(resource)))) : [];
  });
  schemas.watch(stores.schemas, ({ before, after }) =>
    before && !after ? keysOf(stores.schemas.byIndex(subjectIndex, subjectOf(before))) : [],
  );
  schemas.watch(stores.schemas, ({ before, after }) =>
    after?.status?.latestVersion !== undefined && after.status.latestVersion !== before?.status?.latestVersion
      ? keysOf(stores.schemas.byIndex(referenceIndex, subjectOf(after)))
      : [],
  );
  consumers.watch(stores.deployments, ({ key }) => keysOf(stores.consumers.byIndex(scaleTargetIndex, key)));
  for (const autoscalers of [stores.autoscalers, stores.scaledObjects]) {
    consumers.watch(autoscalers, (change) =>
      driven(change).flatMap((target) => keysOf(stores.consumers.byIndex(scaleTargetIndex, target))),
    );
  }
  consumers.watch(stores.consumers, ({ before, after }) => {
    if (!before) return [];
    const target = targetKeyOf(before);
    const leaves = !after || after.metadata.deletionTimestamp !== undefined || targetKeyOf(after) !== target;
    // Who is refused holds nothing against others.
    return leaves || isRefused(before) !== isRefused(after)
      ? keysOf([
          ...stores.consumers.byIndex(groupIndex, groupIdOf(before)),
          ...stores.consumers.byIndex(scaleTargetIndex, target),
        ])
      : [];
  });
  return { controllers: [clusters, topics, schemas, consumers], lag, throttleKeeper, departures };
}

/** Also a namespace that is new to us. */
function relabelled({ before, after }: Change<KubeObject>): boolean {
  return after !== undefined && (!before || !isDeepStrictEqual(before.metadata.labels, after.metadata.labels));
}

function isRefused({ status }: EventConsumer): boolean {
  return status?.conditions?.find(({ type }) => type === 'Stalled')?.reason === Reason.NotGranted;
}

function driven({ before, after }: Change<Autoscaler>): string[] {
  return [before, after].flatMap((object) =>
    object ? [`${object.metadata.namespace}/${object.spec.scaleTargetRef.name}`] : [],
  );
}

/** Users of a cluster look again when it comes, goes, changes, or is reached again. */
function mattersToUsers({ before, after }: Change<EventCluster>): boolean {
  const essence = (cluster: EventCluster | undefined) =>
    cluster && [
      cluster.metadata.generation,
      cluster.metadata.annotations,
      cluster.metadata.deletionTimestamp,
      cluster.status?.clusterId,
      cluster.status?.conditions?.map(({ type, status, reason }) => [type, status, reason]),
    ];
  return JSON.stringify(essence(before)) !== JSON.stringify(essence(after));
}

function within(namespace: string, resources: Iterable<KubeObject>): ObjectKey[] {
  return keysOf(resources).filter((key) => namespaceOf(key) === namespace);
}

function leaving<R extends KubeObject>(resources: Iterable<R>): R[] {
  return [...resources].filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
}

function keysOf(resources: Iterable<KubeObject>): ObjectKey[] {
  return [...resources].map(keyOf);
}
