import type { EventTopic } from '../../crds/event-topic.ts';
import { Reason } from '../../crds/reasons.ts';
import type { TopicState } from '../../ports/kafka.ts';
import type { ClusterUse } from '../cluster-use.ts';
import { settingsOf } from '../topic-settings.ts';
import { blockedBy, refuse, type TopicAction, type TopicPlan } from './actions.ts';
import { configMismatches } from './config.ts';
import { planChanges } from './live-changes.ts';
import type { SeenTopic } from './observed.ts';
import { refuseAdoptionPolicy } from './policy.ts';
import { replicasDiffer } from './reassignment/observe.ts';

/** A topic that existed before becomes ours as the policy says, and is then brought to the spec like any other. */
export function planAdoption(resource: EventTopic, observed: SeenTopic, topic: TopicState): TopicPlan {
  const refusal = refuseAdoptionPolicy(resource, observed, topic) ?? refuseAdoption(resource, observed, topic);
  if (refusal !== undefined) return blockedBy([refusal]);
  return takeOver(resource, observed, topic, undefined);
}

/** `replaces`: the id that the status holds, of a topic in whose place this one is accepted. */
export function takeOver(
  resource: EventTopic,
  observed: SeenTopic,
  topic: TopicState,
  replaces: string | undefined,
): TopicPlan {
  const { use, claim } = observed;
  const { uid } = resource.metadata;
  const { name, id } = topic;
  const adopt: TopicAction = { kind: 'adopt', use, uid, name, id, replaces, frees: claim?.uid };
  const { actions, blocked } = planChanges(resource, observed, topic);
  return { actions: [adopt, ...actions], blocked };
}

function refuseAdoption(resource: EventTopic, { use }: SeenTopic, topic: TopicState) {
  switch (resource.spec.adoptionPolicy) {
    case 'Take':
      return undefined;
    case 'Never':
      return refuse(
        Reason.AdoptionRefused,
        `topic "${topic.name}" existed before and adoptionPolicy is Never; set adoptionPolicy to MatchOnly, or create a resource with another spec.topicName and delete this one`,
      );
    case 'MatchOnly': {
      const mismatches = adoptionMismatches(resource, topic);
      if (mismatches.length === 0) return undefined;
      return refuse(
        Reason.AdoptionMismatch,
        `topic "${topic.name}" existed before and differs: ${mismatches.join('; ')}; make the spec say what is live and change it afterwards, or ${howToTake(use)}`,
      );
    }
  }
}

/** A step that the grants of the namespace would refuse is none. */
function howToTake({ name, rule }: ClusterUse): string {
  if (rule?.adoptionPolicies.includes('Take')) return 'set adoptionPolicy to Take';
  return `ask the owner of EventCluster "${name}" to grant adoptionPolicy Take, and set it`;
}

function adoptionMismatches({ spec }: EventTopic, topic: TopicState): string[] {
  const mismatches: string[] = [];
  if (spec.partitions !== undefined && spec.partitions !== topic.partitions) {
    mismatches.push(`it has ${topic.partitions} partitions and not ${spec.partitions}`);
  }
  if (replicasDiffer(spec.replicationFactor, topic)) {
    const { replicationFactor: fewest, mostReplicas: most = fewest } = topic;
    mismatches.push(
      `it has ${most > fewest ? `${fewest} to ${most}` : fewest} replicas and not ${spec.replicationFactor}`,
    );
  }
  return [...mismatches, ...configMismatches(settingsOf(spec.config), topic.config, spec.ignoreConfigKeys)];
}
