import type { EventTopic, EventTopicStatus } from '../../crds/event-topic.ts';
import { Reason } from '../../crds/reasons.ts';
import type { ConfigChanges, NewTopic, TopicState } from '../../ports/kafka.ts';
import type { Blocked, Plan } from '../../runtime/kind.ts';
import { type ClusterUse, holdWhenReadOnly, refuseUngranted } from '../cluster-use.ts';
import { describeOwner } from '../ownership.ts';
import { type ConfigPlan, configMismatches, planConfig, settingsOf } from './config.ts';
import type { ObservedTopic, SeenTopic } from './observed.ts';

export type TopicAction =
  | { kind: 'create'; use: ClusterUse; uid: string; topic: NewTopic }
  | { kind: 'adopt'; use: ClusterUse; uid: string; name: string }
  | { kind: 'grow'; use: ClusterUse; name: string; from: number; to: number }
  | { kind: 'configure'; use: ClusterUse; name: string; changes: ConfigChanges; driftOnly: boolean }
  | { kind: 'handOver'; use: ClusterUse; heirUid: string; name: string }
  | { kind: 'delete'; use: ClusterUse; resource: EventTopic; name: string; id: string };

export type TopicPlan = Plan<TopicAction>;

export function topicNameOf(resource: EventTopic): string {
  return resource.spec.topicName ?? resource.metadata.name;
}

/** Under which name the journal keeps the claim on a topic. */
export function claimName(clusterId: string, topicName: string): string {
  return `${clusterId}/${topicName}`;
}

/** What the status remembers of the topic. In another Kafka cluster than the one it was seen in, that says nothing. */
export function rememberedOf(
  { status = {} }: EventTopic,
  { clusterId }: ClusterUse,
): Pick<EventTopicStatus, 'topicId' | 'appliedConfig'> {
  return status.clusterId === undefined || status.clusterId === clusterId ? status : {};
}

export function planTopic(resource: EventTopic, observed: ObservedTopic): TopicPlan {
  if (observed.kind === 'namespaceTerminating') return blockedBy([]);
  if (observed.kind === 'noCluster') return blockedBy([observed.blocked]);
  const refusal = refuseBeforeLooking(resource, observed);
  if (refusal) return blockedBy([refusal]);
  const plan = planLiveTopic(resource, observed);
  const wouldWrite = plan.actions.length > 0 && observed.use.readOnly;
  return wouldWrite ? blockedBy([...plan.blocked, holdWhenReadOnly(observed.use)]) : plan;
}

function planLiveTopic(resource: EventTopic, observed: SeenTopic): TopicPlan {
  const { topic, use } = observed;
  const known = rememberedOf(resource, use).topicId;
  if (!topic) return known ? blockedBy([topicLost(resource, known)]) : planCreation(resource, observed);
  if (known && known !== topic.id) return blockedBy([topicRecreated(topic, known)]);
  if (!known && observed.claimedBy !== resource.metadata.uid) return planAdoption(resource, observed, topic);
  return planChanges(resource, observed, topic);
}

/** What forbids any look at the live topic. */
function refuseBeforeLooking(resource: EventTopic, observed: SeenTopic): Blocked | undefined {
  const name = topicNameOf(resource);
  if (observed.liveClusterId !== observed.use.clusterId) return otherCluster(observed);
  if (name.startsWith('__')) {
    return refuse(
      Reason.NameRefused,
      `topic "${name}": names that begin with "__" belong to the brokers; choose another`,
    );
  }
  const ungranted = refuseUngranted(observed.use, 'topics', [name]);
  if (ungranted) return ungranted;
  if (observed.otherOwner) {
    const owner = describeOwner(observed.otherOwner, resource.metadata.namespace ?? '');
    return refuse(Reason.OwnedByOther, `topic "${name}" is owned by ${owner}; delete one of the two resources`);
  }
  return refuseDeletionPolicy(resource, observed.use);
}

function otherCluster({ use, liveClusterId }: SeenTopic): Blocked {
  return refuse(
    Reason.ClusterIdChanged,
    `EventCluster "${use.name}" reaches Kafka cluster "${liveClusterId}", expected "${use.clusterId}"; nothing is written until its spec.kafka.clusterId names the new one`,
  );
}

function refuseDeletionPolicy(resource: EventTopic, use: ClusterUse): Blocked | undefined {
  const policy = resource.spec.deletionPolicy;
  if (use.rule?.deletionPolicies.includes(policy)) return undefined;
  return refuse(
    Reason.NotGranted,
    `EventCluster "${use.name}" does not grant deletionPolicy ${policy} to this namespace; use ${use.rule?.deletionPolicies.join(' or ')}`,
  );
}

function planCreation(resource: EventTopic, { use }: SeenTopic): TopicPlan {
  const { spec, metadata } = resource;
  const defaults = use.cluster.spec.topicDefaults;
  const partitions = spec.partitions ?? defaults?.partitions;
  const replicationFactor = spec.replicationFactor ?? defaults?.replicationFactor;
  const topic: NewTopic = {
    name: topicNameOf(resource),
    ...(partitions !== undefined && { partitions }),
    ...(replicationFactor !== undefined && { replicationFactor }),
    config: new Map(Object.entries({ ...settingsOf(defaults?.config), ...settingsOf(spec.config) })),
  };
  return { actions: [{ kind: 'create', use, uid: metadata.uid, topic }], blocked: [] };
}

