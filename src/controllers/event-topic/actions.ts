import type { EventTopic } from '../../crds/event-topic.ts';
import type { NewTopic } from '../../ports/kafka.ts';
import type { ConfigChanges, ConfigEntry } from '../../ports/kafka-config.ts';
import type { Blocked, RemovalPlan } from '../../runtime/kind.ts';
import type { ClusterUse } from '../cluster-use.ts';
import type { KafkaIdentity } from './identity.ts';
import type { ReassignmentAction } from './reassignment/plan.ts';

export type TopicAction =
  | ReassignmentAction
  /** `replaces`: the id of the lost topic in whose place it comes. */
  | ({ kind: 'create'; uid: string; topic: NewTopic; replaces: string | undefined } & Claiming)
  | ({ kind: 'adopt'; uid: string; name: string; id: string; replaces: string | undefined } & Claiming)
  | { kind: 'grow'; use: ClusterUse; name: string; from: number; to: number }
  | {
      kind: 'configure';
      use: ClusterUse;
      /** The key of the resource. */
      owner: string;
      name: string;
      changes: ConfigChanges;
      before: ReadonlyMap<string, ConfigEntry>;
      driftOnly: boolean;
    }
  /** Takes a claim back that came to nothing. */
  | { kind: 'disclaim'; use: ClusterUse; name: string }
  /** `id`: the topic that is handed over; absent: whichever has the name, because it was never seen. */
  | { kind: 'handOver'; use: KafkaIdentity; heirUid: string; name: string; id: string | undefined }
  | { kind: 'delete'; use: ClusterUse; resource: EventTopic; name: string; id: string };

/** `supersedes`: the uid of a resource that claimed the name and may do so no more. */
interface Claiming {
  use: ClusterUse;
  supersedes: string | undefined;
}

/** What is to be done, and what is in the way. */
export interface Steps {
  actions: readonly TopicAction[];
  blocked: readonly Blocked[];
}

export type ActionOf<Kind extends TopicAction['kind']> = Extract<TopicAction, { kind: Kind }>;

export type TopicRemovalPlan = RemovalPlan<TopicAction>;
