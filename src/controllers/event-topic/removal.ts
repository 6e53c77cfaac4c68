import type { EventTopic } from '../../crds/event-topic.ts';
import { Reason } from '../../crds/reasons.ts';
import { inSync } from '../../runtime/kind.ts';
import { matchesAny } from '../globs.ts';
import { type Claimant, describeOwner } from '../ownership.ts';
import { blockedBy, type TopicPlan } from './actions.ts';
import { ownsTopic, topicNameOf } from './identity.ts';
import type { ObservedTopic, RemovalFacts, SeenTopic } from './observed.ts';

/** How soon a protected topic is looked at again: readers leave without telling us. */
const lookAgainMs = 30_000;
const namesShown = 5;

/**
 * What the deletion of a resource with policy Delete does. In doubt the topic stays:
 * a cluster, a grant or an identity that cannot be confirmed releases the resource and keeps the topic.
 */
export function planTopicRemoval(resource: EventTopic, observed: ObservedTopic): TopicPlan {
  const name = topicNameOf(resource);
  const release = (why: string): TopicPlan => ({
    ...inSync,
    farewell: { type: 'Normal', reason: Reason.Released, message: `kept topic "${name}": ${why}` },
  });
  switch (observed.kind) {
    case 'namespaceTerminating':
      return release(`the namespace is being deleted and ${observed.cause}`);
    case 'noCluster':
      if (observed.gone) return release('its EventCluster does not exist any more');
      return blockedBy([observed.blocked]);
    case 'leaving':
      return handOver(resource, observed, observed.heir, release);
    case 'seen':
      return planSeenRemoval(resource, observed, release);
  }
}

function planSeenRemoval(resource: EventTopic, seen: SeenTopic, release: (why: string) => TopicPlan): TopicPlan {
  const { topic, use } = seen;
  if (seen.liveClusterId !== use.clusterId) return release('its EventCluster reaches another Kafka cluster');
  if (!topic) return inSync;
  if (!ownsTopic(resource, seen)) return release('it is not the one that this resource managed');
  if (seen.otherOwner) return handOver(resource, seen, seen.otherOwner, release);
  const why = keepBecause(resource, seen);
  if (why) return release(why);
  const protectedBy = describeUse(seen.removal);
  if (protectedBy && !seen.namespaceTerminating) {
    return {
      actions: [],
      blocked: [
        {
          kind: 'wait',
          reason: Reason.DeletionProtected,
          message: `topic "${topic.name}" is still used by ${protectedBy}; stop them, or set deletionPolicy to Retain to keep the topic`,
          lookAgainMs,
        },
      ],
    };
  }
  if (protectedBy) return release(`the namespace is being deleted and it is still used by ${protectedBy}`);
  return { actions: [{ kind: 'delete', use, resource, name: topic.name, id: topic.id }], blocked: [] };
}

/** The heir gets our claim, so that it need not adopt what is managed already. */
function handOver(
  resource: EventTopic,
  { use, claim }: Pick<SeenTopic, 'use' | 'claim'>,
  heir: Claimant,
  release: (why: string) => TopicPlan,
): TopicPlan {
  if (claim?.uid === heir.uid) {
    return release(`it is handed over to ${describeOwner(heir, resource.metadata.namespace ?? '')}`);
  }
  const name = topicNameOf(resource);
  return { actions: [{ kind: 'handOver', use, heirUid: heir.uid, name }], blocked: [] };
}

function keepBecause({ spec }: EventTopic, { use, topic }: SeenTopic): string | undefined {
  if (spec.paused) return 'the resource is paused';
  if (use.readOnly) return 'its EventCluster is in ReadOnly mode';
  if (!use.rule?.deletionPolicies.includes('Delete'))
    return 'its EventCluster does not grant deletionPolicy Delete any more';
  if (topic && !matchesAny(topic.name, use.rule.topics)) return 'its EventCluster does not grant the topic any more';
  return undefined;
}

/** Who would be hurt, in words for the user; `undefined`: nobody. */
export function describeUse(removal: RemovalFacts | undefined): string | undefined {
  if (!removal) return undefined;
  const users = [
    ...list('group', removal.readingGroups),
    ...list('EventConsumer', removal.consumers.here),
    ...(removal.consumers.elsewhere ? ['an EventConsumer in another namespace'] : []),
  ];
  return users.length > 0 ? users.join(' and ') : undefined;
}

function list(noun: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const shown = [...names].sort().slice(0, namesShown);
  const more = names.length > shown.length ? ' and others' : '';
  return [`${noun}${names.length > 1 ? 's' : ''} ${shown.map((name) => `"${name}"`).join(', ')}${more}`];
}
