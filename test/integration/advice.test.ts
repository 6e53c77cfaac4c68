import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { type Reason, type ReasonMeaning, reasons } from '../../src/crds/reasons.ts';
import { manifest, TestCluster } from '../helpers/cluster.ts';
import { insist } from '../helpers/insist.ts';
import { KafkaChecker } from '../helpers/kafka.ts';

const world = inject('world');
const cluster = new TestCluster(world.kubeconfig);
const kafka = new KafkaChecker(world.kafka.bootstrapServers);
const clusters: string[] = [];

afterAll(async () => {
  for (const name of clusters) await cluster.delete('EventCluster', name);
  await kafka.close();
  await cluster.close();
});

type Spec = Record<string, unknown>;

/** A namespace and an EventCluster of the same name that grants it what an access rule grants unless it says more. */
class Shop {
  readonly name: string;

  private constructor(name: string) {
    this.name = name;
  }

  static async open({ grants = {}, ...spec }: Spec & { grants?: Spec } = {}): Promise<Shop> {
    const shop = new Shop(await cluster.createNamespace('advice'));
    await shop.openCluster(shop.name, { access: [shop.rule(grants)], ...spec });
    return shop;
  }

  async openCluster(name: string, spec: Spec = {}): Promise<void> {
    clusters.push(name);
    const kafkaSpec = { bootstrapServers: world.kafka.bootstrapServers.split(',') };
    const registry = { url: world.registry.url };
    const { registry: wanted = registry, ...others } = spec;
    await cluster.create(
      manifest('EventCluster', name, {
        kafka: kafkaSpec,
        ...(wanted !== null && { registry: wanted }),
        access: [this.rule()],
        ...others,
      }),
    );
  }

  /** Everything of the shop's own name. */
  rule(more: Spec = {}): Spec {
    const own = [`${this.name}.*`];
    return { namespaces: [this.name], topics: own, subjects: own, groups: own, ...more };
  }

  key(name: string): string {
    return `${this.name}/${name}`;
  }

  topic(name: string): string {
    return `${this.name}.${name}`;
  }

  async create(kind: string, name: string, spec: Spec): Promise<void> {
    await cluster.create(manifest(kind, name, { clusterRef: { name: this.name }, ...spec }, this.name));
  }

  createTopic(name: string, spec: Spec = {}): Promise<void> {
    return this.create('EventTopic', name, { topicName: this.topic(name), partitions: 1, ...spec });
  }

  /** A topic that is there and in sync before what the row is about. */
  async haveTopic(name: string, spec: Spec = {}): Promise<void> {
    await this.createTopic(name, spec);
    await cluster.whenReady('EventTopic', this.key(name));
  }

  change(kind: string, name: string, spec: Spec): Promise<unknown> {
    return cluster.patch(kind, this.key(name), { spec });
  }

  annotate(kind: string, name: string, annotations: Spec): Promise<unknown> {
    return cluster.patch(kind, this.key(name), { metadata: { annotations } });
  }

  lookNow(kind: string, name: string): Promise<unknown> {
    return cluster.lookNow(kind, this.key(name));
  }

  changeCluster(spec: Spec): Promise<void> {
    return cluster.changeCluster(this.name, spec);
  }

  autoscaler(name: string): Promise<unknown> {
    return cluster.create({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name, namespace: this.name },
      spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name }, minReplicas: 1, maxReplicas: 3 },
    } as never);
  }

  deployment(name: string): Promise<unknown> {
    const labels = { app: name };
    const containers = [{ name: 'main', image: 'not/there:1' }];
    return cluster.create({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace: this.name },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers } },
      },
    } as never);
  }
}

/** One next step that a message names: what makes the message come, the step in its words, and doing just that. */
interface Advice {
  reason: Reason;
  step: string;
  /** Default: an EventTopic. The resource is called `orders`. */
  kind?: string;
  /** What an EventCluster has beyond the least. */
  cluster?: Spec & { grants?: Spec };
  given: (shop: Shop) => Promise<unknown>;
  /** Finds the step in the message, with what is to be used as it stands there. */
  says: RegExp;
  follow: (shop: Shop, said: readonly string[]) => Promise<unknown>;
  /** How it ends: the resource is ready, unless it says otherwise. */
  ends?: (shop: Shop) => Promise<unknown>;
}

