import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { manifest, TestCluster } from '../helpers/cluster.ts';
import { KafkaChecker } from '../helpers/kafka.ts';

/** Bad values for every rule of the API, posted to the real API server: what it answers is what a user reads. */

const cluster = new TestCluster(inject('world').kubeconfig);
let namespace: string;

beforeAll(async () => {
  namespace = await cluster.createNamespace('refusals');
});
afterAll(() => cluster.close());

const access = [{ namespaces: ['*'] }];
const kafka = { bootstrapServers: ['kafka:9092'] };
const long = (length: number) => 'x'.repeat(length);
const many = (count: number) => Array.from({ length: count }, (_, index) => `n${index}`);

interface Refusal {
  it: string;
  spec: Record<string, unknown>;
  says: RegExp;
}

const clusterRows: Refusal[] = [
  { it: 'no Kafka', spec: { access }, says: /spec.kafka: Required value/ },
  { it: 'no access rules', spec: { kafka }, says: /spec.access: Required value/ },
  { it: 'an empty list of access rules', spec: { kafka, access: [] }, says: /spec.access.*at least 1 items/ },
  { it: 'too many access rules', spec: { kafka, access: many(65).map(() => access[0]) }, says: /Too many: 65/ },
  { it: 'a rule for no namespace', spec: { kafka, access: [{ namespaces: [] }] }, says: /at least 1 items/ },
  {
    it: 'a pattern with spaces',
    spec: { kafka, access: [{ namespaces: ['a b'] }] },
    says: /namespaces\[0\].*should match/,
  },
  { it: 'a pattern twice', spec: { kafka, access: [{ namespaces: ['a', 'a'] }] }, says: /Duplicate value: "a"/ },
  {
    it: 'a topic pattern with a slash',
    spec: { kafka, access: [{ namespaces: ['a'], topics: ['a/b'] }] },
    says: /should match/,
  },
  { it: 'too many patterns', spec: { kafka, access: [{ namespaces: ['a'], groups: many(65) }] }, says: /Too many: 65/ },
  {
    it: 'a subject pattern that is too long',
    spec: { kafka, access: [{ namespaces: ['a'], subjects: [long(254)] }] },
    says: /Too long/,
  },
  {
    it: 'an unknown deletion policy',
    spec: { kafka, access: [{ namespaces: ['a'], deletionPolicies: ['Burn'] }] },
    says: /Unsupported value: "Burn"/,
  },
  { it: 'a rule that names nobody', spec: { kafka, access: [{ topics: ['*'] }] }, says: /everybody is spelled/ },
  {
    it: 'an empty selector',
    spec: { kafka, access: [{ namespaceSelector: {} }] },
    says: /namespaceSelector.*at least 1 properties/,
  },
  {
    it: 'a selector that compares with nothing',
    spec: { kafka, access: [{ namespaceSelector: { matchExpressions: [{ key: 'tier', operator: 'In' }] } }] },
    says: /In and NotIn need values/,
  },
  {
    it: 'a selector that compares nothing',
    spec: {
      kafka,
      access: [{ namespaceSelector: { matchExpressions: [{ key: 'tier', operator: 'Exists', values: ['a'] }] } }],
    },
    says: /Exists and DoesNotExist take none/,
  },
  {
    it: 'an unknown operator',
    spec: { kafka, access: [{ namespaceSelector: { matchExpressions: [{ key: 'tier', operator: 'Like' }] } }] },
    says: /Unsupported value: "Like"/,
  },
  {
    it: 'fewer topics than none',
    spec: { kafka, access: [{ namespaces: ['a'], maxTopicsPerNamespace: -1 }] },
    says: /greater than or equal to 0/,
  },
  {
    it: 'topics without partitions',
    spec: { kafka, access: [{ namespaces: ['a'], maxPartitionsPerTopic: 0 }] },
    says: /greater than or equal to 1/,
  },
  {
    it: 'an unknown policy of adoption',
    spec: { kafka, access: [{ namespaces: ['a'], adoptionPolicies: ['Steal'] }] },
    says: /Unsupported value: "Steal"/,
  },
  {
    it: 'an unknown mode',
    spec: { kafka, access, mode: 'WriteOnly' },
    says: /spec.mode: Unsupported value: "WriteOnly"/,
  },
  {
    it: 'a naming rule without a pattern',
    spec: { kafka, access, naming: { mode: 'Warn' } },
    says: /Warn and Deny need a pattern/,
  },
  {
    it: 'an unknown naming mode',
    spec: { kafka, access, naming: { mode: 'Maybe' } },
    says: /Unsupported value: "Maybe"/,
  },
  {
    it: 'a naming pattern that is too long',
    spec: { kafka, access, naming: { pattern: long(1025) } },
    says: /Too long/,
  },
  { it: 'no bootstrap server', spec: { kafka: { bootstrapServers: [] }, access }, says: /at least 1 items/ },
  {
    it: 'a bootstrap server without a port',
    spec: { kafka: { bootstrapServers: ['kafka'] }, access },
    says: /bootstrapServers\[0\].*should match/,
  },
  {
    it: 'a bootstrap server with a scheme',
    spec: { kafka: { bootstrapServers: ['http://kafka:9092'] }, access },
    says: /should match/,
  },
  {
    it: 'an empty cluster id',
    spec: { kafka: { ...kafka, clusterId: '' }, access },
    says: /clusterId.*at least 1 chars/,
  },
  { it: 'a registry without a URL', spec: { kafka, access, registry: {} }, says: /registry.url: Required value/ },
  {
    it: 'a registry URL of a file',
    spec: { kafka, access, registry: { url: 'file:///etc/passwd' } },
    says: /registry.url.*should match/,
  },
  {
    it: 'a registry URL with credentials',
    spec: { kafka, access, registry: { url: 'http://u:p@registry' } },
    says: /should match/,
  },
  {
    it: 'a registry URL with a query',
    spec: { kafka, access, registry: { url: 'http://registry/?x=1' } },
    says: /should match/,
  },
  {
    it: 'no default partitions',
    spec: { kafka, access, topicDefaults: { partitions: 0 } },
    says: /partitions.*greater than or equal to 1/,
  },
  {
    it: 'no default replicas',
    spec: { kafka, access, topicDefaults: { replicationFactor: 0 } },
    says: /greater than or equal to 1/,
  },
  {
    it: 'a default setting that is a long list',
    spec: { kafka, access, topicDefaults: { config: { a: many(65) } } },
    says: /topicDefaults.config.a: Too many: 65/,
  },
];

