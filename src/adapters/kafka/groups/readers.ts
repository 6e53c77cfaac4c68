import { Fault, type Settled } from '../../../ports/fault.ts';
import type { CommittedOffsets, GroupState, KafkaAdmin, TopicReaders } from '../../../ports/kafka.ts';
import { aclFor } from '../acl.ts';
import { batcherFor, type Cluster } from '../cluster.ts';
import { faultOfCode } from '../errors.ts';
import { metadataByName } from '../topics/calls.ts';
import { describeCluster, type ListedGroup, listGroups } from './calls.ts';

type GroupReads = Pick<KafkaAdmin, 'readCommitted' | 'describeGroups'>;

/**
 * Which groups read a topic right now. The answer guards deletions, so what cannot be seen is a Fault, never "no group".
 * A group that cannot be described leaves only itself unknown. Groups of Kafka Streams' own protocol count when they have
 * committed offsets of the topic. Share groups are not seen. Questions that arrive together are answered from one look at
 * all groups.
 */
export function createGroupsReading(cluster: Cluster, groupReads: GroupReads): Pick<KafkaAdmin, 'groupsReading'> {
  /** What groups read when they were seen settled last. */
  let settledReads = new Map<string, ReadonlySet<string>>();

  async function look(): Promise<readonly GroupLook[]> {
    const live = (await listEverywhere(cluster)).filter(({ groupState }) => !['Empty', 'Dead'].includes(groupState));
    const states = await groupReads.describeGroups(live.filter(isConsumerGroup).map(idOf), shared);
    const sights = [...states].map(([group, state]) => ({ group, ...sightOf(state) }));
    const vague = sights.filter(({ kind }) => kind !== 'reading').map(({ group }) => group);
    const committed = await groupReads.readCommitted([...live.filter(isStreamsGroup).map(idOf), ...vague], shared);
    const before = settledReads;
    settledReads = new Map(sights.map((sight) => [sight.group, sight.reads ?? before.get(sight.group) ?? new Set()]));
    return [
      ...live.filter(isStreamsGroup).map(({ groupId }): GroupLook => {
        const reads = topicsOf(committed.get(groupId));
        return { group: groupId, ...(reads ? { kind: 'reading', reads } : { kind: 'unreadable', reads: 'anything' }) };
      }),
      ...sights.map(({ group, kind, reads }): GroupLook => {
        if (reads !== undefined) return { group, kind, reads };
        const topics = topicsOf(committed.get(group));
        const mayRead = topics && new Set([...topics, ...(before.get(group) ?? [])]);
        return { group, kind, reads: mayRead === undefined || mayRead.size === 0 ? 'anything' : mayRead };
      }),
    ];
  }

  const questions = batcherFor<string, TopicReaders>(cluster, {
    keyOf: (topic) => topic,
    sizeOf: (topic) => ({ partitions: 0, bytes: topic.length }),
    send: async (topics) => {
      const groups = await look();
      return topics.map((topic) => ({ ok: true, value: readersOf(topic, groups) }));
    },
  });
  return { groupsReading: (topic, options) => questions.call(topic, options) };
}

interface GroupLook {
  group: string;
  kind: keyof TopicReaders;
  /** For a group that does not say so: what it may read. */
  reads: ReadonlySet<string> | 'anything';
}

function readersOf(topic: string, groups: readonly GroupLook[]): TopicReaders {
  const readers = groups.filter(({ reads }) => reads === 'anything' || reads.has(topic));
  const namesOf = (wanted: keyof TopicReaders) =>
    readers
      .filter(({ kind }) => kind === wanted)
      .map(({ group }) => group)
      .sort();
  return { reading: namesOf('reading'), unsettled: namesOf('unsettled'), unreadable: namesOf('unreadable') };
}

/** The look at the groups belongs to no single caller; each request in it has its own deadline. */
const shared = { signal: new AbortController().signal };

const listing = 'cannot list consumer groups';
/** Kafka's number for the operation Describe. */
const describeOperation = 8;

/**
 * To a client that may not describe the cluster, a broker lists the groups that it may describe and leaves out the
 * others without a word: a group that reads the topic would be overlooked.
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

/** What is wrong with the group itself, and not with the brokers or with what we may ask them. */
const ownCodes: ReadonlySet<string | undefined> = new Set([
  'MALFORMED_ANSWER',
  'ANSWER_TOO_LARGE',
  'UNKNOWN_SERVER_ERROR',
  // One of its topics is hidden from us.
  'TOPIC_AUTHORIZATION_FAILED',
]);

/** `undefined`: of this group it cannot be known. Any other failure leaves the whole question open. */
function knownOf<T>(result: Settled<T> | undefined): T | undefined {
  if (result === undefined) return undefined;
  if (result.ok) return result.value;
  const { kind, code, retryAfterMs } = result.fault;
  if (kind === 'rejected' || ownCodes.has(code)) return undefined;
  // The message has the name of the group, and whoever asks about a topic is not to learn of other people's groups.
  const why = kind === 'denied' ? `needs ACL ${aclFor('DescribeGroups')}, on every one` : (code ?? kind);
  throw new Fault('kafka', kind, `cannot describe all consumer groups: ${why}`, {
    cause: result.fault,
    ...(code !== undefined && { code }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

function topicsOf(committed: Settled<CommittedOffsets> | undefined): ReadonlySet<string> | undefined {
  const offsets = knownOf(committed);
  return offsets && new Set(offsets.keys());
}

function sightOf(state: Settled<GroupState>): { kind: keyof TopicReaders; reads?: ReadonlySet<string> } {
  const group = knownOf(state);
  if (group === undefined) return { kind: 'unreadable' };
  return isSilent(group) ? { kind: 'unsettled' } : { kind: 'reading', reads: readsOf(group) };
}

/** In a rebalance the coordinator of a classic group does not say what its members asked for. */
function isSilent(state: GroupState): boolean {
  const silent = state.members.some(({ subscription, assignment }) => subscription.length + assignment.size === 0);
  return state.protocol === 'classic' && state.state !== 'Stable' && silent;
}

function readsOf({ members }: GroupState): ReadonlySet<string> {
  return new Set(members.flatMap(({ subscription, assignment }) => [...subscription, ...assignment.keys()]));
}