const name = 'orders';
const change = (spec: Spec) => (shop: Shop) => shop.change('EventTopic', name, spec);
const isGone = (shop: Shop) => cluster.whenGone('EventTopic', shop.key(name));

async function wantsToGrow(shop: Shop): Promise<void> {
  await shop.haveTopic(name);
  await shop.change('EventTopic', name, { partitions: 3 });
}

/** A topic that somebody else made, with 2 partitions and a retention of its own. */
async function find(shop: Shop, spec: Spec): Promise<void> {
  await kafka.createTopic(shop.topic(name), 2, { 'retention.ms': '7000000' });
  await shop.createTopic(name, spec);
}

async function lose(shop: Shop): Promise<void> {
  await shop.haveTopic(name);
  await kafka.whenShown(shop.topic(name));
  // What the operator created and has not seen since, it takes for a topic that the brokers have yet to hear of.
  await cluster.lookedAgain('EventTopic', shop.key(name));
  await kafka.deleteTopic(shop.topic(name));
}

async function isNamedByConsumer(shop: Shop): Promise<void> {
  await shop.haveTopic(name, { deletionPolicy: 'Delete' });
  await shop.create('EventConsumer', 'reader', {
    groupId: shop.topic('reader'),
    topics: [shop.topic(name)],
    targetRef: { name: 'reader' },
  });
  // The operator knows consumers by its watch.
  await cluster.whenCondition('EventConsumer', shop.key('reader'), 'Reconciling', 'True', 'TargetNotFound');
  await cluster.delete('EventTopic', shop.key(name));
}

/** An EventConsumer whose Deployment is there. */
async function consume(shop: Shop, spec: Spec = {}): Promise<void> {
  await shop.haveTopic('consumed');
  await shop.deployment(name);
  await shop.create('EventConsumer', name, {
    groupId: shop.topic(name),
    topics: [shop.topic('consumed')],
    targetRef: { name },
    ...spec,
  });
}

const record = (...fields: readonly Spec[]) => JSON.stringify({ type: 'record', name: 'Order', fields });
const id = { name: 'id', type: 'string' };
const register = (shop: Shop, spec: Spec) =>
  shop.create('EventSchema', name, { subject: shop.topic(name), compatibility: 'Backward', ...spec });
const deletable = { grants: { deletionPolicies: ['Retain', 'Delete'] } };

