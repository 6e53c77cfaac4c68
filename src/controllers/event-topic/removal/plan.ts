import { assertNever } from '../../../base/assert-never.ts';
import type { EventTopic } from '../../../crds/event-topic.ts';
import { allowDeleteAnnotation } from '../../../crds/names.ts';
import { Reason } from '../../../crds/reasons.ts';
import { type Blocked, inSync } from '../../../runtime/kind.ts';
import { wait } from '../../blocked.ts';
import { matchesAny } from '../../globs.ts';
import { describeOwner } from '../../ownership.ts';
import type { TopicRemovalPlan } from '../actions.ts';
import { ownsTopic, topicNameOf } from '../identity.ts';
import type { Inheritance, TopicConsumers } from '../look/neighbours.ts';
import type { ObservedRemoval, Patience, RemovalFacts, RemovalSight, SeenRemoval } from '../observed.ts';
import { firstOf, type Rule } from '../plan/rules/rules.ts';
import { confirmOldDeletion } from './old-deletion.ts';

/** How soon what holds a deletion is looked at again: readers leave without telling us. */
export const lookAgainMs = 30_000;
const namesShown = 5;
const toLetGo = 'to keep the topic and let the resource go, set deletionPolicy to Retain';

/** How a removal ends that deletes nothing now. */
interface Endings {
  /** The resource goes and the topic stays. */
  release(why: string): TopicRemovalPlan;
  /** Resource and topic stay while `blocked` lasts; a resource that may not wait any longer is released. */
  hold(blocked: Blocked): TopicRemovalPlan;
  /** The namespace is being deleted, or deletionTimeoutSeconds has passed. */
  mayNotWait: boolean;
}

/**
 * What the deletion of a resource does. In doubt the topic stays: a cluster, a grant or an identity that cannot be
 * confirmed releases the resource. What can end by itself holds it.
 */
export function planTopicRemoval(resource: EventTopic, { sight, patience }: ObservedRemoval): TopicRemovalPlan {
  return planSight(resource, sight, endingsOf(resource, patience));
}

function endingsOf(resource: EventTopic, patience: Patience): Endings {
  const release = (why: string): TopicRemovalPlan => {
    const message = `kept topic "${topicNameOf(resource)}": ${why}`;
    return { ...inSync, farewell: { type: 'Normal', reason: Reason.Released, message } };
  };
  const hold = (blocked: Blocked): TopicRemovalPlan => {
    const over = overBecause(patience);
    if (over !== undefined) return release(`${over} and the deletion was held: ${blocked.message}`);
    const untilMs = Math.min(blocked.lookAgainMs ?? lookAgainMs, patience.leftMs ?? Number.POSITIVE_INFINITY);
    return { actions: [], blocked: [{ ...blocked, message: `${blocked.message}; ${toLetGo}`, lookAgainMs: untilMs }] };
  };
  return { release, hold, mayNotWait: overBecause(patience) !== undefined };
}

function overBecause({ namespaceTerminating, leftMs }: Patience): string | undefined {
  if (namespaceTerminating) return 'the namespace is being deleted';
  return leftMs === 0 ? 'deletionTimeoutSeconds has passed' : undefined;
}

function planSight(resource: EventTopic, sight: RemovalSight, endings: Endings): TopicRemovalPlan {
  switch (sight.kind) {
    case 'kept':
      return endings.release(sight.why);
    case 'leaving':
      return handOver(resource, sight, endings);
    case 'noCluster':
      if (sight.gone) return endings.release('its EventCluster does not exist any more');
      if (sight.blocked.reason === Reason.ClusterIdChanged) return endings.release(otherCluster);
      return endings.hold(sight.blocked);
    case 'unanswered':
      return endings.hold(sight.blocked);
    case 'seen':
      return planSeen(resource, sight, endings);
    default:
      return assertNever(sight);
  }
}

const otherCluster = 'its EventCluster reaches another Kafka cluster';

function planSeen(resource: EventTopic, seen: SeenRemoval, endings: Endings): TopicRemovalPlan {
  const { use, topic, otherOwner: heir } = seen;
  if (seen.liveClusterId !== use.clusterId) return endings.release(otherCluster);
  if (!topic) return inSync;
  if (!ownsTopic(resource, seen)) return endings.release('it is not the one that this resource managed');
  if (heir) return handOver(resource, { ...seen, heir, topicId: topic.id }, endings);
  const records = describeRecords(seen.facts);
  if (records !== undefined) return endings.release(records);
  const held = firstOf(holdsDeletion, resource, { ...seen, topic, mayNotWait: endings.mayNotWait });
  if (held !== undefined) return endings.hold(held);
  return { actions: [{ kind: 'delete', use, resource, name: topic.name, id: topic.id }], blocked: [] };
}

/** The heir gets our claim, so that it need not adopt what is managed already. */
function handOver(
  resource: EventTopic,
  { use, heir, claim, topicId: id }: Inheritance,
  endings: Endings,
): TopicRemovalPlan {
  if (claim?.uid === heir.uid) {
    return endings.release(`it is handed over to ${describeOwner(heir, resource.metadata.namespace ?? '')}`);
  }
  const name = topicNameOf(resource);
  return { actions: [{ kind: 'handOver', use, heirUid: heir.uid, name, id }], blocked: [] };
}

function describeRecords({ records }: RemovalFacts): string | undefined {
  if (records === 'some') return 'it holds records and deletionPolicy is DeleteIfEmpty';
  if (records === 'unknown') return 'whether it holds records is not known and deletionPolicy is DeleteIfEmpty';
  return undefined;
}

