import { Fault, type Settled } from '../../../ports/fault.ts';
import type { ConfigEntry } from '../../../ports/kafka-config.ts';
import type { PartitionReplicas, ReplicaAdmin } from '../../../ports/kafka-replicas.ts';
import { aclFor, type CheckedApi } from '../acl.ts';
import { settleItems } from '../batches/settle.ts';
import { batcherFor, type Cluster } from '../cluster.ts';
import { faultOfCode, type Refusal } from '../errors.ts';
import { writeTimeoutMs } from '../settings.ts';
import type { MetadataTopic } from '../topics/calls.ts';
import type { MetadataReads } from '../topics/metadata.ts';
import { brokerTimeoutMs } from '../topics/writes.ts';
import {
  type AlterReassignmentsAnswer,
  alterBrokerConfigs,
  alterReassignments,
  type BrokerAlteration,
  describeBrokerConfig,
  isBrokerOverride,
  type ListReassignmentsAnswer,
  listReassignments,
  type Reassignment,
} from './calls.ts';

/** What is under way in the whole cluster; few partitions move at once, so one question serves all topics. */
type Moving = ReadonlyMap<string, ListReassignmentsAnswer['topics'][number]['partitions']>;

interface ConfigQuestion {
  broker: number;
  keys: readonly string[];
}

export function createReplicaAdmin(cluster: Cluster, reads: Pick<MetadataReads, 'metadataOf'>): ReplicaAdmin {
  const moving = movingBatcher(cluster);
  const reassignments = reassignmentBatcher(cluster);
  const brokerConfigs = brokerConfigBatcher(cluster);
  const brokerAlterations = brokerAlterationBatcher(cluster);
  let asked = 0;
  return {
    async describeReplicas(topic, options) {
      // The controller is asked first: a broker that lags behind it then shows too little, and never too much.
      const underWay = await moving.call(asked++, options);
      const metadata = await reads.metadataOf(topic, options);
      return metadata && replicasOf(metadata, underWay.get(topic) ?? []);
    },
    async countMoving(options) {
      const underWay = await moving.call(asked++, options);
      return new Map([...underWay].map(([topic, partitions]) => [topic, partitions.length]));
    },
    reassignReplicas: (topic, targets, options) => reassignments.call({ topic, targets }, options),
    readBrokerConfig: (broker, keys, options) => brokerConfigs.call({ broker, keys }, options),
    alterBrokerConfig: (broker, changes, options) => brokerAlterations.call({ broker, changes }, options),
  };
}

function replicasOf(
  { partitions }: MetadataTopic,
  underWay: ListReassignmentsAnswer['topics'][number]['partitions'],
): readonly PartitionReplicas[] {
  const moves = new Map(underWay.map((move) => [move.partitionIndex, move]));
  return partitions
    .toSorted((a, b) => a.partitionIndex - b.partitionIndex)
    .map(({ partitionIndex, leaderId, replicaNodes, isrNodes }) => {
      const move = moves.get(partitionIndex);
      return {
        partition: partitionIndex,
        leader: leaderId < 0 ? undefined : leaderId,
        replicas: move?.replicas ?? replicaNodes,
        inSync: isrNodes,
        adding: move?.addingReplicas ?? [],
        removing: move?.removingReplicas ?? [],
      };
    });
}

function movingBatcher(cluster: Cluster) {
  return batcherFor<number, Moving>(cluster, {
    keyOf: String,
    sizeOf: () => ({ partitions: 0, bytes: 0 }),
    send: async (questions) => {
      const { callTimeoutMs } = cluster.settings;
      const answer = await cluster.links.read(listReassignments(Math.floor(callTimeoutMs * 0.8)), callTimeoutMs);
      if (answer.errorCode !== 0)
        throw faultOfCode('cannot list reassignments', answer, detailsOf(answer, 'ListPartitionReassignments'));
      const value: Moving = new Map(answer.topics.map(({ name, partitions }) => [name, partitions]));
      return questions.map(() => ({ ok: true, value }));
    },
  });
}

