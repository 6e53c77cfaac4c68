import type { EventConsumerStatus } from '../../crds/event-consumer.ts';
import type { GroupSnapshot } from '../../lag/snapshot.ts';
import type { ScaleTarget } from '../../ports/scale-target.ts';
import type { Blocked } from '../../runtime/kind.ts';
import type { ScalingFacts } from '../../scaling/facts.ts';
import type { EngineState } from '../../scaling/state.ts';
import type { ClusterAccess, ClusterUse } from '../cluster-use.ts';
import type { Claimant } from '../ownership.ts';

/** What the status says of the lag: rounded, and the same for at least 30 s. */
export interface LagView {
  fields: Pick<EventConsumerStatus, 'lag' | 'partitions'>;
  objective: 'within' | 'over' | 'unknown';
  /** Why the lag is unknown, for the user. */
  problem: string | undefined;
  /** What else the user should know of it. */
  remarks: readonly string[];
}

/** What a decision is made on; `nowMs` is monotonic. */
export interface Learned {
  facts: ScalingFacts;
  state: EngineState;
  nowMs: number;
}

export type LastDecision = NonNullable<EventConsumerStatus['lastDecision']>;

/** Something else that sets the replicas of our target. */
export interface Driver {
  kind: string;
  name: string;
}

export type ObservedConsumer =
  | { kind: 'noCluster'; blocked: Blocked }
  /** The namespace may not have the group, or a topic that it reads; nothing of either is told. */
  | { kind: 'refused'; use: ClusterAccess; blocked: Blocked }
  | { kind: 'notMine'; use: ClusterUse; owner: Claimant; what: 'group' | 'target' }
  | {
      kind: 'seen';
      use: ClusterUse;
      target: ScaleTarget | undefined;
      driver: Driver | undefined;
      /** `undefined`: the first one is not there yet. */
      snapshot: GroupSnapshot | undefined;
      /** `undefined`: there is no target to decide on. */
      learned: Learned | undefined;
      /** What the status says of the lag; changes at most every 30 s. */
      lag: LagView | undefined;
      /** The last change of size that this process made. */
      lastDecision: LastDecision | undefined;
    };

export type SeenConsumer = Extract<ObservedConsumer, { kind: 'seen' }>;