const topicRows: Refusal[] = [
  { it: 'an empty topic name', spec: { topicName: '' }, says: /spec.topicName.*at least 1 chars/ },
  { it: 'a topic name that is too long', spec: { topicName: long(250) }, says: /spec.topicName: Too long/ },
  { it: 'a topic name with a slash', spec: { topicName: 'a/b' }, says: /spec.topicName.*should match/ },
  { it: 'the topic name "."', spec: { topicName: '.' }, says: /a topic is not called "\." or "\.\."/ },
  { it: 'the topic name ".."', spec: { topicName: '..' }, says: /a topic is not called "\." or "\.\."/ },
  { it: 'a topic name of the brokers', spec: { topicName: '__consumer_offsets' }, says: /belong to the brokers/ },
  { it: 'no partitions', spec: { partitions: 0 }, says: /spec.partitions.*greater than or equal to 1/ },
  { it: 'half a partition', spec: { partitions: 1.5 }, says: /spec.partitions/ },
  { it: 'partitions as text', spec: { partitions: '3' }, says: /spec.partitions.*must be of type integer: "string"/ },
  { it: 'more partitions than fit', spec: { partitions: 2 ** 31 }, says: /spec.partitions/ },
  { it: 'too many partitions', spec: { partitions: 100_001 }, says: /less than or equal to 100000/ },
  { it: 'no replicas', spec: { replicationFactor: 0 }, says: /spec.replicationFactor/ },
  { it: 'too many replicas', spec: { replicationFactor: 33 }, says: /less than or equal to 32/ },
  { it: 'settings as a list', spec: { config: ['a'] }, says: /spec.config.*must be of type object/ },
  {
    it: 'a setting that is a large map',
    spec: { config: { a: Object.fromEntries(many(65).map((key) => [key, 1])) } },
    says: /spec.config.a: Too many: 65/,
  },
  {
    it: 'a setting that is a long list',
    spec: { config: { 'cleanup.policy': many(65) } },
    says: /spec.config.cleanup.policy: Too many: 65/,
  },
  { it: 'a setting that is too long', spec: { config: { a: long(8193) } }, says: /spec.config.a: Too long/ },
  {
    it: 'too many settings',
    spec: { config: Object.fromEntries(many(129).map((key) => [key, 1])) },
    says: /spec.config: Too many: 129/,
  },
  { it: 'an unknown drift policy', spec: { driftPolicy: 'Sometimes' }, says: /spec.driftPolicy: Unsupported value/ },
  {
    it: 'an unknown adoption policy',
    spec: { adoptionPolicy: 'Steal' },
    says: /spec.adoptionPolicy: Unsupported value/,
  },
  {
    it: 'an unknown deletion policy',
    spec: { deletionPolicy: 'Burn' },
    says: /spec.deletionPolicy: Unsupported value/,
  },
  { it: 'a cluster reference without a name', spec: { clusterRef: {} }, says: /spec.clusterRef.name: Required value/ },
  {
    it: 'an acknowledgement of no partitions',
    spec: { keyMoveAcknowledgedForPartitions: 0 },
    says: /greater than or equal to 1/,
  },
  { it: 'a pause that is text', spec: { paused: 'yes' }, says: /spec.paused.*must be of type boolean/ },
];