const rows: readonly Advice[] = [
  {
    reason: 'PartitionDecreaseRefused',
    step: 'ask for the partitions that are there',
    given: async (shop) => {
      await shop.haveTopic(name, { partitions: 3 });
      await shop.change('EventTopic', name, { partitions: 2 });
    },
    says: /set spec\.partitions to (\d+)/,
    follow: (shop, [partitions]) => change({ partitions: Number(partitions) })(shop),
  },
  {
    reason: 'KeyMoveNotAcknowledged',
    step: 'acknowledge that keys move',
    given: wantsToGrow,
    says: /set spec\.keyMoveAcknowledgedForPartitions to (\d+)/,
    follow: (shop, [partitions]) => change({ keyMoveAcknowledgedForPartitions: Number(partitions) })(shop),
  },
  {
    reason: 'KeyMoveNotAcknowledged',
    step: 'say that records have no keys',
    given: wantsToGrow,
    says: /spec\.keyed to false/,
    follow: change({ keyed: false }),
  },
  {
    reason: 'AdoptionMismatch',
    step: 'make the spec say what is live',
    given: (shop) => find(shop, { partitions: 1, config: { 'retention.ms': 8_000_000 } }),
    says: /it has (\d+) partitions and not 1; retention\.ms is "(\d+)" and not "8000000"; make the spec say what is live/,
    follow: (shop, [partitions, retention]) =>
      change({ partitions: Number(partitions), config: { 'retention.ms': retention } })(shop),
  },
  {
    reason: 'AdoptionMismatch',
    step: 'ask for the policy that takes it, which is not granted at first',
    given: (shop) => find(shop, { partitions: 2, config: { 'retention.ms': 8_000_000 } }),
    says: /ask the owner of EventCluster "[^"]+" to grant adoptionPolicy (Take)/,
    follow: async (shop, [adoptionPolicy = '']) => {
      await shop.changeCluster({ access: [shop.rule({ adoptionPolicies: ['MatchOnly', adoptionPolicy] })] });
      await shop.change('EventTopic', name, { adoptionPolicy });
    },
  },
  {
    reason: 'AdoptionRefused',
    step: 'adopt what matches',
    given: (shop) => find(shop, { partitions: 2, adoptionPolicy: 'Never' }),
    says: /set adoptionPolicy to (\w+)/,
    follow: (shop, [adoptionPolicy]) => change({ adoptionPolicy })(shop),
  },
  {
    reason: 'NotGranted',
    step: 'ask for an access rule',
    given: (shop) => shop.createTopic(name, { topicName: `other-${shop.topic(name)}` }),
    says: /does not grant topics "([^"]+)" to this namespace; ask its owner for an access rule/,
    follow: (shop, [topic]) => shop.changeCluster({ access: [shop.rule({ topics: [topic] })] }),
  },
  {
    reason: 'NotGranted',
    step: 'use a deletion policy that is granted',
    given: (shop) => shop.createTopic(name, { deletionPolicy: 'Delete' }),
    says: /does not grant deletionPolicy Delete to this namespace; use (\w+)/,
    follow: (shop, [deletionPolicy]) => change({ deletionPolicy })(shop),
  },
  {
    reason: 'NotGranted',
    step: 'use an adoption policy that is granted',
    given: (shop) => find(shop, { partitions: 2, adoptionPolicy: 'Take' }),
    says: /does not grant adoptionPolicy Take to this namespace; use (\w+)/,
    follow: (shop, [adoptionPolicy]) => change({ adoptionPolicy })(shop),
  },
  {
    reason: 'QuotaExceeded',
    step: 'ask for fewer partitions',
    cluster: { grants: { maxPartitionsPerTopic: 2 } },
    given: (shop) => shop.createTopic(name, { partitions: 3 }),
    says: /set spec\.partitions to (\d+)/,
    follow: (shop, [partitions]) => change({ partitions: Number(partitions) })(shop),
  },
  {
    reason: 'QuotaExceeded',
    step: 'delete an older topic',
    cluster: { grants: { maxTopicsPerNamespace: 1 } },
    given: async (shop) => {
      await shop.haveTopic('older');
      await shop.createTopic(name);
    },
    says: /older EventTopics take them all; delete one/,
    follow: (shop) => cluster.delete('EventTopic', shop.key('older')),
  },
  {
    reason: 'OwnedByOther',
    step: 'delete the resource that owns the topic',
    given: async (shop) => {
      await shop.haveTopic('owner', { topicName: shop.topic(name) });
      await shop.createTopic(name);
    },
    says: /is owned by "([^"]+)"; delete one of the two resources/,
    follow: (shop, [owner = '']) => cluster.delete('EventTopic', shop.key(owner)),
  },
  {
    reason: 'NameRefused',
    step: 'create a resource with the name that would do',
    cluster: { naming: { mode: 'Deny', pattern: '^[a-z0-9-]+([.][a-z0-9-]+){1,2}$' } },
    given: (shop) => shop.createTopic(name, { topicName: shop.topic('New_Orders') }),
    says: /"([^"]+)" would; the name of a topic cannot change, so delete this resource and create one with spec\.topicName "\1"/,
    follow: async (shop, [topicName]) => {
      await cluster.delete('EventTopic', shop.key(name));
      await isGone(shop);
      await shop.createTopic(name, { topicName });
    },
  },
  {
    reason: 'NameRefused',
    step: 'create a resource with a name that does not collide',
    given: async (shop) => {
      await shop.haveTopic('older', { topicName: shop.topic('a.b') });
      await shop.createTopic(name, { topicName: shop.topic('a_b') });
    },
    says: /create a resource with another spec\.topicName and delete this one/,
    follow: async (shop) => {
      await shop.createTopic('other');
      await cluster.delete('EventTopic', shop.key(name));
    },
    ends: (shop) => cluster.whenReady('EventTopic', shop.key('other')),
  },
  {
    reason: 'ConfigNotAllowed',
    step: 'remove what is not allowed',
    cluster: { allowedConfigKeys: ['retention.*'] },
    given: (shop) => shop.createTopic(name, { config: { 'retention.ms': 5_000_000, 'flush.ms': 7_000 } }),
    says: /spec\.config ([\w.]+): .*; remove the others from spec\.config/,
    follow: (shop, [key = '']) => change({ config: { [key]: null } })(shop),
  },
  {
    reason: 'ConfigRejected',
    step: 'write what Kafka takes',
    given: (shop) => shop.createTopic(name, { config: { 'retention.ms': '7d' } }),
    says: /correct it or remove it: ([\w.]+) "7d" .*a whole number such as (\d+)/,
    follow: (shop, [key = '', value]) => change({ config: { [key]: Number(value) } })(shop),
  },
  {
    reason: 'ConfigRejected',
    step: 'write a list as text',
    given: (shop) => shop.createTopic(name, { config: { 'cleanup.policy': ['compact', 'delete'] } }),
    says: /write it as text: "([^"]+)"/,
    follow: (shop, [value]) => change({ config: { 'cleanup.policy': value } })(shop),
  },
  {
    reason: 'ConfigRejected',
    step: 'quote a number that loses digits',
    given: (shop) => shop.createTopic(name, { config: { 'retention.ms': 2 ** 60 } }),
    says: /spec\.config ([\w.]+): a number past 2\^53 .*; quote it/,
    follow: (shop, [key = '']) => change({ config: { [key]: '1152921504606846976' } })(shop),
  },
  {
    reason: 'ValueRewrittenByBroker',
    step: 'leave the setting to who sets it',
    given: async (shop) => {
      await shop.haveTopic(name, { config: { 'retention.ms': 3_600_000 } });
      await insist({ cluster, kafka }, shop.key(name), shop.topic(name), { 'retention.ms': '1000' });
    },
    says: /([\w.]+) was set to .*leave the setting to others with spec\.(ignoreConfigKeys)/,
    follow: (shop, [key, field = '']) => change({ [field]: [key] })(shop),
  },
  {
    reason: 'NotEnoughBrokers',
    step: 'ask for fewer replicas',
    given: (shop) => shop.createTopic(name, { replicationFactor: 3 }),
    says: /set spec\.replicationFactor to (\d+) or less/,
    follow: (shop, [replicationFactor]) => change({ replicationFactor: Number(replicationFactor) })(shop),
  },
  {
    reason: 'ReassignmentNotAllowed',
    step: 'ask for the replicas that are there',
    given: async (shop) => {
      await shop.haveTopic(name);
      await shop.change('EventTopic', name, { replicationFactor: 3 });
    },
    says: /or set spec\.replicationFactor to (\d+)/,
    follow: (shop, [replicationFactor]) => change({ replicationFactor: Number(replicationFactor) })(shop),
  },
  {
    reason: 'TopicDeletedOutOfBand',
    step: 'create a new, empty topic',
    given: async (shop) => {
      await lose(shop);
      await shop.lookNow('EventTopic', name);
    },
    says: /set spec\.recreateLostTopicId to ([\w-]{22})/,
    follow: (shop, [recreateLostTopicId]) => change({ recreateLostTopicId })(shop),
  },
  {
    reason: 'TopicRecreated',
    step: 'manage the new topic',
    given: async (shop) => {
      await lose(shop);
      await kafka.createTopic(shop.topic(name), 1);
      await shop.lookNow('EventTopic', name);
    },
    says: /set spec\.acceptTopicId to ([\w-]{22})/,
    follow: (shop, [acceptTopicId]) => change({ acceptTopicId })(shop),
  },
  {
    reason: 'PlanOnly',
    step: 'do what is planned',
    given: (shop) => shop.createTopic(name, { mode: 'Plan' }),
    says: /set spec\.mode to (\w+)/,
    follow: (shop, [mode]) => change({ mode })(shop),
  },
  {
    reason: 'ClusterReadOnly',
    step: 'ask for the mode that writes',
    cluster: { mode: 'ReadOnly' },
    given: (shop) => shop.createTopic(name),
    says: /in ReadOnly mode: there is a change to make/,
    follow: (shop) => shop.changeCluster({ mode: 'ReadWrite' }),
  },
  {
    reason: 'ClusterNotFound',
    step: 'create the EventCluster',
    given: (shop) => shop.createTopic(name, { clusterRef: { name: `${shop.name}-late` } }),
    says: /EventCluster "([^"]+)" does not exist; create it/,
    follow: (shop, [late = '']) => shop.openCluster(late),
  },
  {
    reason: 'DeletionProtected',
    step: 'say that the topic may go although it is named',
    cluster: deletable,
    given: isNamedByConsumer,
    says: /annotate this resource ([\w./-]+)=([\w-]{22})/,
    follow: (shop, [annotation = '', topicId]) => shop.annotate('EventTopic', name, { [annotation]: topicId }),
    ends: async (shop) => {
      await isGone(shop);
      await kafka.whenGone(shop.topic(name));
    },
  },
  {
    reason: 'DeletionProtected',
    step: 'delete who names the topic',
    cluster: deletable,
    given: isNamedByConsumer,
    says: /named by EventConsumer "([^"]+)"; delete it/,
    follow: (shop, [reader = '']) => cluster.delete('EventConsumer', shop.key(reader)),
    ends: isGone,
  },
  {
    reason: 'DeletionProtected',
    step: 'keep the topic and let the resource go',
    cluster: deletable,
    given: isNamedByConsumer,
    says: /to keep the topic and let the resource go, set deletionPolicy to (\w+)/,
    follow: (shop, [deletionPolicy]) => change({ deletionPolicy })(shop),
    ends: async (shop) => {
      await isGone(shop);
      await kafka.whenShown(shop.topic(name));
    },
  },
  {
    reason: 'DeletionLimitReached',
    step: 'raise the limit',
    cluster: { ...deletable, maxDeletionsPerHour: 0 },
    given: async (shop) => {
      await shop.haveTopic(name, { deletionPolicy: 'Delete' });
      await cluster.delete('EventTopic', shop.key(name));
    },
    says: /when spec\.(maxDeletionsPerHour) of the EventCluster is raised/,
    follow: (shop, [field = '']) => shop.changeCluster({ [field]: 1_000 }),
    ends: isGone,
  },
  {
    reason: 'TargetNotFound',
    step: 'create the Deployment',
    kind: 'EventConsumer',
    given: async (shop) => {
      await shop.haveTopic('consumed');
      const [groupId, topics] = [shop.topic(name), [shop.topic('consumed')]];
      await shop.create('EventConsumer', name, { groupId, topics, targetRef: { name } });
    },
    says: /Deployment "([^"]+)" does not exist in this namespace; create it/,
    follow: (shop, [deployment = '']) => shop.deployment(deployment),
  },
  {
    reason: 'TargetOwnedByAutoscaler',
    step: 'leave the Deployment to the autoscaler',
    kind: 'EventConsumer',
    given: async (shop) => {
      await shop.autoscaler(name);
      await consume(shop);
    },
    says: /set spec\.scaling\.mode to (\w+)/,
    follow: (shop, [mode]) => shop.change('EventConsumer', name, { scaling: { mode } }),
  },
  {
    reason: 'TopicNotReady',
    step: 'create the topic',
    kind: 'EventConsumer',
    given: (shop) => consume(shop, { topics: [shop.topic('late')] }),
    says: /topic "([^"]+)".*; create it/,
    follow: (shop, [topicName]) => shop.createTopic('late', { topicName }),
  },
  {
    reason: 'OwnedByOther',
    step: 'delete the resource that scales the group',
    kind: 'EventConsumer',
    given: async (shop) => {
      await shop.haveTopic('consumed');
      await shop.deployment(name);
      const spec = { groupId: shop.topic(name), topics: [shop.topic('consumed')], targetRef: { name } };
      await shop.create('EventConsumer', 'older', spec);
      await cluster.whenReady('EventConsumer', shop.key('older'));
      await shop.create('EventConsumer', name, spec);
    },
    says: /is scaled by "([^"]+)"; delete one of the two resources/,
    follow: (shop, [owner = '']) => cluster.delete('EventConsumer', shop.key(owner)),
  },
  {
    reason: 'Incompatible',
    step: 'change the schema',
    kind: 'EventSchema',
    given: async (shop) => {
      await register(shop, { schema: record(id) });
      await cluster.whenReady('EventSchema', shop.key(name));
      await shop.change('EventSchema', name, { schema: record(id, { name: 'total', type: 'int' }) });
    },
    says: /not compatible with earlier versions: .*; change spec\.schema/,
    follow: (shop) =>
      shop.change('EventSchema', name, { schema: record(id, { name: 'total', type: 'int', default: 0 }) }),
  },
  {
    reason: 'InvalidSchema',
    step: 'correct the schema',
    kind: 'EventSchema',
    given: (shop) => register(shop, { schema: '{"type": "recrod"}' }),
    says: /correct spec\.schema/,
    follow: (shop) => shop.change('EventSchema', name, { schema: record(id) }),
  },
  {
    reason: 'RegistryNotConfigured',
    step: 'name a registry',
    kind: 'EventSchema',
    cluster: { registry: null },
    given: (shop) => register(shop, { schema: record(id) }),
    says: /set its spec\.registry\.url/,
    follow: (shop) => shop.changeCluster({ registry: { url: world.registry.url } }),
  },
  {
    reason: 'ReferenceNotReady',
    step: 'register what is referred to',
    kind: 'EventSchema',
    given: (shop) =>
      register(shop, {
        schema: record({ name: 'price', type: 'Money' }),
        references: [{ name: 'Money', subject: shop.topic('money'), version: 1 }],
      }),
    says: /does not hold version 1 of subject "([^"]+)"; register them first/,
    follow: (shop, [subject]) =>
      shop.create('EventSchema', 'money', {
        subject,
        schema: JSON.stringify({ type: 'record', name: 'Money', fields: [id] }),
      }),
  },
];

