/**
 * How a change of members passes: `eager` stops all of them, `cooperative` only the partitions that move, and `consumer`
 * (KIP-848) those too, without waiting for members that come or go meanwhile.
 */
export type Protocol = 'eager' | 'cooperative' | 'consumer';

/** From the second `from` on, until before the second `to`. */
export interface Span {
  from: number;
  to: number;
}

/** A load, and the world that works it off. Rates are records per second. */
export interface Trace {
  name: string;
  seconds: number;
  partitions: number;
  /** How `perSecond` falls to the partitions, in any unit; absent: evenly. */
  weights?: readonly number[] | undefined;
  /** Records that come in: a number for each second, of all partitions or, by partition, of each. */
  arrivals: { perSecond: readonly number[] } | { perPartition: readonly (readonly number[])[] };
  world: World;
  objective: Objective;
  /** The size at the start, ready and with the partitions dealt. */
  replicas: number;
}

export interface World {
  /** What one member can process; a list has a number for each second. */
  ratePerMember: number | readonly number[];
  podStartSeconds: number;
  /** How long a partition is not read while it changes hands. */
  rebalanceSeconds: number;
  protocol: Protocol;
  /** How the protocol `eager` deals partitions. Default: range, as the Java client does. */
  assignor?: 'range' | 'roundrobin' | undefined;
  /** Between two commits of a member. */
  commitSeconds: number;
  /** What all members together can process, whatever their number. */
  downstreamPerSecond?: number | undefined;
  /** Pods beyond it are not started. */
  podQuota?: number | undefined;
  /** When a partition is not processed although a member has it. */
  stuck?: readonly (Span & { partition: number })[] | undefined;
  /** When the brokers answer nobody who asks for offsets. */
  blind?: readonly Span[] | undefined;
}

export interface Objective {
  maxLagSeconds: number;
  minReplicas: number;
  /** Absent: as many as the partitions can use. */
  maxReplicas?: number | undefined;
}

export function isWithin({ from, to }: Span, second: number): boolean {
  return second >= from && second < to;
}

export function rateOf({ ratePerMember }: World, second: number): number {
  return typeof ratePerMember === 'number' ? ratePerMember : (ratePerMember[second] ?? 0);
}

/** What one member can process, over the whole trace. */
export function meanRateOf({ ratePerMember }: World): number {
  if (typeof ratePerMember === 'number') return ratePerMember;
  return ratePerMember.reduce((sum, rate) => sum + rate, 0) / Math.max(1, ratePerMember.length);
}
