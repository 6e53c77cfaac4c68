import type { EventTopic } from '../../crds/event-topic.ts';
import { Reason } from '../../crds/reasons.ts';
import type { TopicState } from '../../ports/kafka.ts';
import type { Blocked } from '../../runtime/kind.ts';
import type { ClusterUse } from '../cluster-use.ts';
import { settingsOf } from '../topic-settings.ts';
import { refuse } from './actions.ts';
import { configMismatches } from './config.ts';
import type { Standing } from './observed.ts';
import { refuseAdoptionPolicy } from './policy.ts';
import { replicasDiffer } from './reassignment/observe.ts';

/** A topic that existed before becomes ours as the policy says, and is then brought to the spec like any other. */
export function refuseToAdopt(resource: EventTopic, standing: Standing, topic: TopicState): Blocked | undefined {
  return refuseAdoptionPolicy(resource, standing, topic) ?? refuseAdoption(resource, standing, topic);
}

function refuseAdoption(resource: EventTopic, { use }: Standing, topic: TopicState): Blocked | undefined {
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
