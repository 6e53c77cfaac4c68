import type { EventTopic } from '../../../../crds/event-topic.ts';
import { Reason } from '../../../../crds/reasons.ts';
import type { Blocked } from '../../../../runtime/kind.ts';
import { refuse } from '../../../blocked.ts';
import type { ClusterAccess } from '../../../cluster-use.ts';
import { matchesAny } from '../../../globs.ts';
import type { Standing } from '../../observed.ts';

/** What the owner of the EventCluster has against a topic that is not this resource's yet, and may become it. */
export function refuseWithoutPlace(
  _resource: EventTopic,
  { use, placesTaken }: { use: ClusterAccess; placesTaken: Standing['placesTaken'] },
): Blocked | undefined {
  const most = use.rule?.maxTopicsPerNamespace;
  if (most === undefined || placesTaken < most) return undefined;
  return refuse(Reason.QuotaExceeded, {
    what: `EventCluster "${use.name}" grants ${most} topics to this namespace, and older EventTopics take them all`,
    next: 'delete one, or ask its owner for more',
  });
}

/** What is promised about the end of a topic has to be granted before the topic is created or adopted. */
export function refuseUngrantedDeletion({ spec }: EventTopic, { use }: { use: ClusterAccess }): Blocked | undefined {
  const granted = use.rule?.deletionPolicies ?? [];
  if (granted.includes(spec.deletionPolicy)) return undefined;
  return refuse(Reason.NotGranted, {
    what: `EventCluster "${use.name}" does not grant deletionPolicy ${spec.deletionPolicy} to this namespace`,
    next: `use ${granted.join(' or ')}`,
  });
}

/** `live`: partitions that the topic has, which never shrink. */
export function refuseTooManyPartitions(use: ClusterAccess, wanted: number, live = 0): Blocked | undefined {
  const most = use.rule?.maxPartitionsPerTopic;
  if (most === undefined || wanted <= most) return undefined;
  const granted = `EventCluster "${use.name}" grants ${most} partitions to each topic of this namespace`;
  return refuse(Reason.QuotaExceeded, {
    what: `${granted}, wanted ${wanted}`,
    next: `set spec.partitions to ${Math.max(most, live)}, or ask its owner for more`,
  });
}

/** Settings that an EventTopic may not name; what comes from topicDefaults is the platform's own. */
export function forbiddenKeys(
  settings: Readonly<Record<string, unknown>> | undefined,
  { cluster }: ClusterAccess,
): string[] {
  const allowed = cluster.spec.allowedConfigKeys;
  return Object.keys(settings ?? {})
    .filter((key) => !matchesAny(key, allowed))
    .sort();
}

export function refuseForbiddenKeys({ spec }: EventTopic, { use }: { use: ClusterAccess }): Blocked | undefined {
  const keys = forbiddenKeys(spec.config, use);
  if (keys.length === 0) return undefined;
  const allowed = use.cluster.spec.allowedConfigKeys.toSorted().join(', ');
  return refuse(Reason.ConfigNotAllowed, {
    what: `spec.config ${keys.join(', ')}: EventCluster "${use.name}" allows ${allowed}`,
    next: 'remove the others from spec.config, or ask its owner to allow them',
  });
}
