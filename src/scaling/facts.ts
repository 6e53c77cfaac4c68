/** What the user asks for. */
export interface ScalingSpec {
  mode: 'Auto' | 'Recommend' | 'Off';
  minReplicas: number;
  /** Absent: as many as the partitions can use. */
  maxReplicas?: number | undefined;
  /** A person's override: this many, whatever the lag. */
  fixedReplicas?: number | undefined;
  maxLagSeconds: number;
  policy: 'Cost' | 'Balanced' | 'Stable';
  /** Records per second that one replica can process; absent: learned. */
  ratePerReplica?: number | undefined;
}

/** What is, at one moment. Rates are records per second, times monotonic milliseconds. */
export interface ScalingFacts {
  /** What the target asks for, and how many of them are ready. */
  replicas: number;
  ready: number;
  /** The group's newest snapshot; `undefined`: none yet. */
  group: GroupFacts | undefined;
}

export interface GroupFacts {
  groupId: string;
  sampledAtMs: number;
  /** Whether state, positions and ends of all partitions were read. */
  known: boolean;
  problem: string | undefined;
  /** As the broker names it. */
  state: string;
  assignor: string;
  members: readonly { assignment: ReadonlyMap<string, readonly number[]> }[];
  /** Since when the same members have read the same partitions; `undefined`: they have not. */
  steadySinceMs: number | undefined;
  commitIntervalMs: number;
  /** The window of `commitRate`. */
  commitWindowMs: number;
  partitions: readonly PartitionFacts[];
}

export interface PartitionFacts {
  topic: string;
  partition: number;
  lag: number | undefined;
  lagSeconds: number | undefined;
  arrivalRate: { short: number; long: number } | undefined;
  commitRate: number | undefined;
  /** How long the committed offset has stood still with records waiting. */
  idleMs: number;
}