/** Steps of these are followed where what brings the message about can be had. */
const elsewhere: Partial<Record<Reason, string>> = {
  ClusterIdChanged: 'faults/cluster-id.test.ts',
  DeletionUnconfirmed: 'faults/restore.test.ts',
  RestoreUnconfirmed: 'integration/event-topic-ownership.test.ts',
  DeletionDisabledOnBroker: 'faults/namespaces.test.ts',
  SecretNotReady: 'integration/secured-kafka.test.ts',
  AuthenticationFailed: 'integration/secured-kafka.test.ts',
  InvalidSpec: 'integration/event-cluster-tenancy.test.ts',
  ReassignmentWaiting: 'faults/reassignment.test.ts',
  FinalizersRemaining: 'integration/event-topic-deletion.test.ts',
  StatusRefused: 'faults/api-server.test.ts',
  SubjectDeletedOutOfBand: 'integration/event-schema.test.ts',
};

/** These go on by themselves, or are for whoever runs Kafka or the operator: the message has no step for the user. */
const noStep: ReadonlySet<Reason> = new Set([
  'InternalError',
  'KafkaUnavailable',
  'KafkaThrottled',
  'RegistryUnavailable',
  'RegistryReadOnly',
  'UnsupportedByRegistry',
  'TopicRejected',
  'AuthorizationDenied',
  'CertificateNotTrusted',
  // Its step, an annotation on a cluster-scoped object, would change what every other test of this world sees.
  'AmbiguousDefaultCluster',
]);