function reassignmentBatcher(cluster: Cluster) {
  return batcherFor<Reassignment, void>(cluster, {
    keyOf: ({ topic }) => topic,
    sizeOf: ({ topic, targets }) => ({ partitions: targets.size, bytes: topic.length + targets.size * 16 }),
    send: async (reassignments) => {
      const timeoutMs = writeTimeoutMs(cluster.settings);
      const request = alterReassignments(reassignments, brokerTimeoutMs(cluster));
      const answer = await cluster.links.write(request, timeoutMs, (a) => refusalsOf(a).map((one) => one.errorCode));
      if (answer.errorCode !== 0)
        throw faultOfCode('cannot reassign replicas', answer, detailsOf(answer, 'AlterPartitionReassignments'));
      const answered = new Map(answer.responses.map(({ name, partitions }) => [name, worstOf(partitions)]));
      return settleItems(reassignments, answered, {
        keyOf: ({ topic }) => topic,
        what: ({ topic }) => `cannot reassign replicas of topic "${topic}"`,
        acl: () => aclFor('AlterPartitionReassignments'),
        throttleTimeMs: answer.throttleTimeMs,
        valueOf: () => ({ ok: true, value: undefined }),
      });
    },
  });
}

function detailsOf({ throttleTimeMs }: { throttleTimeMs: number }, api: CheckedApi) {
  return { throttleTimeMs, acl: aclFor(api) };
}

function refusalsOf(answer: AlterReassignmentsAnswer): Refusal[] {
  return answer.errorCode === 0 ? answer.responses.flatMap(({ partitions }) => partitions) : [answer];
}

/** The broker judges each partition; one that it refuses stands for the topic. */
function worstOf(partitions: readonly Refusal[]): Refusal {
  return partitions.find(({ errorCode }) => errorCode !== 0) ?? { errorCode: 0 };
}

/** Only a broker itself knows and takes its settings. */
function brokerConfigBatcher(cluster: Cluster) {
  return batcherFor<ConfigQuestion, ReadonlyMap<string, ConfigEntry>>(cluster, {
    keyOf: ({ broker, keys }) => [broker, ...keys].join(),
    sizeOf: () => ({ partitions: 0, bytes: 0 }),
    send: (questions) => Promise.all(questions.map((question) => apart(readBrokerConfig(cluster, question)))),
  });
}

/** A broker that is away does not spoil the answers of those that were asked in the same moment. */
async function apart<Result>(asked: Promise<Settled<Result>>): Promise<Settled<Result>> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { ok: false, fault: error };
  }
}

async function readBrokerConfig({ links, settings }: Cluster, { broker, keys }: ConfigQuestion) {
  const answer = await links.ask(broker, describeBrokerConfig(broker, keys), settings.callTimeoutMs);
  return settleOne(broker, answer.results, 'DescribeBrokerConfigs', (result) => {
    const entries = (result?.configs ?? []).map((config): [string, ConfigEntry] => {
      return [config.name, { value: config.value ?? undefined, overridden: isBrokerOverride(config) }];
    });
    return new Map(entries);
  });
}

function brokerAlterationBatcher(cluster: Cluster) {
  return batcherFor<BrokerAlteration, void>(cluster, {
    keyOf: ({ broker }) => String(broker),
    sizeOf: ({ changes }) => ({ partitions: 0, bytes: changes.size * 64 }),
    send: (alterations) => Promise.all(alterations.map((alteration) => apart(alterBrokerConfig(cluster, alteration)))),
  });
}

async function alterBrokerConfig({ links, settings }: Cluster, alteration: BrokerAlteration) {
  const { broker } = alteration;
  const answer = await links.ask(broker, alterBrokerConfigs([alteration]), writeTimeoutMs(settings));
  return settleOne(broker, answer.responses, 'AlterBrokerConfigs', () => undefined);
}

function settleOne<Answered extends Refusal & { resourceName: string }, Result>(
  broker: number,
  answers: readonly Answered[],
  api: 'DescribeBrokerConfigs' | 'AlterBrokerConfigs',
  read: (answered: Answered | undefined) => Result,
): Settled<Result> {
  const verb = api === 'AlterBrokerConfigs' ? 'alter' : 'read';
  const [settled] = settleItems<string, Answered, Result>(
    [String(broker)],
    new Map(answers.map((answer) => [answer.resourceName, answer])),
    {
      keyOf: (name) => name,
      what: () => `cannot ${verb} the config of broker ${broker}`,
      acl: () => aclFor(api),
      throttleTimeMs: 0,
      valueOf: (_name, answered) => ({ ok: true, value: read(answered) }),
    },
  );
  if (settled === undefined) throw new Error('one question has one answer');
  return settled;
}
