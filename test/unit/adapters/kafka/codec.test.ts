import { Reader } from '@platformatic/kafka';
import { describe, expect, it } from 'vitest';
import type { KafkaRequest } from '../../../../src/adapters/kafka/connection/request.ts';
import {
  describeClassicGroups,
  describeCluster,
  describeConsumerGroups,
  fetchOffsets,
  findCoordinators,
  listGroups,
} from '../../../../src/adapters/kafka/groups/calls.ts';
import { type ConsumerGroupsAnswer, mostNamed } from '../../../../src/adapters/kafka/groups/consumer-groups-answer.ts';
import { fetchRecords, listOffsets } from '../../../../src/adapters/kafka/offsets/calls.ts';
import {
  alterBrokerConfigs,
  alterReassignments,
  describeBrokerConfig,
  listReassignments,
} from '../../../../src/adapters/kafka/replicas/calls.ts';
import {
  alterTopicConfigs,
  createPartitions,
  createTopics,
  deleteTopics,
  describeTopicConfigs,
  metadataById,
  metadataByName,
  metadataOfAll,
} from '../../../../src/adapters/kafka/topics/calls.ts';
import { topicIdOfUuid } from '../../../../src/adapters/kafka/topics/topic-id.ts';
import { codecOf } from './codec.ts';
import { apiKey, clusterAnswer, someUuid } from './scripted-broker.ts';
import { all, bool, i8, i16, i32, i64, list, none, sized, tags, text, uuid, uvarint } from './wire.ts';

const id = topicIdOfUuid(someUuid);
const noId = uuid('00000000-0000-0000-0000-000000000000');
const topicConfig = i8(2);
const config = new Map([['retention.ms', '1000']]);
const terms = { timeoutMs: 9_000, validateOnly: false };
const judgedOnly = { ...terms, validateOnly: true };

