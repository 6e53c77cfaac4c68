import { Fault, type Settled } from '../../../ports/fault.ts';
import type { CommittedOffsets, GroupMember, GroupState, KafkaAdmin } from '../../../ports/kafka.ts';
import { unlessAborted } from '../abort.ts';
import { aclFor, aclForTopicsOfGroup } from '../acl.ts';
import type { Cluster } from '../cluster.ts';
import { faultOfCode, nameOfCode, unavailable } from '../errors.ts';
import {
  type ClassicGroup,
  describeClassicGroups,
  describeConsumerGroups,
  type FetchedOffsets,
  fetchOffsets,
} from './calls.ts';
import { type ConsumerGroup, mostNamed } from './consumer-groups-answer.ts';
import { mostItems, parseAssignment, parseSubscription } from './consumer-protocol.ts';
import { type AskCoordinator, askCoordinators } from './coordinators.ts';

/** Committed offsets and members of many groups: one FindCoordinator, then each coordinator at the same time. */
export function createGroupReads(cluster: Cluster): Pick<KafkaAdmin, 'readCommitted' | 'describeGroups'> {
  return {
    readCommitted: (groups, { signal }) => unlessAborted(signal, askCoordinators(cluster, groups, askCommitted)),
    describeGroups: (groups, { signal }) => unlessAborted(signal, askCoordinators(cluster, groups, askMembers)),
  };
}

const askCommitted: AskCoordinator<CommittedOffsets> = async (groups, send) => {
  const answer = await send(fetchOffsets(groups));
  return new Map(answer.groups.map((group) => [group.groupId, committedOf(group)]));
};

function committedOf(group: FetchedOffsets): Settled<CommittedOffsets> {
  const what = `cannot read the offsets of group "${group.groupId}"`;
  const partitions = group.topics.flatMap((topic) => topic.partitions);
  const failed = [group, ...partitions].find(({ errorCode }) => errorCode !== 0);
  const acl = aclFor('OffsetFetch', group.groupId);
  if (failed !== undefined) return { ok: false, fault: faultOfCode(what, { errorCode: failed.errorCode }, { acl }) };
  const value = group.topics.map((topic) => {
    // -1 stands for "never committed"; taken as a number, the whole log would count as lag.
    const offsets = topic.partitions.map(
      ({ partitionIndex, committedOffset }) =>
        [partitionIndex, committedOffset < 0n ? undefined : committedOffset] as const,
    );
    return [topic.name, new Map(offsets)] as const;
  });
  return { ok: true, value: new Map(value) };
}

/** Tries the newer protocol first: DescribeGroups calls a live group of that protocol `Dead`. */
export const askMembers: AskCoordinator<GroupState> = async (groups, send) => {
  const results = new Map<string, Settled<GroupState>>();
  for (const group of await consumerGroups(groups, send)) {
    if (notOfThisProtocol.has(nameOfCode(group.errorCode))) continue;
    results.set(group.groupId, consumerState(group));
  }
  const others = groups.filter((group) => !results.has(group));
  if (others.length === 0) return results;
  const answer = await send(describeClassicGroups(others));
  for (const group of answer.groups) results.set(group.groupId, classicState(group));
  return results;
};

/** GROUP_ID_NOT_FOUND: classic or absent. UNSUPPORTED_VERSION: a broker on which the newer protocol is switched off. */
const notOfThisProtocol = new Set(['GROUP_ID_NOT_FOUND', 'UNSUPPORTED_VERSION']);

async function consumerGroups(
  groups: readonly string[],
  send: Parameters<AskCoordinator<GroupState>>[1],
): Promise<readonly ConsumerGroup[]> {
  try {
    const answer = await send(describeConsumerGroups(groups));
    return answer.groups;
  } catch (error) {
    if (error instanceof Fault && error.code === 'UNSUPPORTED_VERSION') return [];
    throw error;
  }
}

function consumerState(group: ConsumerGroup): Settled<GroupState> {
  if (group.errorCode !== 0) return refused(group);
  const { groupId, groupState: state, assignorName: assignor } = group;
  const members = group.members.map(
    (member): GroupMember => ({
      memberId: member.memberId,
      clientId: member.clientId,
      host: member.clientHost,
      assignment: new Map(member.assigned.map(({ topicName, partitions }) => [topicName, partitions])),
      subscription: member.subscribedTopicNames,
    }),
  );
  if (!areCredible(members)) return unreadable(groupId);
  return { ok: true, value: { groupId, protocol: 'consumer', state, assignor, members } };
}

function classicState(group: ClassicGroup): Settled<GroupState> {
  // Since version 6 of the API an absent group is an error; before, it is a group in state Dead.
  if (nameOfCode(group.errorCode) === 'GROUP_ID_NOT_FOUND') return { ok: true, value: absent(group.groupId) };
  if (group.errorCode !== 0) return refused(group);
  const { groupId, groupState: state, protocolData: assignor } = group;
  // Other protocol types, such as Kafka Connect's, leave bytes of another kind.
  const readable = group.protocolType === 'consumer';
  try {
    const members = group.members.map(
      (member): GroupMember => ({
        memberId: member.memberId,
        clientId: member.clientId,
        host: member.clientHost,
        assignment:
          readable && member.memberAssignment.length > 0 ? parseAssignment(member.memberAssignment) : new Map(),
        subscription: readable && member.memberMetadata.length > 0 ? parseSubscription(member.memberMetadata) : [],
      }),
    );
    if (!areCredible(members)) return unreadable(groupId);
    return { ok: true, value: { groupId, protocol: 'classic', state, assignor, members } };
  } catch (error) {
    if (error instanceof RangeError) return unreadable(groupId, error);
    throw error;
  }
}

const topicName = /^[\w.-]{1,249}$/;

/** Members name what they like. The names go into questions that are asked for many groups at once, and into a status. */
function areCredible(members: readonly GroupMember[]): boolean {
  const topics = new Set<string>();
  let named = 0;
  for (const { assignment, subscription } of members) {
    for (const partitions of assignment.values()) named += partitions.length;
    for (const topic of [...assignment.keys(), ...subscription]) topics.add(topic);
    named += assignment.size + subscription.length;
    if (topics.size > mostItems || named > mostNamed) return false;
  }
  return [...topics].every((topic) => topicName.test(topic));
}

/** What a foreign client left there makes its own group unknown, and no other. */
function unreadable(groupId: string, cause?: RangeError): Settled<GroupState> {
  const message = `the members of group "${groupId}" describe themselves in a form that cannot be read`;
  return { ok: false, fault: unavailable(message, { code: 'MALFORMED_ANSWER', cause }) };
}

function absent(groupId: string): GroupState {
  return { groupId, protocol: 'classic', state: 'Dead', assignor: '', members: [] };
}

function refused(group: { groupId: string; errorCode: number }): Settled<GroupState> {
  const { groupId, errorCode } = group;
  const hidden = nameOfCode(errorCode) === 'TOPIC_AUTHORIZATION_FAILED';
  const acl = hidden ? aclForTopicsOfGroup : aclFor('DescribeGroups', groupId);
  return { ok: false, fault: faultOfCode(`cannot describe group "${groupId}"`, { errorCode }, { acl }) };
}
