import type { Broker } from '../../../ports/kafka.ts';
import type { PartitionReplicas } from '../../../ports/kafka-replicas.ts';

/** The replicas that a partition shall have, by partition; the preferred leader first. */
export type Targets = ReadonlyMap<number, readonly number[]>;

export interface PlacementQuestion {
  /** Decides between brokers that are alike, so that not all topics choose the same ones. */
  topic: string;
  /** All partitions of the topic: those that stay as they are count for the balance. */
  partitions: readonly PartitionReplicas[];
  /** Those that are up; nothing goes to others. */
  brokers: readonly Broker[];
  wanted: number;
}

/** What a partition will have once all that is under way is complete. */
export function settledReplicas({ replicas, removing }: PartitionReplicas): readonly number[] {
  return replicas.filter((broker) => !removing.includes(broker));
}

/**
 * Brings every partition to the wanted number of replicas and moves nothing else: a partition that grows keeps all it
 * has, and one that shrinks keeps its leader and what is in sync. Added are brokers in the racks that have the fewest
 * replicas of the partition, then those with the fewest of the topic. Without enough brokers a partition gets fewer.
 */
export function placeReplicas({ topic, partitions, brokers, wanted }: PlacementQuestion): Targets {
  const load = new Map<number, number>();
  const count = (broker: number, by: number) => load.set(broker, (load.get(broker) ?? 0) + by);
  for (const partition of partitions) for (const broker of settledReplicas(partition)) count(broker, 1);
  const choice: Choice = { order: rotated(brokers, topic), racks: racksOf(brokers), load };
  const targets = new Map<number, readonly number[]>();
  for (const partition of partitions) {
    const kept = [...settledReplicas(partition)];
    if (kept.length === wanted) continue;
    while (kept.length > wanted) {
      const dropped = dispensable(partition, kept, choice);
      kept.splice(kept.indexOf(dropped), 1);
      count(dropped, -1);
    }
    while (kept.length < wanted) {
      const added = bestAddition(kept, choice);
      if (added === undefined) break;
      kept.push(added);
      count(added, 1);
    }
    targets.set(partition.partition, kept);
  }
  return targets;
}

/** Replicas that hold data, or did before they fell behind. */
export function heldReplicas({ replicas, adding }: PartitionReplicas): readonly number[] {
  return replicas.filter((broker) => !adding.includes(broker));
}

/** What grows has to be in sync; of what shrinks, the part that stays: giving up the rest loses nothing then. */
export function mayStart(partition: PartitionReplicas, target: readonly number[]): boolean {
  const held = heldReplicas(partition).filter((broker) => !partition.removing.includes(broker));
  const needed = target.length > held.length ? held : target.filter((broker) => held.includes(broker));
  return needed.length > 0 && needed.every((broker) => partition.inSync.includes(broker));
}

interface Choice {
  /** Live brokers; of those that are alike the first is taken. */
  order: readonly number[];
  /** Empty unless the rack of every live broker is known: half of the truth would push everything to one side. */
  racks: ReadonlyMap<number, string>;
  load: ReadonlyMap<number, number>;
}

function bestAddition(kept: readonly number[], { order, racks, load }: Choice): number | undefined {
  const cost = (broker: number) => [inSameRack(broker, kept, racks), load.get(broker) ?? 0];
  return order.filter((broker) => !kept.includes(broker)).toSorted((a, b) => compare(cost(a), cost(b)))[0];
}

/** Never the leader, and what is not in sync goes first: a replica that is worth nothing is given up for one that is. */
function dispensable(partition: PartitionReplicas, kept: readonly number[], { racks, load }: Choice): number {
  const worth = (broker: number) => [
    broker === partition.leader ? 1 : 0,
    partition.inSync.includes(broker) ? 1 : 0,
    -inSameRack(broker, kept, racks),
    -(load.get(broker) ?? 0),
    -kept.indexOf(broker),
  ];
  return kept.reduce((least, broker) => (compare(worth(broker), worth(least)) < 0 ? broker : least));
}

function inSameRack(broker: number, kept: readonly number[], racks: ReadonlyMap<number, string>): number {
  const rack = racks.get(broker);
  return rack === undefined ? 0 : kept.filter((other) => racks.get(other) === rack).length;
}

function racksOf(brokers: readonly Broker[]): ReadonlyMap<number, string> {
  const known = brokers.flatMap(({ id, rack }) => (rack === undefined ? [] : [[id, rack] as const]));
  return new Map(known.length === brokers.length ? known : []);
}

/** By id, beginning somewhere that depends on the topic alone. */
function rotated(brokers: readonly Broker[], topic: string): readonly number[] {
  const ids = brokers.map(({ id }) => id).toSorted((a, b) => a - b);
  let hash = 0;
  for (let index = 0; index < topic.length; index += 1) hash = (hash * 31 + topic.charCodeAt(index)) >>> 0;
  const start = ids.length === 0 ? 0 : hash % ids.length;
  return [...ids.slice(start), ...ids.slice(0, start)];
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}