/** Field by field as in Kafka's message definitions. */
const requests: { request: KafkaRequest<unknown>; key: number; versions: number[]; body: Buffer }[] = [
  {
    request: metadataByName(['orders']),
    key: apiKey.Metadata,
    versions: [12],
    body: all(list(all(noId, text('orders'), tags)), bool(false), bool(false), tags),
  },
  {
    request: metadataById([id]),
    key: apiKey.Metadata,
    versions: [12],
    body: all(list(all(uuid(someUuid), none, tags)), bool(false), bool(false), tags),
  },
  {
    request: metadataByName([]),
    key: apiKey.Metadata,
    versions: [12],
    body: all(list(), bool(false), bool(false), tags),
  },
  {
    request: metadataOfAll(),
    key: apiKey.Metadata,
    versions: [12],
    body: all(none, bool(false), bool(false), tags),
  },
  {
    request: createTopics([{ name: 'orders', partitions: 3, replicationFactor: 2, config }], terms),
    key: apiKey.CreateTopics,
    versions: [7],
    body: all(
      list(all(text('orders'), i32(3), i16(2), list(), list(all(text('retention.ms'), text('1000'), tags)), tags)),
      i32(9_000),
      bool(false),
      tags,
    ),
  },
  {
    request: createTopics([{ name: 'orders', config: new Map() }], terms),
    key: apiKey.CreateTopics,
    versions: [7],
    body: all(list(all(text('orders'), i32(-1), i16(-1), list(), list(), tags)), i32(9_000), bool(false), tags),
  },
  {
    request: createPartitions([{ name: 'orders', total: 6 }], terms),
    key: apiKey.CreatePartitions,
    versions: [3, 2],
    body: all(list(all(text('orders'), i32(6), none, tags)), i32(9_000), bool(false), tags),
  },
  {
    request: createPartitions([{ name: 'orders', total: 6 }], judgedOnly),
    key: apiKey.CreatePartitions,
    versions: [3, 2],
    body: all(list(all(text('orders'), i32(6), none, tags)), i32(9_000), bool(true), tags),
  },
  {
    request: createTopics([{ name: 'orders', config: new Map() }], judgedOnly),
    key: apiKey.CreateTopics,
    versions: [7],
    body: all(list(all(text('orders'), i32(-1), i16(-1), list(), list(), tags)), i32(9_000), bool(true), tags),
  },
  {
    request: alterTopicConfigs([{ name: 'orders', changes: new Map([['segment.ms', undefined]]) }], judgedOnly),
    key: apiKey.IncrementalAlterConfigs,
    versions: [1],
    body: all(
      list(all(topicConfig, text('orders'), list(all(text('segment.ms'), i8(1), none, tags)), tags)),
      bool(true),
      tags,
    ),
  },
  {
    request: deleteTopics([id], 9_000),
    key: apiKey.DeleteTopics,
    versions: [6],
    body: all(list(all(none, uuid(someUuid), tags)), i32(9_000), tags),
  },
  {
    request: describeTopicConfigs(['orders']),
    key: apiKey.DescribeConfigs,
    versions: [4],
    body: all(list(all(topicConfig, text('orders'), none, tags)), bool(false), bool(false), tags),
  },
  {
    request: alterTopicConfigs([{ name: 'orders', changes: new Map([...config, ['segment.ms', undefined]]) }], terms),
    key: apiKey.IncrementalAlterConfigs,
    versions: [1],
    body: all(
      list(
        all(
          topicConfig,
          text('orders'),
          list(all(text('retention.ms'), i8(0), text('1000'), tags), all(text('segment.ms'), i8(1), none, tags)),
          tags,
        ),
      ),
      bool(false),
      tags,
    ),
  },
  {
    request: alterReassignments([{ topic: 'orders', targets: new Map([[2, [1, 3]]]) }], 9_000),
    key: apiKey.AlterPartitionReassignments,
    versions: [1],
    body: all(i32(9_000), bool(true), reassigned(), tags),
  },
  {
    request: alterReassignments([{ topic: 'orders', targets: new Map([[2, [1, 3]]]) }], 9_000),
    key: apiKey.AlterPartitionReassignments,
    versions: [0],
    body: all(i32(9_000), reassigned(), tags),
  },
  {
    request: listReassignments(4_000),
    key: apiKey.ListPartitionReassignments,
    versions: [0],
    body: all(i32(4_000), none, tags),
  },
  {
    request: describeBrokerConfig(3, ['leader.replication.throttled.rate']),
    key: apiKey.DescribeConfigs,
    versions: [4],
    body: all(
      list(all(i8(4), text('3'), list(text('leader.replication.throttled.rate')), tags)),
      bool(false),
      bool(false),
      tags,
    ),
  },
  {
    request: alterBrokerConfigs([{ broker: 3, changes: new Map([['a', '1']]) }]),
    key: apiKey.IncrementalAlterConfigs,
    versions: [1],
    body: all(list(all(i8(4), text('3'), list(all(text('a'), i8(0), text('1'), tags)), tags)), bool(false), tags),
  },
  {
    request: listOffsets('end', new Map([['orders', [0, 2]]])),
    key: apiKey.ListOffsets,
    versions: [9, 8, 7],
    body: listOffsetsBody(-1n),
  },
  {
    request: listOffsets('logStart', new Map([['orders', [0, 2]]])),
    key: apiKey.ListOffsets,
    versions: [9, 8, 7],
    body: listOffsetsBody(-2n),
  },
  {
    request: fetchRecords({ topicId: id, partition: 1, offset: 42n }, 'any', 4_096),
    key: apiKey.Fetch,
    versions: [17],
    body: fetchBody(),
  },
  {
    request: fetchRecords({ topicId: id, partition: 1, offset: 42n }, 'committed', 4_096),
    key: apiKey.Fetch,
    versions: [13],
    body: all(i32(-1), fetchBody(1)),
  },
  {
    request: findCoordinators(['billing', 'mail']),
    key: apiKey.FindCoordinator,
    versions: [6, 5, 4],
    body: all(i8(0), list(text('billing'), text('mail')), tags),
  },
  { request: describeCluster(), key: apiKey.DescribeCluster, versions: [0], body: all(bool(true), tags) },
  { request: listGroups(), key: apiKey.ListGroups, versions: [5], body: all(list(), list(), tags) },
  { request: listGroups(), key: apiKey.ListGroups, versions: [4], body: all(list(), tags) },
  {
    request: describeClassicGroups(['billing']),
    key: apiKey.DescribeGroups,
    versions: [5],
    body: all(list(text('billing')), bool(false), tags),
  },
  {
    request: describeConsumerGroups(['billing']),
    key: apiKey.ConsumerGroupDescribe,
    versions: [0],
    body: all(list(text('billing')), bool(false), tags),
  },
  {
    request: fetchOffsets(['billing']),
    key: apiKey.OffsetFetch,
    versions: [9],
    body: all(list(all(text('billing'), none, i32(-1), none, tags)), bool(false), tags),
  },
  {
    request: fetchOffsets(['billing']),
    key: apiKey.OffsetFetch,
    versions: [8],
    body: all(list(all(text('billing'), none, tags)), bool(false), tags),
  },
];

