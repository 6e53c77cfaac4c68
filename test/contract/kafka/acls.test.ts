import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createKafkaConnections } from '../../../src/adapters/kafka/index.ts';
import { systemClock } from '../../../src/adapters/system-clock.ts';
import type { KafkaAdmin, TopicState } from '../../../src/ports/kafka.ts';
import { RecordedMetrics } from '../../fakes/recorders.ts';
import { eventually } from '../../helpers/eventually.ts';
import { type Grant, SecuredKafka } from '../../helpers/secured-kafka.ts';
import { patientSettings } from './real-kafka.ts';

const options = { signal: new AbortController().signal };
const topic = 'orders';
const group = 'billing';
const cluster = 'kafka-cluster';
const onTopic = (...operations: Grant['operations']): Grant => ({ resource: 'TOPIC', name: topic, operations });
const connections = createKafkaConnections({
  clock: systemClock,
  metrics: new RecordedMetrics(),
  clientId: 'contract',
  fence: () => true,
  settings: patientSettings,
});
let secured: SecuredKafka;
let live: TopicState;
let principals = 0;

beforeAll(async () => {
  const { kafka, folder } = inject('world');
  const [parent = ''] = kafka.bootstrapServers.split(':');
  secured = await SecuredKafka.start(parent, folder, 2);
  const everything = connections.to({ name: 'all', bootstrapServers: [secured.cluster.bootstrapServers] });
  live = await everything.createTopic({ name: topic, partitions: 1, config: new Map() }, options);
  await eventually(async () => expect(await everything.nameOfTopicId(live.id, options)).toBe(topic), {
    within: 60_000,
  });
});
afterAll(async () => {
  connections.retain(new Set());
  await secured?.stop();
});

/** A client of its own that is allowed this and nothing else. */
async function clientWith(grants: readonly Grant[]): Promise<KafkaAdmin> {
  principals += 1;
  const name = `limited-${principals}`;
  if (grants.length > 0) await secured.grant(`User:CN=${name}`, grants);
  return connections.to({ name, bootstrapServers: [secured.addresses.tls], security: secured.tls(name) });
}

const denials: { to: string; grants: readonly Grant[]; call: (admin: KafkaAdmin) => Promise<unknown>; says: string }[] =
  [
    {
      to: 'see a topic',
      grants: [],
      call: (admin) => admin.describeTopic(topic, options),
      says: 'cannot describe topic "orders": needs ACL Describe on Topic "orders"',
    },
    {
      to: 'know that a topic is not there',
      grants: [],
      call: (admin) => admin.describeTopic('absent', options),
      says: 'cannot describe topic "absent": needs ACL Describe on Topic "absent"',
    },
    {
      to: 'know which topic has an id',
      grants: [],
      call: (admin) => admin.nameOfTopicId(live.id, options),
      says: 'needs ACL Describe on Topic',
    },
    {
      to: 'see how a topic is configured',
      grants: [onTopic('DESCRIBE')],
      call: (admin) => admin.describeTopic(topic, options),
      says: 'cannot read the config of topic "orders": needs ACL DescribeConfigs on Topic "orders"',
    },
    {
      to: 'create a topic',
      grants: [onTopic('DESCRIBE')],
      call: (admin) => admin.createTopic({ name: 'new', config: new Map() }, options),
      says: 'cannot create topic "new": needs ACL Create on Topic "new" (or Create on Cluster)',
    },
    {
      to: 'see what it created',
      grants: [{ resource: 'CLUSTER', name: cluster, operations: ['CREATE'] }],
      call: (admin) => admin.createTopic({ name: 'unseen', config: new Map() }, options),
      says: 'topic "unseen" was created, but how it is configured cannot be read: needs ACL DescribeConfigs on Topic "unseen"',
    },
    {
      to: 'grow a topic',
      grants: [onTopic('DESCRIBE')],
      call: (admin) => admin.growTopic(topic, 2, options),
      says: 'cannot grow topic "orders" to 2 partitions: needs ACL Alter on Topic "orders"',
    },
    {
      to: 'configure a topic',
      grants: [onTopic('DESCRIBE')],
      call: (admin) => admin.alterTopicConfig(topic, new Map([['retention.ms', '1']]), options),
      says: 'cannot alter the config of topic "orders": needs ACL AlterConfigs on Topic "orders"',
    },
    {
      to: 'delete a topic',
      grants: [onTopic('DESCRIBE')],
      call: (admin) => admin.deleteTopic(live.id, options),
      says: 'needs ACL Delete on Topic "orders"',
    },
    {
      to: 'delete a topic that it does not see',
      grants: [],
      call: (admin) => admin.deleteTopic(live.id, options),
      says: 'needs ACL Delete on Topic',
    },
    {
      to: 'know who reads a topic while it sees only some groups',
      grants: [onTopic('DESCRIBE'), { resource: 'GROUP', name: '*', operations: ['DESCRIBE'] }],
      call: (admin) => admin.groupsReading(topic, options),
      says: 'cannot list consumer groups: needs ACL Describe on Cluster, or Kafka hides some',
    },
    {
      to: 'read how far a topic goes',
      grants: [],
      call: async (admin) => (await admin.readOffsets([topic], options)).get(topic),
      says: 'cannot read offsets of topic "orders": needs ACL Describe on Topic "orders"',
    },
    {
      to: 'look at what waits',
      grants: [onTopic('DESCRIBE')],
      call: (admin) => admin.findRecord(topic, 0, 0n, options),
      says: 'cannot look at records of topic "orders": needs ACL Read on Topic "orders"',
    },
    {
      to: 'describe a group',
      grants: [],
      call: async (admin) => (await admin.describeGroups([group], options)).get(group),
      says: 'cannot find the coordinator of group "billing": needs ACL Describe on Group "billing"',
    },
    {
      to: 'read what a group committed',
      grants: [],
      call: async (admin) => (await admin.readCommitted([group], options)).get(group),
      says: 'cannot find the coordinator of group "billing": needs ACL Describe on Group "billing"',
    },
  ];

/** The fault of a call, thrown or among its answers. */
async function faultOf(call: Promise<unknown>): Promise<unknown> {
  try {
    const answer = await call;
    return typeof answer === 'object' && answer !== null && 'fault' in answer ? answer.fault : answer;
  } catch (error) {
    return error;
  }
}

describe('a client that is not allowed', () => {
  it.each(denials)('to $to is told which ACL it needs', async ({ grants, call, says }) => {
    const admin = await clientWith(grants);
    // An ACL takes a moment to arrive at the broker; until then another one is missing.
    await eventually(
      async () =>
        expect(await faultOf(call(admin))).toMatchObject({
          kind: 'denied',
          atLogin: false,
          message: expect.stringContaining(says),
        }),
      { within: 60_000, everyMs: 50 },
    );
    expect((await secured.admin().fetchTopicMetadata({ topics: [topic] })).topics[0]?.partitions).toHaveLength(1);
  });

  it('is told of a topic that is not there, once it may see it', async () => {
    const admin = await clientWith([onTopic('DESCRIBE', 'DESCRIBE_CONFIGS')]);
    const gone = { ...onTopic('DESCRIBE'), name: 'gone' };
    await secured.grant(`User:CN=limited-${principals}`, [gone]);
    await eventually(async () => expect(await admin.describeTopic('gone', options)).toBeUndefined(), {
      within: 60_000,
    });
    expect(await admin.describeTopic(topic, options)).toMatchObject({ id: live.id });
  });
});
