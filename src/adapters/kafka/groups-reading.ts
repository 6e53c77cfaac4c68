import { Fault } from '../../ports/fault.ts';
import type { GroupState, KafkaAdmin, Settled, TopicReaders } from '../../ports/kafka.ts';
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
  /** What classic groups read when they were seen settled last. */
  let settledReads = new Map<string, ReadonlySet<string>>();

  /** What each group reads; `undefined`: it may read anything. */
  async function look(): Promise<readonly GroupLook[]> {
    const live = (await listEverywhere(cluster)).filter(({ groupState }) => !['Empty', 'Dead'].includes(groupState));
    const states = valuesOf(await groupReads.describeGroups(live.filter(isConsumerGroup).map(idOf), shared));
    const silent = states.filter(([, state]) => isSilent(state)).map(([group]) => group);
    const byOffsets = [...live.filter(isStreamsGroup).map(idOf), ...silent];
    const committed = new Map(valuesOf(await groupReads.readCommitted(byOffsets, shared)));
    const committedBy = (group: string) => new Set(committed.get(group)?.keys());
    const before = settledReads;
    settledReads = new Map(states.map(([group, state]) => [group, readsNow(state) ?? before.get(group) ?? new Set()]));
    return [
      ...live.filter(isStreamsGroup).map(({ groupId }) => ({ group: groupId, reads: committedBy(groupId) })),
      ...states.map(([group, state]): GroupLook => {
        const reads = readsNow(state);
        if (reads !== undefined) return { group, reads };
        const mayRead = new Set([...committedBy(group), ...(before.get(group) ?? [])]);
        return { group, reads: new Set(), mayRead: mayRead.size > 0 ? mayRead : 'anything' };
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
  reads: ReadonlySet<string>;
  /** For a group that does not say what it reads. */
  mayRead?: ReadonlySet<string> | 'anything';
}

function readersOf(topic: string, groups: readonly GroupLook[]): TopicReaders {
  const unsettled = groups.filter(({ mayRead }) => mayRead === 'anything' || mayRead?.has(topic) === true);
  return { reading: namesOf(groups.filter(({ reads }) => reads.has(topic))), unsettled: namesOf(unsettled) };
}

function namesOf(groups: readonly GroupLook[]): string[] {
  return groups.map(({ group }) => group).sort();
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

/** In a rebalance the coordinator of a classic group does not say what its members asked for. */
function isSilent(state: GroupState): boolean {
  const silent = state.members.some(({ subscription, assignment }) => subscription.length + assignment.size === 0);
  return state.protocol === 'classic' && state.state !== 'Stable' && silent;
}

function readsNow(state: GroupState): ReadonlySet<string> | undefined {
  if (isSilent(state)) return undefined;
  return new Set(state.members.flatMap(({ subscription, assignment }) => [...subscription, ...assignment.keys()]));
}
