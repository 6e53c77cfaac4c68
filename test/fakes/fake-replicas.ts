import type { Broker } from '../../src/ports/kafka.ts';
import type { ConfigEntry } from '../../src/ports/kafka-config.ts';
import type { PartitionReplicas } from '../../src/ports/kafka-replicas.ts';

/** What is known of one topic here. */
interface Topic {
  id: string;
  partitions: number;
  replicationFactor: number;
}

type Assignment = { -readonly [Field in keyof PartitionReplicas]: PartitionReplicas[Field] };

/** Where the replicas of topics are, and the settings that brokers got at run time. Data moves when a test says so. */
export class FakeReplicas {
  /** Settings by broker id. */
  readonly brokerConfigs = new Map<number, Map<string, string>>();
  /** Reassignments that were accepted, as `orders-0 → 1,2,3`. */
  readonly accepted: string[] = [];
  readonly #brokers: () => readonly Broker[];
  readonly #assignments = new Map<string, Assignment[]>();

  constructor(brokers: () => readonly Broker[]) {
    this.#brokers = brokers;
  }

  /** All partitions of a topic, laid out round robin the first time. */
  of(topic: Topic): readonly PartitionReplicas[] {
    const known = this.#assignments.get(topic.id) ?? [];
    this.#assignments.set(topic.id, known);
    const ids = this.#brokers().map(({ id }) => id);
    while (known.length < topic.partitions) {
      const first = known.length;
      const replicas = Array.from(
        { length: Math.min(topic.replicationFactor, ids.length) },
        (_, index) => ids[(first + index) % ids.length] ?? 0,
      );
      known.push(settled(first, replicas));
    }
    return known.map((assignment) => ({ ...assignment }));
  }

  /** Somebody says where a topic's replicas are. */
  put(topic: Topic, assignments: readonly (readonly number[])[]): void {
    this.#assignments.set(
      topic.id,
      assignments.map((replicas, partition) => settled(partition, replicas)),
    );
  }

  edit(topic: Topic, partition: number, change: Partial<PartitionReplicas>): void {
    this.of(topic);
    Object.assign(this.#assignments.get(topic.id)?.[partition] ?? {}, change);
  }

  /** How many replicas the partitions have at least and at most, those that come included, as metadata says. */
  countsOf(topic: Topic): { replicationFactor: number; mostReplicas?: number } {
    // Where nobody ever looked, the topic is as it was created.
    if (!this.#assignments.has(topic.id)) return { replicationFactor: topic.replicationFactor };
    const counts = this.of(topic).map(({ replicas }) => replicas.length);
    const [fewest, most] = [Math.min(...counts), Math.max(...counts)];
    return { replicationFactor: fewest, ...(most > fewest && { mostReplicas: most }) };
  }

  movingOf(topic: Topic): number {
    return this.of(topic).filter(({ adding, removing }) => adding.length + removing.length > 0).length;
  }

  /** `false`: names a broker that is not there, or a partition. */
  reassign(name: string, topic: Topic, targets: ReadonlyMap<number, readonly number[]>): boolean {
    this.of(topic);
    const known = this.#assignments.get(topic.id) ?? [];
    const up = new Set(this.#brokers().map(({ id }) => id));
    for (const [partition, target] of targets) {
      const assignment = known[partition];
      if (assignment === undefined || new Set(target).size !== target.length || target.length === 0) return false;
      if (target.some((broker) => !up.has(broker) && !assignment.replicas.includes(broker))) return false;
    }
    for (const [partition, target] of targets) {
      const assignment = known[partition];
      if (assignment === undefined) continue;
      const { replicas } = assignment;
      this.accepted.push(`${name}-${partition} → ${target.join()}`);
      const there = replicas.filter((broker) => !assignment.adding.includes(broker));
      assignment.adding = target.filter((broker) => !there.includes(broker));
      assignment.removing = there.filter((broker) => !target.includes(broker));
      assignment.replicas = [...target, ...assignment.removing];
      // What only goes needs no data.
      if (assignment.adding.length === 0) complete(assignment);
    }
    return true;
  }

  /** The data of everything that moves to live brokers arrives. */
  catchUp(): void {
    const up = new Set(this.#brokers().map(({ id }) => id));
    for (const assignment of [...this.#assignments.values()].flat()) {
      const arrived = assignment.adding.filter((broker) => up.has(broker));
      assignment.inSync = [...new Set([...assignment.inSync, ...arrived])];
      if (assignment.adding.every((broker) => up.has(broker))) complete(assignment);
    }
  }

  configOf(broker: number): Map<string, string> {
    const config = this.brokerConfigs.get(broker) ?? new Map<string, string>();
    this.brokerConfigs.set(broker, config);
    return config;
  }

  entriesOf(broker: number, keys: readonly string[]): ReadonlyMap<string, ConfigEntry> {
    const config = this.configOf(broker);
    return new Map(keys.map((key) => [key, { value: config.get(key), overridden: config.has(key) }]));
  }
}

function settled(partition: number, replicas: readonly number[]): Assignment {
  return { partition, leader: replicas[0], replicas, inSync: replicas, adding: [], removing: [] };
}

function complete(assignment: Assignment): void {
  const { replicas, removing, leader, inSync } = assignment;
  assignment.replicas = replicas.filter((broker) => !removing.includes(broker));
  assignment.inSync = inSync.filter((broker) => !removing.includes(broker));
  assignment.adding = [];
  assignment.removing = [];
  if (leader === undefined || !assignment.replicas.includes(leader)) assignment.leader = assignment.inSync[0];
}
