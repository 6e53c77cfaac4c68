import { type Capacity, unknownCapacity } from './capacity.ts';
import type { Brake, Trial } from './effect.ts';
import type { SizeWindow } from './window.ts';

export interface Move {
  atMs: number;
  direction: 'up' | 'down';
}

/** What one decision hands to the next. Plain data; times are monotonic milliseconds. */
export interface EngineState {
  /** Of the newest snapshot taken in: a snapshot counts once, however often somebody asks. */
  sampledAtMs: number | undefined;
  /** First and last of the known snapshots, without a long gap between two of them. */
  known: { firstMs: number; lastMs: number } | undefined;
  /** The target's size when it was last looked at, and the size last asked for. */
  replicas: number;
  asked: { from: number; to: number } | undefined;
  /** Changes of size in the last hour, whoever made them. */
  moves: readonly Move[];
  capacity: Capacity;
  membersPerReplica: number;
  /** Sizes that would have been enough. */
  window: SizeWindow;
  /** Snapshots in a row that asked for more replicas, what the last one asked for, and whether that was a new high. */
  overPolls: number;
  need: number;
  rising: boolean;
  /** The last growth, until its effect is known. */
  trial: Trial | undefined;
  brake: Brake | undefined;
}

/** Nothing is known yet: the window starts full of the current size, so that nothing shrinks before it has passed. */
export function initialEngineState(replicas: number, nowMs: number): EngineState {
  return {
    sampledAtMs: undefined,
    known: undefined,
    replicas,
    asked: undefined,
    moves: [],
    capacity: unknownCapacity,
    membersPerReplica: 1,
    window: [{ atMs: nowMs, replicas }],
    overPolls: 0,
    need: replicas,
    rising: false,
    trial: undefined,
    brake: undefined,
  };
}