/** A topic that existed before becomes ours only when it is exactly what the spec says. */
function planAdoption(resource: EventTopic, { use }: SeenTopic, topic: TopicState): TopicPlan {
  const mismatches = adoptionMismatches(resource, topic);
  if (mismatches.length > 0) {
    return blockedBy([
      refuse(
        Reason.AdoptionMismatch,
        `topic "${topic.name}" existed before and differs: ${mismatches.join('; ')}; make the spec say what is live, then change it`,
      ),
    ]);
  }
  return { actions: [{ kind: 'adopt', use, uid: resource.metadata.uid, name: topic.name }], blocked: [] };
}

function adoptionMismatches({ spec }: EventTopic, topic: TopicState): string[] {
  const mismatches: string[] = [];
  if (spec.partitions !== undefined && spec.partitions !== topic.partitions) {
    mismatches.push(`it has ${topic.partitions} partitions and not ${spec.partitions}`);
  }
  if (spec.replicationFactor !== undefined && spec.replicationFactor !== topic.replicationFactor) {
    mismatches.push(`it has ${topic.replicationFactor} replicas and not ${spec.replicationFactor}`);
  }
  return [...mismatches, ...configMismatches(settingsOf(spec.config), topic.config)];
}

/** The topic is ours: bring it to the spec, part by part. */
function planChanges(resource: EventTopic, { use }: SeenTopic, topic: TopicState): TopicPlan {
  const { spec } = resource;
  const config = configPlanOf(resource, use, topic);
  const actions: TopicAction[] = [];
  const blocked: Blocked[] = [];
  const growth = planPartitions(resource, topic);
  if (growth === 'grow' && spec.partitions !== undefined) {
    actions.push({ kind: 'grow', use, name: topic.name, from: topic.partitions, to: spec.partitions });
  } else if (growth !== 'grow' && growth) {
    blocked.push(growth);
  }
  if (spec.replicationFactor !== undefined && spec.replicationFactor !== topic.replicationFactor) {
    blocked.push(replicasDiffer(topic, spec.replicationFactor));
  }
  if (config.changes.size > 0) {
    const drifted = new Set(config.drift.map((drift) => drift.key));
    const driftOnly = [...config.changes.keys()].every((key) => drifted.has(key));
    actions.push({ kind: 'configure', use, name: topic.name, changes: config.changes, driftOnly });
  }
  return { actions, blocked };
}

export function configPlanOf(resource: EventTopic, use: ClusterUse, topic: TopicState): ConfigPlan {
  const { config, driftPolicy } = resource.spec;
  return planConfig(settingsOf(config), rememberedOf(resource, use).appliedConfig ?? {}, topic.config, driftPolicy);
}

function planPartitions({ spec }: EventTopic, topic: TopicState): 'grow' | Blocked | undefined {
  const wanted = spec.partitions;
  if (wanted === undefined || wanted === topic.partitions) return undefined;
  if (wanted < topic.partitions) {
    return refuse(
      Reason.PartitionDecreaseRefused,
      `topic "${topic.name}" has ${topic.partitions} partitions, wanted ${wanted}: partitions never shrink; set spec.partitions to ${topic.partitions} or more`,
    );
  }
  if (spec.keyed && spec.keyMoveAcknowledgedForPartitions !== wanted) {
    return refuse(
      Reason.KeyMoveNotAcknowledged,
      `topic "${topic.name}" has ${topic.partitions} partitions, wanted ${wanted}: growing moves keys to other partitions; set spec.keyMoveAcknowledgedForPartitions to ${wanted}, or spec.keyed to false`,
    );
  }
  return 'grow';
}

function replicasDiffer(topic: TopicState, wanted: number): Blocked {
  return refuse(
    Reason.ReassignmentNotAllowed,
    `topic "${topic.name}" has ${topic.replicationFactor} replicas, wanted ${wanted}: replicas are set at creation only; set spec.replicationFactor to ${topic.replicationFactor} or remove it`,
  );
}

function topicLost(resource: EventTopic, id: string): Blocked {
  return refuse(
    Reason.TopicDeletedOutOfBand,
    `topic "${topicNameOf(resource)}" with id ${id} was deleted by somebody else; to get a new, empty one, delete this resource and create it again`,
  );
}

function topicRecreated(topic: TopicState, known: string): Blocked {
  return refuse(
    Reason.TopicRecreated,
    `topic "${topic.name}" has id ${topic.id}, expected ${known}: somebody deleted it and created another; nothing is written to it; to manage the new one, delete this resource and create it again`,
  );
}

export function refuse(reason: Reason, message: string): Blocked {
  return { kind: 'refuse', reason, message };
}

export function blockedBy(blocked: readonly Blocked[]): TopicPlan {
  return { actions: [], blocked };
}
