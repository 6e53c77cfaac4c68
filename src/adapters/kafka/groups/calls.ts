import {
  consumerGroupDescribeV0,
  createAPI,
  describeClusterV0,
  describeGroupsV5,
  findCoordinatorV4,
  findCoordinatorV5,
  findCoordinatorV6,
  listGroupsV4,
  listGroupsV5,
  offsetFetchV8,
  offsetFetchV9,
} from '@platformatic/kafka';
import { type KafkaRequest, requestOf } from '../connection/request.ts';
import { type ConsumerGroupsAnswer, parseConsumerGroups } from './consumer-groups-answer.ts';

export type CoordinatorsAnswer = findCoordinatorV6.FindCoordinatorResponse;
export type Coordinator = findCoordinatorV6.FindCoordinatorResponseCoordinator;
export type ClassicGroupsAnswer = describeGroupsV5.DescribeGroupsResponse;
export type ClassicGroup = describeGroupsV5.DescribeGroupsResponseGroup;
export type OffsetFetchAnswer = offsetFetchV9.OffsetFetchResponse;
export type FetchedOffsets = offsetFetchV9.OffsetFetchResponseGroup;

export interface ListedGroup {
  groupId: string;
  /** `consumer` for groups that read topics, `connect` for workers of Kafka Connect; empty for a group without members. */
  protocolType: string;
  groupState: string;
  /** `classic`, `consumer`, `streams` or `share`; absent before Kafka 3.8. */
  groupType?: string;
}

export interface ListGroupsAnswer {
  throttleTimeMs: number;
  errorCode: number;
  groups: ListedGroup[];
}

const groupKey = 0;
/** What version 0 answers about anyway. */
const brokerEndpoints = 1;

/** Which broker coordinates each group. */
export function findCoordinators(groups: readonly string[]): KafkaRequest<CoordinatorsAnswer> {
  const apis = [findCoordinatorV6.api, findCoordinatorV5.api, findCoordinatorV4.api] as const;
  return requestOf('FindCoordinator', apis, [groupKey, [...groups]]);
}

/** The cluster, and which operations on it are ours, a bit for each: what its other answers leave out depends on that. */
export function describeCluster(): KafkaRequest<describeClusterV0.DescribeClusterResponse> {
  return requestOf('DescribeCluster', [describeClusterV0.api], [true, brokerEndpoints]);
}

/** The groups that one broker coordinates, of every type and in every state. */
export function listGroups(): KafkaRequest<ListGroupsAnswer> {
  return requestOf<[[], []], ListGroupsAnswer>('ListGroups', [listGroupsV5.api, listGroupsV4.api], [[], []]);
}

/** Groups of the classic protocol. A group of the newer protocol is answered as `Dead`. */
export function describeClassicGroups(groups: readonly string[]): KafkaRequest<ClassicGroupsAnswer> {
  return requestOf('DescribeGroups', [describeGroupsV5.api], [[...groups], false]);
}

const describeConsumerGroupsApi = createAPI<consumerGroupDescribeV0.ConsumerGroupDescribeRequest, ConsumerGroupsAnswer>(
  69,
  0,
  consumerGroupDescribeV0.createRequest,
  parseConsumerGroups,
);

/** Groups of the newer protocol (KIP-848). A classic group is answered with `GROUP_ID_NOT_FOUND`. */
export function describeConsumerGroups(groups: readonly string[]): KafkaRequest<ConsumerGroupsAnswer> {
  return requestOf('ConsumerGroupDescribe', [describeConsumerGroupsApi], [[...groups], false]);
}

/** All committed offsets of the groups. Commits and resets nothing. */
export function fetchOffsets(groups: readonly string[]): KafkaRequest<OffsetFetchAnswer> {
  // -1 says that we are no member; `topics: null` asks for every topic the group has committed.
  const wanted = groups.map((groupId) => ({ groupId, memberId: null, memberEpoch: -1, topics: null }));
  return requestOf('OffsetFetch', [offsetFetchV9.api, offsetFetchV8.api], [wanted, false]);
}
