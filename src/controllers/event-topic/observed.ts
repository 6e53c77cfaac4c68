import type { Claim } from '../../ports/journal.ts';
import type { TopicReaders, TopicState } from '../../ports/kafka.ts';
import type { Blocked } from '../../runtime/kind.ts';
import type { ClusterAccess, ClusterUse } from '../cluster-use.ts';
import type { Claimant } from '../ownership.ts';
import type { NameVerdict } from './look/naming.ts';
import type { Inheritance, TopicConsumers } from './look/neighbours.ts';
import type { Departure } from './memory/departures.ts';
import type { RefusedDeletion } from './memory/refused-deletions.ts';
import type { ObservedReplicas } from './reassignment/observe.ts';

export type ObservedTopic =
  /** There is no cluster to ask. */
  | { kind: 'noCluster'; blocked: Blocked }
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
      /** What a resource of this namespace and name had until just now. */
      left?: Departure | undefined;
      /** Other topics of the namespace that come before this one; 0 where their number is not limited, or this one is ours. */
      placesTaken: number;
      /** Another topic comes before this one that Kafka would not have beside it; false where this one exists. */
      collides: boolean;
      naming: NameVerdict;
      /** Values, by setting, that were set lately and that the brokers do not keep. */
      resting: ReadonlyMap<string, string>;
      /** What is written to a topic of ours with many partitions; absent: unknown, or not worth a look. */
      traffic?: Traffic | undefined;
      /** Absent: replicas are neither to be moved nor were they moved by us. */
      replicas?: ObservedReplicas | undefined;
    };

export type SeenTopic = Extract<ObservedTopic, { kind: 'seen' }>;

/** What is written to a topic. */
export interface Traffic {
  /** Of the busiest time between two looks, on average: at most the true peak. */
  peakPerSecond: number;
  /** Whether the topic was watched for long enough to know the peak. */
  known: boolean;
}

/** What is known before it was asked whether there is a place for the topic. */
export type Unplaced = Omit<SeenTopic, 'placesTaken' | 'collides'>;

/** What decides whether a resource has its topic, may get it, or does nothing. */
export type Standing = Pick<
  SeenTopic,
  'use' | 'liveClusterId' | 'topic' | 'otherOwner' | 'claim' | 'left' | 'placesTaken' | 'collides' | 'naming'
>;

/** What is known of a topic that existed before. */
export interface Found {
  use: ClusterAccess;
  topic: Pick<TopicState, 'name' | 'partitions' | 'replicationFactor' | 'mostReplicas' | 'config'>;
}

/** What is known of a topic that has another number of partitions than wanted, be it only from the status. */
export interface Growing {
  use: ClusterAccess;
  topic: Pick<TopicState, 'name' | 'partitions'>;
  wanted: number;
}

/** What a round sees of a topic whose resource is being deleted. */
export interface ObservedRemoval {
  sight: RemovalSight;
  patience: Patience;
}

/** How long a removal may be held. */
export interface Patience {
  /** Nothing may hold a namespace for ever. */
  namespaceTerminating: boolean;
  /** Milliseconds until deletionTimeoutSeconds has passed, 0 when it has; absent: it may be held for ever. */
  leftMs: number | undefined;
}

export type RemovalSight =
  /** The topic stays whatever the brokers say, so they are not asked. */
  | { kind: 'kept'; why: string }
  /** The topic stays and others claim it: no broker is asked. */
  | ({ kind: 'leaving' } & Inheritance)
  /** There is no cluster to ask. `gone`: the EventCluster does not exist. */
  | { kind: 'noCluster'; blocked: Blocked; gone: boolean }
  /** The brokers were asked in vain. */
  | { kind: 'unanswered'; blocked: Blocked }
  | ({ kind: 'seen'; facts: RemovalFacts } & Pick<
      SeenTopic,
      'use' | 'liveClusterId' | 'topic' | 'otherOwner' | 'claim'
    >);

export type SeenRemoval = Extract<RemovalSight, { kind: 'seen' }>;

/** What else must not be hurt by a removal. */
export interface RemovalFacts {
  readers: TopicReaders;
  consumers: TopicConsumers;
  /** Others name the topic, and nobody can tell now whether they mean this Kafka cluster. */
  unseenUsers: boolean;
  /** Asked for deletionPolicy DeleteIfEmpty only. */
  records: 'none' | 'some' | 'unknown' | undefined;
  /** The last try to delete the topic failed. */
  refused?: RefusedDeletion | undefined;
  /** Milliseconds until maxDeletionsPerHour lets the deletion through; absent: it does. */
  brakeMs?: number | undefined;
  /** The deletion was asked for so long ago that it may have been called off since. */
  askedLongAgo: boolean;
}