function reassignedAnswer(): Buffer {
  return list(all(text('orders'), list(all(i32(2), i16(0), none, tags)), tags));
}

function reassigned(): Buffer {
  return list(all(text('orders'), list(all(i32(2), list(i32(1), i32(3)), tags)), tags));
}

function listOffsetsBody(timestamp: bigint): Buffer {
  const partitions = [0, 2].map((partition) => all(i32(partition), i32(-1), i64(timestamp), tags));
  return all(i32(-1), i8(0), list(all(text('orders'), list(...partitions), tags)), tags);
}

const newGroup = all(i16(0), none, text('billing'), text('Stable'), i32(1), i32(1), text('uniform'));

function newMember(subscription: Buffer): Buffer {
  const head = all(text('m'), text('instance'), none, i32(1), text('c'), text('h'), subscription, text('ord.*'));
  const assigned = all(list(all(uuid(someUuid), text('orders'), list(i32(0), i32(3)), tags)), tags);
  return all(head, assigned, assigned, tags);
}

function fetchBody(isolation = 0): Buffer {
  const partition = all(i32(1), i32(-1), i64(42n), i32(-1), i64(-1n), i32(4_096), tags);
  const topics = list(all(uuid(someUuid), list(partition), tags));
  return all(i32(0), i32(0), i32(4_096), i8(isolation), i32(0), i32(-1), topics, list(), text(''), tags);
}

/** Answers whose layout differs from one version to the next, or that we read ourselves. */
const answers: { of: string; request: KafkaRequest<unknown>; versions: number[]; body: Buffer; value: unknown }[] = [
  {
    of: 'Fetch',
    request: fetchRecords({ topicId: id, partition: 1, offset: 42n }, 'any', 4_096),
    versions: [17, 13],
    body: fetchAnswer(0, Buffer.from('records')),
    value: {
      throttleTimeMs: 0,
      errorCode: 0,
      isThere: true,
      highWatermark: 50n,
      lastStable: 48n,
      aborted: [{ producerId: 7n, firstOffset: 44n }],
      records: Buffer.from('records'),
    },
  },
  {
    of: 'Fetch that names no partition, as when the broker slows us down',
    request: fetchRecords({ topicId: id, partition: 1, offset: 42n }, 'any', 4_096),
    versions: [17, 13],
    body: all(i32(200), i16(0), i32(0), list(), tags),
    value: { throttleTimeMs: 200, errorCode: 0, isThere: false },
  },
  {
    of: 'Fetch with an error in the partition',
    request: fetchRecords({ topicId: id, partition: 1, offset: 42n }, 'any', 4_096),
    versions: [17, 13],
    body: fetchAnswer(1, Buffer.alloc(0)),
    value: { throttleTimeMs: 0, errorCode: 1, records: Buffer.alloc(0) },
  },
  {
    of: 'ListOffsets',
    request: listOffsets('end', new Map([['orders', [0]]])),
    versions: [9, 8, 7],
    body: all(
      i32(0),
      list(all(text('orders'), list(all(i32(0), i16(0), i64(-1n), i64(7n), i32(3), tags)), tags)),
      tags,
    ),
    value: { topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, errorCode: 0, offset: 7n }] }] },
  },
  {
    of: 'AlterPartitionReassignments',
    request: alterReassignments([{ topic: 'orders', targets: new Map([[2, [1]]]) }], 9_000),
    versions: [1],
    body: all(i32(0), bool(true), i16(0), none, reassignedAnswer(), tags),
    value: { errorCode: 0, responses: [{ name: 'orders', partitions: [{ partitionIndex: 2, errorCode: 0 }] }] },
  },
  {
    of: 'AlterPartitionReassignments',
    request: alterReassignments([{ topic: 'orders', targets: new Map([[2, [1]]]) }], 9_000),
    versions: [0],
    body: all(i32(0), i16(0), none, reassignedAnswer(), tags),
    value: { errorCode: 0, responses: [{ name: 'orders', partitions: [{ partitionIndex: 2, errorCode: 0 }] }] },
  },
  {
    of: 'ListPartitionReassignments',
    request: listReassignments(4_000),
    versions: [0],
    body: all(
      i32(0),
      i16(0),
      none,
      list(all(text('orders'), list(all(i32(2), list(i32(1), i32(3)), list(i32(3)), list(), tags)), tags)),
      tags,
    ),
    value: {
      topics: [
        {
          name: 'orders',
          partitions: [{ partitionIndex: 2, replicas: [1, 3], addingReplicas: [3], removingReplicas: [] }],
        },
      ],
    },
  },
  {
    of: 'OffsetFetch',
    request: fetchOffsets(['billing']),
    versions: [9, 8],
    body: all(
      i32(0),
      list(
        all(
          text('billing'),
          list(all(text('orders'), list(all(i32(2), i64(5n), i32(-1), none, i16(0), tags)), tags)),
          i16(0),
          tags,
        ),
      ),
      tags,
    ),
    value: {
      groups: [
        { groupId: 'billing', topics: [{ name: 'orders', partitions: [{ partitionIndex: 2, committedOffset: 5n }] }] },
      ],
    },
  },
  {
    of: 'ConsumerGroupDescribe',
    request: describeConsumerGroups(['billing']),
    versions: [0],
    body: all(i32(0), list(all(newGroup, list(newMember(list(text('orders')))), i32(0), tags)), tags),
    value: {
      groups: [
        {
          errorCode: 0,
          errorMessage: null,
          groupId: 'billing',
          groupState: 'Stable',
          assignorName: 'uniform',
          members: [
            {
              memberId: 'm',
              clientId: 'c',
              clientHost: 'h',
              subscribedTopicNames: ['orders'],
              assigned: [{ topicName: 'orders', partitions: [0, 3] }],
            },
          ],
        },
      ],
    },
  },
  {
    of: 'DescribeCluster',
    request: describeCluster(),
    versions: [0],
    body: clusterAnswer(1 << 8),
    value: { clusterId: 'cluster', clusterAuthorizedOperations: 256 },
  },
  {
    of: 'ListGroups',
    request: listGroups(),
    versions: [5],
    body: all(
      i32(0),
      i16(0),
      list(all(text('billing'), text('consumer'), text('Stable'), text('classic'), tags)),
      tags,
    ),
    value: { errorCode: 0, groups: [{ groupId: 'billing', groupState: 'Stable', groupType: 'classic' }] },
  },
];

