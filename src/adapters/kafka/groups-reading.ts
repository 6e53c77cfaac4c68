import { Fault } from '../../ports/fault.ts';
import type { GroupState, KafkaAdmin, Settled } from '../../ports/kafka.ts';
import { aclFor } from './acl.ts';
import { batcherFor, type Cluster } from './cluster.ts';
import { faultOfCode } from './errors.ts';
import { describeCluster, type ListedGroup, listGroups } from './group-calls.ts';
import { metadataByName } from './topic-calls.ts';

type GroupReads = Pick<KafkaAdmin, 'readCommitted' | 'describeGroups'>;

/**
 * Who reads a topic right now. The answer guards deletions, so what cannot be seen is a Fault, never "nobody". Groups
 * of Kafka Streams' own protocol count when they have committed offsets of the topic. Share groups are not seen.
 * Questions that arrive together are answered from one look at all groups.
 */
export function createGroupsReading(cluster: Cluster, groupReads: GroupReads): Pick<KafkaAdmin, 'groupsReading'> {
  const questions = batcherFor<string, readonly string[]>(cluster, {
    keyOf: (topic) => topic,
    sizeOf: (topic) => ({ partitions: 0, bytes: topic.length }),
    send: async (topics) => {
      const live = (await listEverywhere(cluster)).filter(({ groupState }) => !['Empty', 'Dead'].includes(groupState));
      const [states, committed] = await Promise.all([
        groupReads.describeGroups(live.filter(isConsumerGroup).map(idOf), shared),
        groupReads.readCommitted(live.filter(isStreamsGroup).map(idOf), shared),
      ]);
      const byMembers = valuesOf(states).map(([group, state]) => ({ group, reads: topicsOf(state) }));
      const byOffsets = valuesOf(committed).map(([group, offsets]) => ({ group, reads: new Set(offsets.keys()) }));
      const readers = [...byMembers, ...byOffsets].sort((a, b) => (a.group < b.group ? -1 : 1));
      return topics.map((topic) => {
        return { ok: true, value: readers.filter(({ reads }) => reads.has(topic)).map(({ group }) => group) };
      });
    },
  });
  return { groupsReading: (topic, options) => questions.call(topic, options) };
}

/** The look at the groups belongs to no single caller; each request in it has its own deadline. */
const shared = { signal: new AbortController().signal };

const listing = 'cannot list consumer groups';
/** Kafka's number for the operation Describe. */
const describeOperation = 8;

/**
 * To a client that may not describe the cluster, a broker lists the groups that it may describe and passes over the
 * others in silence: a reader would be taken for nobody.
 */
async function refuseHiddenGroups(cluster: Cluster): Promise<void> {
  const answer = await cluster.links.read(describeCluster(), cluster.settings.callTimeoutMs);
  if (answer.errorCode !== 0) throw faultOfCode(listing, answer, { throttleTimeMs: answer.throttleTimeMs });
  if (answer.clusterAuthorizedOperations & (1 << describeOperation)) return;
  const message = `${listing}: needs ACL ${aclFor('ListGroups')}, or Kafka hides some`;
  throw new Fault('kafka', 'denied', message, { code: 'CLUSTER_AUTHORIZATION_FAILED' });
}

/** Each broker knows only the groups that it coordinates; one that does not answer leaves the question open. */
async function listEverywhere(cluster: Cluster): Promise<ListedGroup[]> {
  const { callTimeoutMs } = cluster.settings;
  await refuseHiddenGroups(cluster);
  const { brokers } = await cluster.links.metadata(metadataByName([]), callTimeoutMs);
  const lists = await Promise.all(
    brokers.map(async ({ nodeId }) => {
      const answer = await cluster.links.ask(nodeId, listGroups(), callTimeoutMs);
      if (answer.errorCode !== 0) throw faultOfCode(listing, answer, { throttleTimeMs: answer.throttleTimeMs });
      return answer.groups;
    }),
  );
  return lists.flat();
}

/** Workers of Kafka Connect form groups too, but read topics through ordinary groups of their own. */
function isConsumerGroup({ groupType, protocolType }: ListedGroup): boolean {
  return protocolType === 'consumer' && !['streams', 'share'].includes(groupType?.toLowerCase() ?? '');
}

function isStreamsGroup({ groupType }: ListedGroup): boolean {
  return groupType?.toLowerCase() === 'streams';
}

function idOf({ groupId }: ListedGroup): string {
  return groupId;
}

function valuesOf<T>(results: ReadonlyMap<string, Settled<T>>): [string, T][] {
  return [...results].map(([group, result]) => {
    if (!result.ok) throw result.fault;
    return [group, result.value];
  });
}

function topicsOf(state: GroupState): Set<string> {
  // In a rebalance the coordinator of a classic group does not say what its members asked for.
  const silent = state.members.some(({ subscription, assignment }) => subscription.length + assignment.size === 0);
  if (state.protocol === 'classic' && state.state !== 'Stable' && silent) {
    const message = `group "${state.groupId}" is rebalancing, so nobody knows yet which topics it reads`;
    throw new Fault('kafka', 'conflict', message, { code: 'REBALANCE_IN_PROGRESS' });
  }
  return new Set(state.members.flatMap(({ subscription, assignment }) => [...subscription, ...assignment.keys()]));
}
