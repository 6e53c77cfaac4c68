import { type Dealing, largestShare } from './assign.ts';

/** How a group's partitions fall to replicas. */
export interface GroupShape {
  /** Number of partitions of each topic. */
  partitionsByTopic: readonly number[];
  dealing: Dealing;
  /** Group members that one replica runs. */
  membersPerReplica: number;
}

/**
 * The replica counts that are worth having, ascending: `min`, and each count up to `max` with which the fullest member
 * reads fewer partitions than with one replica less; replicas in between would only idle. For one topic of P partitions
 * these are the r with ⌈P/r⌉ < ⌈P/(r−1)⌉: P = 17 gives 1, 2, 3, 4, 5, 6, 9, 17.
 */
export function usefulSizes(shape: GroupShape, { min, max }: { min: number; max: number }): number[] {
  const share = (replicas: number) =>
    largestShare(shape.partitionsByTopic, replicas * shape.membersPerReplica, shape.dealing);
  const sizes = [min];
  for (let replicas = min + 1; replicas <= Math.min(max, mostUseful(shape)); replicas += 1) {
    if (share(replicas) < share(replicas - 1)) sizes.push(replicas);
  }
  return sizes;
}

/** Beyond this many replicas no member gets less to do. */
export function mostUseful({ partitionsByTopic, dealing, membersPerReplica }: GroupShape): number {
  const total = partitionsByTopic.reduce((sum, count) => sum + count, 0);
  const members = dealing === 'inTurn' ? total : Math.max(0, ...partitionsByTopic);
  return Math.max(1, Math.ceil(members / membersPerReplica));
}
