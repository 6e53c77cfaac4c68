import type { EventTopic } from '../../crds/event-topic.ts';
import { Reason } from '../../crds/reasons.ts';
import type { TopicState } from '../../ports/kafka.ts';
import type { Blocked } from '../../runtime/kind.ts';
import type { ClusterUse } from '../cluster-use.ts';
import { matchesAny } from '../globs.ts';
import { refuse } from './actions.ts';
import type { Standing } from './observed.ts';

/** What the owner of the EventCluster has against a topic that is not this resource's yet, and may become it. */
export function refuseAnotherTopic({ use, placesTaken }: Pick<Standing, 'use' | 'placesTaken'>): Blocked | undefined {
  const most = use.rule?.maxTopicsPerNamespace;
  if (most === undefined || placesTaken < most) return undefined;
  return refuse(
    Reason.QuotaExceeded,
    `EventCluster "${use.name}" grants ${most} topics to this namespace, and older EventTopics take them all; delete one, or ask its owner for more`,
  );
}

/** What is promised about the end of a topic has to be granted before the topic is created or adopted. */
export function refuseDeletionPolicy({ spec }: EventTopic, use: ClusterUse): Blocked | undefined {
  const granted = use.rule?.deletionPolicies ?? [];
  if (granted.includes(spec.deletionPolicy)) return undefined;
  return refuse(
    Reason.NotGranted,
    `EventCluster "${use.name}" does not grant deletionPolicy ${spec.deletionPolicy} to this namespace; use ${granted.join(' or ')}`,
  );
}

/** What the owner of the EventCluster has against a topic that is to be created; existing ones are not asked about. */
export function refuseCreation({ spec }: EventTopic, { use }: Pick<Standing, 'use'>): Blocked[] {
  const partitions = spec.partitions ?? use.cluster.spec.topicDefaults?.partitions;
  const refusals = [
    // Without a number the brokers take their own, which is the platform's choice.
    partitions === undefined ? undefined : refusePartitions(use, partitions),
    // With a setting less than was wanted the topic could lose records before anybody reads of it.
    refuseForbiddenKeys(spec, use),
  ];
  return refusals.filter((refusal) => refusal !== undefined);
}

/** `live`: partitions that the topic has, which never shrink. */
export function refusePartitions(use: ClusterUse, wanted: number, live = 0): Blocked | undefined {
  const most = use.rule?.maxPartitionsPerTopic;
  if (most === undefined || wanted <= most) return undefined;
  return refuse(
    Reason.QuotaExceeded,
    `EventCluster "${use.name}" grants ${most} partitions to each topic of this namespace, wanted ${wanted}; set spec.partitions to ${Math.max(most, live)}, or ask its owner for more`,
  );
}

/** Never asks for nothing, so it needs no grant. */
export function refuseAdoptionPolicy(
  { spec }: EventTopic,
  { use }: Pick<Standing, 'use'>,
  topic: TopicState,
): Blocked | undefined {
  const granted = new Set<string>(use.rule?.adoptionPolicies).add('Never');
  if (granted.has(spec.adoptionPolicy)) return undefined;
  return refuse(
    Reason.NotGranted,
    `topic "${topic.name}" existed before, and EventCluster "${use.name}" does not grant adoptionPolicy ${spec.adoptionPolicy} to this namespace; use ${[...granted].sort().join(' or ')}`,
  );
}

/** Settings that an EventTopic may not name; what comes from topicDefaults is the platform's own. */
export function forbiddenKeys(
  settings: Readonly<Record<string, unknown>> | undefined,
  { cluster }: ClusterUse,
): string[] {
  const allowed = cluster.spec.allowedConfigKeys;
  return Object.keys(settings ?? {})
    .filter((key) => !matchesAny(key, allowed))
    .sort();
}

export function refuseForbiddenKeys({ config }: EventTopic['spec'], use: ClusterUse): Blocked | undefined {
  const keys = forbiddenKeys(config, use);
  if (keys.length === 0) return undefined;
  const allowed = use.cluster.spec.allowedConfigKeys.toSorted().join(', ');
  return refuse(
    Reason.ConfigNotAllowed,
    `spec.config ${keys.join(', ')}: EventCluster "${use.name}" allows ${allowed}; remove the others from spec.config, or ask its owner to allow them`,
  );
}