const asksForSomething = (reason: Reason): boolean => {
  const { row, event }: ReasonMeaning = reasons[reason];
  return row === 'stalled' || (row === 'working' && event === 'Warning');
};

describe('the next step that a message names', () => {
  it.concurrent.each(rows)('of $reason leads on: $step', async (row) => {
    const { reason, kind = 'EventTopic', given, says, follow, ends } = row;
    const shop = await Shop.open(row.cluster);
    await given(shop);
    const type = reasons[reason].row === 'stalled' ? 'Stalled' : 'Reconciling';
    const { status } = await cluster.whenCondition(kind, shop.key(name), type, 'True', reason);
    const message = status?.conditions?.find((condition) => condition.type === type)?.message ?? '';
    expect(message).toMatch(says);
    const [, ...said] = says.exec(message) ?? [];
    await follow(shop, said);
    await (ends ?? ((ended) => cluster.whenReady(kind, ended.key(name))))(shop);
  });

  it.each(Object.keys(reasons).filter((reason): reason is Reason => asksForSomething(reason as Reason)))(
    'of %s is followed by a test, where there is one',
    (reason) => {
      const file = elsewhere[reason];
      if (file !== undefined) {
        expect(readFileSync(join(import.meta.dirname, '..', file), 'utf8')).toContain(reason);
        return;
      }
      expect(rows.some((row) => row.reason === reason) || noStep.has(reason)).toBe(true);
    },
  );
});
