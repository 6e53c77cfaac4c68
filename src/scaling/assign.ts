/**
 * How an assignor deals partitions: `byTopic` cuts each topic into one run per member (range), so that the first
 * members get the extra partition of every topic; `inTurn` deals all partitions one by one (round robin). Sticky,
 * cooperative-sticky and uniform assignors keep what members have, but their counts are those of `inTurn`.
 */
export type Dealing = 'byTopic' | 'inTurn';

export interface PartitionDemand {
  topic: string;
  partition: number;
  /** Records per second that must be processed. */
  demand: number;
}

export function dealingOf(assignor: string): Dealing {
  return assignor.toLowerCase().includes('range') ? 'byTopic' : 'inTurn';
}

/** What the busiest of `members` would have to process, in records per second. */
export function worstMember(partitions: readonly PartitionDemand[], members: number, dealing: Dealing): number {
  const shares = new Array<number>(members).fill(0);
  const give = (member: number, { demand }: PartitionDemand) => {
    shares[member] = (shares[member] ?? 0) + demand;
  };
  if (dealing === 'inTurn') inOrder(partitions).forEach((one, index) => void give(index % members, one));
  else for (const topic of byTopic(partitions)) dealRuns(topic, members, give);
  return Math.max(0, ...shares);
}

/** How many partitions the fullest of `members` would read. */
export function largestShare(partitionsByTopic: readonly number[], members: number, dealing: Dealing): number {
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  if (dealing === 'inTurn') return Math.ceil(sum(partitionsByTopic) / members);
  return sum(partitionsByTopic.map((count) => Math.ceil(count / members)));
}

function dealRuns<T>(partitions: readonly T[], members: number, give: (member: number, one: T) => void): void {
  const [least, extra] = [Math.floor(partitions.length / members), partitions.length % members];
  let next = 0;
  for (let member = 0; member < members && next < partitions.length; member += 1) {
    const count = least + (member < extra ? 1 : 0);
    for (const one of partitions.slice(next, next + count)) give(member, one);
    next += count;
  }
}

function byTopic(partitions: readonly PartitionDemand[]): PartitionDemand[][] {
  return [...Map.groupBy(inOrder(partitions), ({ topic }) => topic).values()];
}

function inOrder(partitions: readonly PartitionDemand[]): PartitionDemand[] {
  return partitions.toSorted((a, b) => compare(a.topic, b.topic) || a.partition - b.partition);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