/** What is known of a topic that is this resource's to delete. */
export interface Deletable extends Pick<SeenRemoval, 'use' | 'facts'> {
  topic: { name: string; id: string };
  mayNotWait: boolean;
}

/** What holds the deletion of a topic that is ours to delete. The first one counts. */
export const holdsDeletion: readonly Rule<Deletable>[] = [
  holdAfterRefusal,
  holdWhileUsed,
  holdWhileUsersUnseen,
  holdUnconfirmed,
  holdByBrake,
];

/** Where nobody may wait any longer, one try that was refused is enough. */
export function holdAfterRefusal(
  _resource: EventTopic,
  { facts: { refused }, mayNotWait }: Deletable,
): Blocked | undefined {
  return refused && (refused.resting || mayNotWait) ? refused.blocked : undefined;
}

export function holdWhileUsed(resource: EventTopic, deletable: Deletable): Blocked | undefined {
  const users = describeUse(resource, deletable);
  if (users === undefined) return undefined;
  return wait(Reason.DeletionProtected, { what: `topic "${deletable.topic.name}" is in use: ${users}` }, lookAgainMs);
}

export function holdWhileUsersUnseen(resource: EventTopic, { topic, facts }: Deletable): Blocked | undefined {
  if (!facts.unseenUsers || isAllowed(resource, topic.id)) return undefined;
  const user = 'a resource names it through an EventCluster that is not ready';
  const said = {
    what: `topic "${topic.name}" may be in use: ${user}, so that nobody can tell whether it is this topic`,
    next: `see the EventClusters, or annotate this resource ${allowDeleteAnnotation}=${topic.id}`,
  };
  return wait(Reason.DeletionProtected, said, lookAgainMs);
}

export function holdUnconfirmed(resource: EventTopic, { topic, facts }: Deletable): Blocked | undefined {
  return confirmOldDeletion(resource, topic, facts.askedLongAgo);
}

export function holdByBrake(
  _resource: EventTopic,
  { use: { name, cluster }, facts: { brakeMs } }: Deletable,
): Blocked | undefined {
  if (brakeMs === undefined) return undefined;
  const limit = `${cluster.spec.maxDeletionsPerHour} deletions of topics an hour`;
  const room = 'this one is made as soon as there is room';
  const said = {
    what: `EventCluster "${name}" lets through ${limit}, and as many were made`,
    next: `${room}, or when spec.maxDeletionsPerHour of the EventCluster is raised`,
  };
  return wait(Reason.DeletionLimitReached, said, Math.max(1_000, brakeMs));
}

/** A person has said that the topic with this very id may go, although resources refer to it. */
function isAllowed({ metadata }: EventTopic, id: string): boolean {
  return metadata.annotations?.[allowDeleteAnnotation] === id;
}

/** Who would be hurt, and what to do about them; `undefined`: nobody. */
function describeUse(resource: EventTopic, { use, facts, topic: { id } }: Deletable): string | undefined {
  const { reading, unsettled, unreadable } = facts.readers;
  const ignored = resource.spec.deletionProtection?.ignoreGroups ?? [];
  const heeded = (groups: readonly string[]) =>
    describeGroups(
      groups.filter((group) => !matchesAny(group, ignored)),
      use.rule?.groups ?? [],
    );
  const groups = { reading: heeded(reading), unsettled: heeded(unsettled), unreadable: heeded(unreadable) };
  const all = Object.values(groups);
  const naming = isAllowed(resource, id) ? undefined : describeConsumers(facts.consumers);
  const said = [
    groups.reading.said && `read by ${groups.reading.said}`,
    groups.unsettled.said && `perhaps read by ${groups.unsettled.said}, which is known once a rebalance has ended`,
    groups.unreadable.said && `perhaps read by ${groups.unreadable.said}, which no broker can describe`,
    naming && `named by ${naming}`,
    all.some(({ named }) => named) && 'stop its members, or list it in deletionProtection.ignoreGroups',
    all.some(({ unnamed }) => unnamed) &&
      'ask the owner of the EventCluster who reads it, or set deletionProtection.ignoreGroups to ["*"]',
    naming && `delete it, or annotate this resource ${allowDeleteAnnotation}=${id}`,
  ].filter((part) => typeof part === 'string');
  return said.length > 0 ? said.join('; ') : undefined;
}

interface DescribedGroups {
  /** `undefined`: there are none. */
  said: string | undefined;
  named: boolean;
  unnamed: boolean;
}

/** Groups that a namespace is not granted are other people's: it learns that there are some, and no name. */
function describeGroups(groups: readonly string[], granted: readonly string[]): DescribedGroups {
  const named = groups.filter((group) => matchesAny(group, granted));
  const unnamed = named.length < groups.length;
  const parts = [list('group', named), unnamed ? 'a group that is not granted to this namespace' : undefined];
  const said = parts.filter((part) => part !== undefined).join(' and ');
  return { said: said === '' ? undefined : said, named: named.length > 0, unnamed };
}

function describeConsumers({ here, elsewhere }: TopicConsumers): string | undefined {
  const all = [list('EventConsumer', here), elsewhere ? 'an EventConsumer in another namespace' : undefined];
  const known = all.filter((part) => part !== undefined);
  return known.length > 0 ? known.join(' and ') : undefined;
}

/** `undefined`: there are none. */
function list(noun: string, names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const shown = [...names].sort().slice(0, namesShown);
  const more = names.length > shown.length ? ' and others' : '';
  return `${noun}${names.length > 1 ? 's' : ''} ${shown.map((name) => `"${name}"`).join(', ')}${more}`;
}