const schemaRows: Refusal[] = [
  { it: 'no schema', spec: {}, says: /spec.schema: Required value/ },
  { it: 'an empty schema', spec: { schema: '' }, says: /spec.schema.*at least 1 chars/ },
  { it: 'a schema that is too long', spec: { schema: long(524_289) }, says: /spec.schema: Too long/ },
  { it: 'a subject with a line end', spec: { schema: '{}', subject: 'a\nb' }, says: /spec.subject.*should match/ },
  ...['.', '..'].map((subject) => ({
    it: `a subject called ${subject}`,
    spec: { schema: '{}', subject },
    says: /spec.subject: Invalid value.*a subject is not called "\." or "\.\."/,
  })),
  {
    it: 'a subject with the default context',
    spec: { schema: '{}', subject: ':.:orders' },
    says: /one of the default context is written without ":\.:"/,
  },
  {
    it: 'a reference to a subject called ..',
    spec: { schema: '{}', references: [{ name: 'a', subject: '..', version: 1 }] },
    says: /references\[0\].subject: Invalid value.*a subject is not called/,
  },
  { it: 'a subject that is too long', spec: { schema: '{}', subject: long(250) }, says: /spec.subject: Too long/ },
  { it: 'another format', spec: { schema: '{}', format: 'Thrift' }, says: /spec.format: Unsupported value: "Thrift"/ },
  {
    it: 'an unknown level',
    spec: { schema: '{}', compatibility: 'BACKWARD' },
    says: /spec.compatibility: Unsupported value/,
  },
  {
    it: 'another deletion policy',
    spec: { schema: '{}', deletionPolicy: 'HardDelete' },
    says: /spec.deletionPolicy: Unsupported value/,
  },
  {
    it: 'a reference without a version',
    spec: { schema: '{}', references: [{ name: 'a', subject: 'a' }] },
    says: /references\[0\].version: Required value/,
  },
  {
    it: 'a reference to version 0',
    spec: { schema: '{}', references: [{ name: 'a', subject: 'a', version: 0 }] },
    says: /greater than or equal to 1/,
  },
  {
    it: 'a reference twice',
    spec: { schema: '{}', references: [1, 2].map((version) => ({ name: 'a', subject: 'a', version })) },
    says: /Duplicate value/,
  },
  {
    it: 'too many references',
    spec: { schema: '{}', references: many(65).map((name) => ({ name, subject: 'a', version: 1 })) },
    says: /Too many: 65/,
  },
];

