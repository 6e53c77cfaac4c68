import type { TopicState } from '../../ports/kafka.ts';
import type { Blocked } from '../../runtime/kind.ts';
import type { ClusterUse } from '../cluster-use.ts';
import type { Claimant } from '../ownership.ts';

/** What else must not be hurt by a removal. Gathered only while the resource is being deleted. */
export interface RemovalFacts {
  /** Groups with a live member that reads the topic. */
  readingGroups: readonly string[];
  /** EventConsumers that name the topic: names of this namespace, and whether others exist elsewhere. */
  consumers: { here: readonly string[]; elsewhere: boolean };
}

export type ObservedTopic =
  /** There is no cluster to ask. `gone`: the EventCluster does not exist. */
  | { kind: 'noCluster'; blocked: Blocked; gone: boolean }
  | {
      kind: 'seen';
      use: ClusterUse;
      /** The id of the cluster that answered this round. */
      liveClusterId: string;
      topic: TopicState | undefined;
      /** Who owns the name, when it is not this resource. */
      otherOwner: Claimant | undefined;
      /** The UID whose claim on the name is in the journal. */
      claimedBy: string | undefined;
      namespaceTerminating: boolean;
      removal: RemovalFacts | undefined;
    }
  /** Being deleted together with its namespace while the brokers are away: nothing may hold a namespace for ever. */
  | { kind: 'namespaceTerminating'; cause: string };

export type SeenTopic = Extract<ObservedTopic, { kind: 'seen' }>;
