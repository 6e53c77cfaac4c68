import type { EventTopic } from '../../../../crds/event-topic.ts';
import { Reason } from '../../../../crds/reasons.ts';
import type { Blocked } from '../../../../runtime/kind.ts';
import { type Advice, refuse, refuseInWords, wait } from '../../../blocked.ts';
import type { ClusterAccess } from '../../../cluster-use.ts';
import { describeUnusable, unusableSettings } from '../../../topic-settings.ts';
import { topicNameOf } from '../../identity.ts';
import type { NameVerdict } from '../../look/naming.ts';
import type { Standing } from '../../observed.ts';
import { refuseTooManyPartitions } from './policy.ts';

/** For topics that are to be created: those that exist go on under the name that they have. */
export function refuseName(
  resource: EventTopic,
  { naming, use }: { naming: Standing['naming']; use: ClusterAccess },
): Blocked | undefined {
  if (naming.kind === 'fits' || naming.mode !== 'Deny') return undefined;
  if (naming.kind === 'violates') {
    return refuse(Reason.NameRefused, {
      what: describeViolation(topicNameOf(resource), use.name, naming),
      next: `the name of a topic cannot change, so delete this resource and create one with ${spelled(naming)}`,
    });
  }
  const what = `EventCluster "${use.name}" has a naming pattern that cannot be read`;
  return wait(Reason.ClusterNotReady, { what, next: 'see its status' }, lookAgainMs);
}

/** For topics that are to be created: those that exist side by side already go on, and can be adopted. */
export function refuseCollision(resource: EventTopic, { collides }: Pick<Standing, 'collides'>): Blocked | undefined {
  return collides ? refuse(Reason.NameRefused, collisionOf(topicNameOf(resource))) : undefined;
}

/** Without a number the brokers take their own, which is the platform's choice. */
export function refusePartitions({ spec }: EventTopic, { use }: { use: ClusterAccess }): Blocked | undefined {
  const wanted = spec.partitions ?? use.cluster.spec.topicDefaults?.partitions;
  return wanted === undefined ? undefined : refuseTooManyPartitions(use, wanted);
}

/** With a setting less than was wanted the topic could lose records before anybody reads of it. */
export function refuseUnusable({ spec }: EventTopic): Blocked | undefined {
  const unusable = unusableSettings(spec.config);
  if (unusable.size === 0) return undefined;
  return refuseInWords(Reason.ConfigRejected, describeUnusable('spec.config', unusable));
}

export function awaitUsableDefaults(_resource: EventTopic, { use }: { use: ClusterAccess }): Blocked | undefined {
  if (unusableSettings(use.cluster.spec.topicDefaults?.config).size === 0) return undefined;
  const what = `EventCluster "${use.name}" has topicDefaults that cannot be used`;
  return wait(Reason.ClusterNotReady, { what, next: 'see its status' }, lookAgainMs);
}

const lookAgainMs = 60_000;

type Violation = Extract<NameVerdict, { kind: 'violates' }>;

export function describeViolation(name: string, cluster: string, { pattern, suggestion }: Violation): string {
  const next = suggestion === undefined ? 'choose a name that does' : `"${suggestion}" would`;
  return `topic name "${name}" does not match ${pattern}, the naming rule of EventCluster "${cluster}"; ${next}`;
}

function spelled({ suggestion }: Violation): string {
  return suggestion === undefined ? 'another spec.topicName' : `spec.topicName "${suggestion}"`;
}

export function collisionOf(name: string): Advice {
  const other = 'that of another topic, or of one that an older resource asks for';
  return {
    what: `topic name "${name}" differs only in "." and "_" from ${other}, and Kafka does not tell these apart in metrics`,
    next: 'the name cannot change, so create a resource with another spec.topicName and delete this one',
  };
}