const target = { targetRef: { name: 'worker' } };
const consumer = { topics: ['orders'], ...target };
const consumerRows: Refusal[] = [
  { it: 'no topics', spec: target, says: /spec.topics: Required value/ },
  { it: 'an empty list of topics', spec: { ...consumer, topics: [] }, says: /spec.topics.*at least 1 items/ },
  { it: 'a topic twice', spec: { ...consumer, topics: ['a', 'a'] }, says: /Duplicate value: "a"/ },
  { it: 'too many topics', spec: { ...consumer, topics: many(65) }, says: /Too many: 65/ },
  { it: 'a topic that cannot exist', spec: { ...consumer, topics: ['a b'] }, says: /spec.topics\[0\].*should match/ },
  { it: 'a group with a space', spec: { ...consumer, groupId: 'a b' }, says: /spec.groupId.*should match/ },
  { it: 'a group that is too long', spec: { ...consumer, groupId: long(250) }, says: /spec.groupId: Too long/ },
  { it: 'no target', spec: { topics: ['a'] }, says: /spec.targetRef: Required value/ },
  { it: 'a target without a name', spec: { ...consumer, targetRef: {} }, says: /spec.targetRef.name: Required value/ },
  {
    it: 'a target of another kind',
    spec: { ...consumer, targetRef: { kind: 'DaemonSet', name: 'a' } },
    says: /targetRef.kind: Unsupported value/,
  },
  {
    it: 'a target of another API',
    spec: { ...consumer, targetRef: { apiVersion: 'v1', name: 'a' } },
    says: /targetRef.apiVersion: Unsupported value/,
  },
  { it: 'an unknown reset', spec: { ...consumer, offsetReset: 'Newest' }, says: /spec.offsetReset: Unsupported value/ },
  { it: 'an unknown mode', spec: { ...consumer, scaling: { mode: 'On' } }, says: /scaling.mode: Unsupported value/ },
  {
    it: 'an unknown policy',
    spec: { ...consumer, scaling: { policy: 'Fast' } },
    says: /scaling.policy: Unsupported value/,
  },
  {
    it: 'no least replica',
    spec: { ...consumer, scaling: { minReplicas: 0 } },
    says: /scaling.minReplicas.*greater than or equal to 1/,
  },
  { it: 'no replica at most', spec: { ...consumer, scaling: { maxReplicas: 0 } }, says: /scaling.maxReplicas/ },
  { it: 'a negative override', spec: { ...consumer, scaling: { fixedReplicas: -1 } }, says: /scaling.fixedReplicas/ },
  {
    it: 'an objective below 5 s',
    spec: { ...consumer, scaling: { maxLagSeconds: 4 } },
    says: /scaling.maxLagSeconds.*greater than or equal to 5/,
  },
  {
    it: 'an objective above a day',
    spec: { ...consumer, scaling: { maxLagSeconds: 86_401 } },
    says: /scaling.maxLagSeconds/,
  },
  { it: 'no rate', spec: { ...consumer, scaling: { ratePerReplica: 0 } }, says: /scaling.ratePerReplica/ },
  {
    it: 'more replicas at least than at most',
    spec: { ...consumer, scaling: { minReplicas: 3, maxReplicas: 2 } },
    says: /minReplicas must not be greater than maxReplicas/,
  },
];

describe.each([
  { kind: 'EventCluster', rows: clusterRows },
  { kind: 'EventTopic', rows: topicRows },
  { kind: 'EventSchema', rows: schemaRows },
  { kind: 'EventConsumer', rows: consumerRows },
])('the API server refuses an $kind with', ({ kind, rows }) => {
  it.each(rows)('$it', async ({ spec, says }) => {
    const object = manifest(kind, 'bad', spec, kind === 'EventCluster' ? undefined : namespace);
    await expect(cluster.create(object)).rejects.toThrow(says);
  });
});

interface Change {
  it: string;
  kind: string;
  before: Record<string, unknown>;
  after: Record<string, unknown>;
  says: RegExp;
}

