import type { GroupFacts, PartitionFacts } from './facts.ts';

/** Members are loaded up to this share of what they can process, so that ordinary swings make no lag. */
const utilisation = 0.8;
const suspectAfter = { ms: 10_000, commits: 2 };
const stuckAfter = { ms: 60_000, commits: 4 };
/** Where most stand still, each may be at work on a record for long. A client that polls so seldom is no member any more. */
const stuckWithOthersMs = 1_800_000;

/** What one partition asks of the member that reads it. Rates are records per second. */
export interface PartitionLoad {
  topic: string;
  partition: number;
  /** What arrives: the higher of the rates over 20 s and over 120 s, so that it rises at once and falls slowly. */
  arrival: number;
  /** What arrives at present: the rate over 20 s. */
  arrivalNow: number;
  /** Records waiting beyond those that are merely not committed yet. */
  backlog: number;
  commitRate: number;
  lagSeconds: number | undefined;
  /**
   * `suspect`: it should have been committed, as others were; `stuck`: for so long that more replicas would not help.
   */
  progress: 'moving' | 'suspect' | 'stuck';
}

/**
 * The load of every partition; `undefined` while a rate is unknown.
 * Backlog = max(0, lag − arrival · commit interval): what is in flight but not committed is no backlog.
 */
export function loadsOf(group: GroupFacts): PartitionLoad[] | undefined {
  const progress = progressIn(group);
  const loads: PartitionLoad[] = [];
  for (const partition of group.partitions) {
    const { lag, arrivalRate } = partition;
    if (lag === undefined || arrivalRate === undefined) return undefined;
    const arrival = Math.max(arrivalRate.short, arrivalRate.long);
    loads.push({
      topic: partition.topic,
      partition: partition.partition,
      arrival,
      arrivalNow: arrivalRate.short,
      backlog: Math.max(0, lag - (arrival * group.commitIntervalMs) / 1000),
      commitRate: partition.commitRate ?? 0,
      lagSeconds: partition.lagSeconds,
      progress: progress(partition),
    });
  }
  return loads;
}

/**
 * Records per second that the partition needs: arrivals with room to spare, and its backlog within `catchUpSeconds`.
 * A suspect partition's backlog and all of a stuck one would ask for replicas that cannot help.
 */
export function demandOf({ progress, backlog }: PartitionLoad, arrival: number, catchUpSeconds: number): number {
  if (progress === 'stuck') return 0;
  return arrival / utilisation + (progress === 'suspect' ? 0 : backlog / catchUpSeconds);
}

/** False when records wait and none have been committed for long: more replicas would only wait as well. */
export function makesProgress(group: GroupFacts): boolean {
  const waiting = group.partitions.filter(({ lag }) => lag !== undefined && lag > 0);
  return waiting.length === 0 || waiting.some(({ idleMs }) => idleMs < limitMs(group, stuckAfter));
}

/** Age of the oldest record of the partitions that are processed; `undefined`: unknown. */
export function movingLagSeconds(loads: readonly PartitionLoad[]): number | undefined {
  const ages = loads.filter(({ progress }) => progress === 'moving').map(({ lagSeconds }) => lagSeconds);
  return ages.every((age) => age !== undefined) ? Math.max(0, ...ages) : undefined;
}

/** Standing still is suspicious where most go on; where most stand still, the group commits seldom or not at all. */
function progressIn(group: GroupFacts): (partition: PartitionFacts) => PartitionLoad['progress'] {
  const suspectMs = limitMs(group, suspectAfter);
  const stuckMs = limitMs(group, stuckAfter);
  const standing = group.partitions.filter(({ idleMs }) => idleMs >= suspectMs).length;
  const going = group.partitions.filter(({ commitRate }) => commitRate !== undefined && commitRate > 0).length;
  if (standing > going) return ({ idleMs }) => (idleMs >= Math.max(stuckMs, stuckWithOthersMs) ? 'stuck' : 'moving');
  return ({ idleMs }) => (idleMs >= stuckMs ? 'stuck' : idleMs >= suspectMs ? 'suspect' : 'moving');
}

function limitMs({ commitIntervalMs }: GroupFacts, after: { ms: number; commits: number }): number {
  return Math.max(after.ms, after.commits * commitIntervalMs);
}