function fetchAnswer(errorCode: number, records: Buffer): Buffer {
  const aborted = list(all(i64(7n), i64(44n), tags));
  const partition = all(i32(1), i16(errorCode), i64(50n), i64(48n), i64(0n), aborted, i32(-1), sized(records), tags);
  return all(i32(0), i16(0), i32(0), list(all(uuid(someUuid), list(partition), tags)), tags);
}

describe('the wire format', () => {
  it.each(requests.flatMap(({ versions, ...row }) => versions.map((version) => ({ ...row, version }))))(
    'is Kafka’s for the request $request.name version $version',
    ({ request, version, key, body }) => {
      const codec = codecOf(request, version);
      expect(codec.key).toBe(key);
      expect(codec.body.toString('hex')).toBe(body.toString('hex'));
    },
  );

  it('of a group that names too much is kept only as far as tells so', () => {
    const subscription = all(uvarint(mostNamed + 10), Buffer.alloc(2 * (mostNamed + 9), text('a')));
    const groups = list(all(newGroup, list(newMember(subscription), newMember(list(text('a')))), i32(0), tags));
    const codec = codecOf(describeConsumerGroups(['billing']), 0);
    const answer = codec.parse(1, codec.key, 0, Reader.from(all(i32(0), groups, tags)));
    const [first, second] = (answer as ConsumerGroupsAnswer).groups[0]?.members ?? [];
    expect(first?.subscribedTopicNames).toHaveLength(mostNamed + 1);
    expect(second).toMatchObject({ memberId: 'm', subscribedTopicNames: [], assigned: [] });
  });

  it.each(answers.flatMap(({ versions, ...row }) => versions.map((version) => ({ ...row, version }))))(
    'is Kafka’s for the answer to $of version $version',
    ({ request, version, body, value }) => {
      const codec = codecOf(request, version);
      expect(codec.parse(1, codec.key, version, Reader.from(body))).toMatchObject(value as object);
    },
  );
});