const changes: Change[] = [
  {
    it: 'another topic name',
    kind: 'EventTopic',
    before: { topicName: 'a' },
    after: { topicName: 'b' },
    says: /the topic name cannot change/,
  },
  {
    it: 'a topic name that comes later',
    kind: 'EventTopic',
    before: {},
    after: { topicName: 'b' },
    says: /the topic name cannot change/,
  },
  {
    it: 'a topic name that goes',
    kind: 'EventTopic',
    before: { topicName: 'b' },
    after: { topicName: null },
    says: /the topic name cannot change/,
  },
  {
    it: 'another cluster',
    kind: 'EventTopic',
    before: { clusterRef: { name: 'a' } },
    after: { clusterRef: { name: 'b' } },
    says: /clusterRef cannot change/,
  },
  {
    it: 'a cluster that comes later',
    kind: 'EventTopic',
    before: {},
    after: { clusterRef: { name: 'b' } },
    says: /clusterRef cannot change/,
  },
  {
    it: 'a cluster that goes',
    kind: 'EventTopic',
    before: { clusterRef: { name: 'b' } },
    after: { clusterRef: null },
    says: /clusterRef cannot change/,
  },
  {
    it: 'another subject',
    kind: 'EventSchema',
    before: { schema: '{}' },
    after: { subject: 'b' },
    says: /the subject cannot change/,
  },
  {
    it: 'another cluster of a schema',
    kind: 'EventSchema',
    before: { schema: '{}' },
    after: { clusterRef: { name: 'b' } },
    says: /clusterRef cannot change/,
  },
  {
    it: 'another group',
    kind: 'EventConsumer',
    before: consumer,
    after: { groupId: 'b' },
    says: /the group cannot change/,
  },
  {
    it: 'another cluster of a consumer',
    kind: 'EventConsumer',
    before: consumer,
    after: { clusterRef: { name: 'b' } },
    says: /clusterRef cannot change/,
  },
];

describe('the API server refuses a change to', () => {
  it.each(changes)('$it', async ({ kind, before, after, says }) => {
    const name = `change-${Math.random().toString(36).slice(2, 8)}`;
    await cluster.create(manifest(kind, name, before, namespace));
    await expect(cluster.patch(kind, `${namespace}/${name}`, { spec: after })).rejects.toThrow(says);
  });
});

describe('the API server accepts', () => {
  it('every scalar as a setting, and names the same topic in two ways', async () => {
    const config = { a: 1, b: true, c: 0.5, d: 'text', e: '9223372036854775807' };
    await cluster.create(manifest('EventTopic', 'same', { config }, namespace));
    await cluster.patch('EventTopic', `${namespace}/same`, { spec: { topicName: 'same' } });
    const { spec } = (await cluster.get('EventTopic', `${namespace}/same`)) ?? {};
    expect(spec).toMatchObject({ config, driftPolicy: 'Enforce', deletionPolicy: 'Retain', keyed: true });
  });

  it('more partitions of a keyed topic, because it does not know how many there are', async () => {
    await cluster.create(manifest('EventTopic', 'grows', { partitions: 3 }, namespace));
    await cluster.patch('EventTopic', `${namespace}/grows`, { spec: { partitions: 6 } });
  });

  it('subjects and names of references as registries take them', async () => {
    const odd = {
      subject: ':.eu:orders/v1 $ü',
      references: [{ name: 'a b/c$d.json', subject: 'a:b/c d', version: 1 }],
    };
    await cluster.create(manifest('EventSchema', 'odd', { schema: '{}', ...odd }, namespace));
    expect((await cluster.get('EventSchema', `${namespace}/odd`))?.spec).toMatchObject(odd);
  });

  it('a new resource before anybody looked at it with observedGeneration -1', async () => {
    const created = await cluster.create(manifest('EventSchema', 'fresh', { schema: '{}' }, namespace));
    expect(created.status).toEqual({ observedGeneration: -1 });
  });
});

/** Names or patterns of the greatest length, each another one, and none that is quick to tell from a name of a's. */
const longest = (count: number, length: number, begin: string) =>
  Array.from({ length: count }, (_, index) => {
    const end = `b${String(index).padStart(4, '0')}`;
    return `${begin}${'a'.repeat(length - begin.length - end.length)}${end}`;
  });

