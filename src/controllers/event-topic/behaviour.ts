import type { EventCluster } from '../../crds/event-cluster.ts';
import type { EventTopic } from '../../crds/event-topic.ts';
import type { Book, Claim, Journal } from '../../ports/journal.ts';
import type { ResourceStore } from '../../ports/kube.ts';
import type { Behaviour, Removal, Round } from '../../runtime/kind.ts';
import { SharedReads } from '../shared-reads.ts';
import { actOnTopic } from './act/act.ts';
import type { DeletionMemory } from './act/delete.ts';
import type { TopicAction } from './actions.ts';
import { consultBrokers } from './look/consult.ts';
import { mayHaveHeir } from './look/neighbours.ts';
import { observeTopic, type TopicSources } from './look/observe.ts';
import { DeletionBrake } from './memory/deletion-brake.ts';
import { Places } from './memory/places.ts';
import { RefusedDeletions } from './memory/refused-deletions.ts';
import type { TopicTraffic } from './memory/traffic.ts';
import { WrittenSettings } from './memory/written-settings.ts';
import type { ObservedRemoval, ObservedTopic } from './observed.ts';
import type { TopicPlan } from './plan/decision.ts';
import { planTopic } from './plan/plan.ts';
import type { Throttles } from './reassignment/throttles.ts';
import { observeRemoval, type RemovalSources } from './removal/observe.ts';
import { planTopicRemoval } from './removal/plan.ts';
import { reportTopic, type TopicFields } from './report.ts';

export interface TopicDependencies extends TopicSources, RemovalSources {
  topics: ResourceStore<EventTopic>;
  clusters: ResourceStore<EventCluster>;
  claims: Book<Claim>;
  journal: Journal;
  throttles: Throttles;
  traffic: TopicTraffic;
}

/** The contract with the two members that a kind may leave out. */
export interface EventTopicBehaviour
  extends Behaviour<EventTopic, ObservedTopic, TopicAction, TopicFields, TopicPlan, ObservedRemoval> {
  consult(resource: EventTopic, plan: TopicPlan, round: Round): Promise<TopicPlan>;
  removal: Removal<EventTopic, TopicAction, ObservedRemoval>;
}

export function eventTopicBehaviour(dependencies: TopicDependencies): EventTopicBehaviour {
  const written = new WrittenSettings();
  const places = new Places();
  const deletions: DeletionMemory = {
    brake: new DeletionBrake(dependencies.journal),
    refused: new RefusedDeletions(),
    clusterReads: new SharedReads(),
  };
  return {
    observe: (resource, round) => observeTopic({ ...dependencies, written, places }, resource, round),
    plan: planTopic,
    consult: (resource, plan, { signal }) => {
      const namespace = resource.metadata.namespace ?? '';
      const onlyShown = plan.terms.hold !== undefined;
      return consultBrokers(plan, { kafka: dependencies.kafka, signal, namespace, onlyShown });
    },
    act: (action, round) => actOnTopic({ ...dependencies, written, deletions }, action, round),
    report: reportTopic,
    removal: {
      // Whoever else claims a topic takes it over when its owner goes, whatever the owner's policy.
      guards: (resource) => resource.spec.deletionPolicy !== 'Retain' || mayHaveHeir(dependencies, resource),
      observe: (resource, round) => observeRemoval({ ...dependencies, deletions }, resource, round),
      plan: planTopicRemoval,
    },
    forget: (key) => {
      written.forget(key);
      places.forget(key);
      deletions.brake.forget(key);
      dependencies.traffic.forget(key);
    },
  };
}
