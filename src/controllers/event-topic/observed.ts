import type { Reason } from '../../crds/reasons.ts';
import type { Claim } from '../../ports/journal.ts';
import type { TopicState } from '../../ports/kafka.ts';
import type { Blocked } from '../../runtime/kind.ts';
import type { ClusterUse } from '../cluster-use.ts';
import type { Claimant } from '../ownership.ts';
import type { ObservedReplicas } from './reassignment/observe.ts';

/** What else must not be hurt by a removal. Gathered only while the resource is being deleted. */
export interface RemovalFacts {
  /** Groups with a live member that reads the topic. */
  readingGroups: readonly string[];
  /** EventConsumers that name the topic: names of this namespace, and whether others exist elsewhere. */
  consumers: { here: readonly string[]; elsewhere: boolean };
}

/** What the brokers said that they would refuse, asked beforehand. */
export interface Objections {
  creation?: { reason: Reason; message: string };
  growth?: { reason: Reason; message: string };
  /** By setting. */
  settings: ReadonlyMap<string, string>;
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
      /** The claim on the name that is in the journal. */
      claim: Claim | undefined;
      /** Other topics of the namespace that come before this one; 0 where their number is not limited, or this one is ours. */
      placesTaken: number;
      objections: Objections;
      /** Settings that the brokers do not keep as they were set lately. */
      resting: ReadonlySet<string>;
      /** Absent: replicas are neither to be moved nor were they moved by us. */
      replicas?: ObservedReplicas | undefined;
      namespaceTerminating: boolean;
      removal: RemovalFacts | undefined;
    }
  /** Being deleted with policy Retain while others claim the topic: no broker is asked. */
  | { kind: 'leaving'; use: ClusterUse; heir: Claimant; claim: Claim | undefined }
  /** Being deleted together with its namespace while the brokers are away: nothing may hold a namespace for ever. */
  | { kind: 'namespaceTerminating'; cause: string };

export type SeenTopic = Extract<ObservedTopic, { kind: 'seen' }>;