describe('the largest spec that the API takes', () => {
  const { kafka: brokers, registry, operator } = inject('world');
  const checker = new KafkaChecker(brokers.bootstrapServers);
  const name = `largest-${Math.random().toString(36).slice(2, 8)}`;
  afterAll(async () => {
    await cluster.delete('EventCluster', name);
    await checker.close();
  });

  // 64 Ki characters: keys and values as many and as long as they may be, and values that look like numbers to their end.
  const valueLength = 65_536 / 128 - 249;
  const config = Object.fromEntries(longest(128, 249, '').map((key) => [key, `${'1'.repeat(valueLength - 1)}x`]));
  const fewConfig = Object.fromEntries(longest(7, 249, '').map((key) => [key, `${'1'.repeat(8_191)}x`]));
  const access = longest(64, 63, '').map(() => ({ namespaces: longest(64, 253, '*') }));
  const clusterSpec = {
    kafka: { bootstrapServers: brokers.bootstrapServers.split(',') },
    registry,
    access: [...access.slice(1), { namespaces: ['*'], topics: ['*'], subjects: ['*'], groups: ['*'] }],
    allowedConfigKeys: [...longest(255, 253, '*'), '*'],
    topicDefaults: { config: fewConfig },
  };
  const clusterRef = { name };
  const ignoreConfigKeys = longest(64, 253, '*');
  const deletionProtection = { ignoreGroups: longest(64, 253, '*') };
  const topic = { clusterRef, partitions: 1, ignoreConfigKeys, deletionProtection };
  const schema = JSON.stringify({ type: 'record', name: 'Largest', fields: fieldsOf(524_288) });

  /**
   * Times that the operator's own work kept its event loop from turning for more than 0.25 s. Where it had to wait for the
   * processor, all that came meanwhile is done in one turn, and ordinary work takes 0.1 s at times.
   */
  async function blocks(): Promise<number> {
    const page = await (await fetch(`${operator?.url}/metrics`)).text();
    const read = (series: string) =>
      Number(
        page
          .split('\n')
          .find((line) => line.startsWith(series))
          ?.split(' ')
          .at(-1),
      );
    const prefix = 'sluice_event_loop_blocked_seconds';
    return read(`${prefix}_count`) - read(`${prefix}_bucket{le="0.25"}`);
  }

  const settled = (kind: string, resource: string, type: string, reason?: string) =>
    cluster.whenCondition(kind, kind === 'EventCluster' ? resource : `${namespace}/${resource}`, type, 'True', reason);

  it('keeps the operator from nothing else, whatever the kind', async () => {
    for (const found of ['beside', 'values']) await checker.createTopic(`${namespace}.${found}`, 1);
    const before = await blocks();
    await cluster.create(manifest('EventCluster', name, clusterSpec));
    await settled('EventCluster', name, 'Ready');
    const rows = [
      { kind: 'EventTopic', resource: 'beside', spec: { ...topic, topicName: `${namespace}.beside`, config } },
      { kind: 'EventTopic', resource: 'refused', spec: { ...topic, topicName: `${namespace}.refused`, config } },
      {
        kind: 'EventTopic',
        resource: 'values',
        spec: { ...topic, topicName: `${namespace}.values`, config: fewConfig },
      },
      { kind: 'EventSchema', resource: 'schema', spec: { clusterRef, subject: `${namespace}.schema`, schema } },
      {
        kind: 'EventConsumer',
        resource: 'consumer',
        spec: {
          clusterRef,
          groupId: longest(1, 249, '')[0],
          topics: longest(64, 249, ''),
          targetRef: { name: 'none' },
        },
      },
    ];
    for (const { kind, resource, spec } of rows) await cluster.create(manifest(kind, resource, spec, namespace));
    await settled('EventTopic', 'beside', 'Stalled', 'AdoptionMismatch');
    await settled('EventTopic', 'refused', 'Stalled', 'ConfigRejected');
    await settled('EventTopic', 'values', 'Stalled', 'AdoptionMismatch');
    await settled('EventSchema', 'schema', 'Ready');
    await settled('EventConsumer', 'consumer', 'Reconciling', 'TargetNotFound');
    expect(await blocks()).toBe(before);
  });
});

function fieldsOf(characters: number): unknown[] {
  const field = (index: number) => ({ name: `field${String(index).padStart(5, '0')}`, type: 'string', default: '' });
  const each = JSON.stringify(field(0)).length + 1;
  return Array.from({ length: Math.floor((characters - 100) / each) }, (_, index) => field(index));
}
