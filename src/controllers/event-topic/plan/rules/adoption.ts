import type { EventTopic } from '../../../../crds/event-topic.ts';
import { Reason } from '../../../../crds/reasons.ts';
import type { Blocked } from '../../../../runtime/kind.ts';
import { howToTake, refuseUngrantedPolicy } from '../../../adoption.ts';
import { refuse } from '../../../blocked.ts';
import { settingsOf } from '../../../topic-settings.ts';
import type { Found } from '../../observed.ts';
import { replicasDiffer } from '../../reassignment/moving.ts';
import { configMismatches } from '../config.ts';

export function refuseUngrantedAdoption({ spec }: EventTopic, { use, topic }: Found): Blocked | undefined {
  return refuseUngrantedPolicy(spec.adoptionPolicy, use, `topic "${topic.name}"`);
}

export function refuseToAdopt({ spec }: EventTopic, { topic }: Pick<Found, 'topic'>): Blocked | undefined {
  if (spec.adoptionPolicy !== 'Never') return undefined;
  const instead = 'create a resource with another spec.topicName and delete this one';
  return refuse(Reason.AdoptionRefused, {
    what: `topic "${topic.name}" existed before and adoptionPolicy is Never`,
    next: `set adoptionPolicy to MatchOnly, or ${instead}`,
  });
}

export function refuseOtherSpec(resource: EventTopic, { use, topic }: Found): Blocked | undefined {
  if (resource.spec.adoptionPolicy !== 'MatchOnly') return undefined;
  const mismatches = adoptionMismatches(resource, topic);
  if (mismatches.length === 0) return undefined;
  return refuse(Reason.AdoptionMismatch, {
    what: `topic "${topic.name}" existed before and differs: ${mismatches.join('; ')}`,
    next: `make the spec say what is live and change it afterwards, or ${howToTake(use)}`,
  });
}

function adoptionMismatches({ spec }: EventTopic, topic: Found['topic']): string[] {
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
