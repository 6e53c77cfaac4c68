import type { GroupState } from '../ports/kafka.ts';
import { PositionHistory } from './position.ts';
import { OffsetSeries } from './series.ts';

/** Commits slower than this are taken as this slow, so that the windows stay inside the history. */
const slowestCommitMs = 60_000;
const commitIntervalWeight = 0.3;
const leastCommitWindowMs = 20_000;

/** What is remembered of one group. Times are monotonic milliseconds. */
export class GroupHistory {
  readonly #positions = new Map<string, Map<number, PositionHistory>>();
  readonly #shortestIntervalMs: number;
  #commitIntervalMs: number;
  #shape: string | undefined;
  #steadyMs: number | undefined;

  /** `tickMs`: commits that come faster than polls cannot be told apart. */
  constructor(tickMs: number) {
    this.#shortestIntervalMs = tickMs;
    this.#commitIntervalMs = tickMs;
  }

  position(topic: string, partition: number): PositionHistory {
    const partitions = getOrAdd(this.#positions, topic, () => new Map<number, PositionHistory>());
    return getOrAdd(partitions, partition, () => new PositionHistory());
  }

  /** Whether partitions of the topic were seen before, and this one was not among them. */
  isNew(topic: string, partition: number): boolean {
    return this.#positions.get(topic)?.has(partition) === false;
  }

  /** Mean time between two commits to a partition that has records waiting. */
  get commitIntervalMs(): number {
    return this.#commitIntervalMs;
  }

  /** A window with enough commits in it for a rate that means something. */
  get commitWindowMs(): number {
    return Math.max(leastCommitWindowMs, 3 * this.#commitIntervalMs);
  }

  /** Since when the group is stable with the same members reading the same partitions; `undefined`: it is not. */
  get steadySinceMs(): number | undefined {
    return this.#steadyMs;
  }

  seeCommitGaps(gapsMs: readonly number[]): void {
    const gapMs = gapsMs.toSorted((a, b) => a - b)[Math.floor(gapsMs.length / 2)];
    if (gapMs === undefined) return;
    const mean = this.#commitIntervalMs + commitIntervalWeight * (gapMs - this.#commitIntervalMs);
    this.#commitIntervalMs = Math.min(slowestCommitMs, Math.max(this.#shortestIntervalMs, mean));
  }

  /** `undefined`: the state could not be read. */
  seeState(group: GroupState | undefined, atMs: number): void {
    const shape = group?.state === 'Stable' ? shapeOf(group) : undefined;
    if (shape !== this.#shape || shape === undefined) this.#steadyMs = shape === undefined ? undefined : atMs;
    this.#shape = shape;
  }

  retain(topics: ReadonlySet<string>): void {
    retainKeys(this.#positions, topics);
  }
}

/** Everything that the polls of one Kafka cluster have shown, bounded per partition. */
export class LagHistory {
  readonly #tickMs: number;
  readonly #ends = new Map<string, Map<number, OffsetSeries>>();
  readonly #groups = new Map<string, GroupHistory>();

  constructor(tickMs: number) {
    this.#tickMs = tickMs;
  }

  ends(topic: string, partition: number): OffsetSeries {
    const partitions = getOrAdd(this.#ends, topic, () => new Map<number, OffsetSeries>());
    return getOrAdd(partitions, partition, () => new OffsetSeries());
  }

  group(groupId: string): GroupHistory {
    return getOrAdd(this.#groups, groupId, () => new GroupHistory(this.#tickMs));
  }

  /** Forgets topics and groups that nobody asks about any more. */
  retain(topics: ReadonlySet<string>, groups: ReadonlySet<string>): void {
    retainKeys(this.#ends, topics);
    retainKeys(this.#groups, groups);
    for (const group of this.#groups.values()) group.retain(topics);
  }
}

/** Which member reads what, as a text that is equal for equal assignments. */
function shapeOf(group: GroupState): string {
  const members = group.members.map((member) => {
    const topics = [...member.assignment].map(([topic, partitions]) => [topic, [...partitions].sort((a, b) => a - b)]);
    return JSON.stringify([member.memberId, topics.toSorted()]);
  });
  return members.toSorted().join();
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const created = create();
  map.set(key, created);
  return created;
}

function retainKeys<V>(map: Map<string, V>, keys: ReadonlySet<string>): void {
  for (const key of map.keys()) if (!keys.has(key)) map.delete(key);
}
