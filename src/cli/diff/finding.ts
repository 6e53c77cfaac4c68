import { topicNameOf } from '../../controllers/event-topic/identity.ts';
import type { ObservedTopic } from '../../controllers/event-topic/observed.ts';
import type { TopicPlan } from '../../controllers/event-topic/plan/decision.ts';
import { describeActions, type PlannedChange } from '../../controllers/event-topic/plan/planned-changes.ts';
import type { EventTopic } from '../../crds/event-topic.ts';

/** What Sluice would do about one resource, once it is applied. */
export interface Finding {
  namespace: string;
  name: string;
  topic: string;
  changes: readonly PlannedChange[];
  /** Parts of the spec that cannot be met, or wait for somebody. */
  blocked: readonly { kind: 'refuse' | 'wait'; reason: string; message: string }[];
  /** Why nothing of it would be done now; absent: it would. */
  held?: string;
  /** Why nobody can say: the API server refuses the resource, or the brokers do not answer. */
  problem?: string;
}

export function findingOf(resource: EventTopic, observed: ObservedTopic, { decided }: TopicPlan): Finding {
  const { actions, blocked } = decided;
  const held = heldBack(resource, observed);
  return {
    ...whoseOf(resource),
    changes: describeActions(actions),
    blocked: blocked.map(({ kind, reason, message }) => ({ kind, reason, message })),
    ...(held !== undefined && { held }),
  };
}

function heldBack({ spec }: EventTopic, observed: ObservedTopic): string | undefined {
  if (spec.paused) return 'spec.paused is true';
  if (spec.mode === 'Plan') return 'spec.mode is Plan';
  if (observed.kind === 'seen' && observed.use.readOnly) return `EventCluster "${observed.use.name}" is ReadOnly`;
  return undefined;
}

export function whoseOf(resource: EventTopic): Pick<Finding, 'namespace' | 'name' | 'topic'> {
  const { namespace = '', name } = resource.metadata;
  return { namespace, name, topic: topicNameOf(resource) };
}

/** `problem`: nobody can say. `differs`: there is something to do, or something that cannot be done. */
export function verdictOn({ changes, blocked, problem }: Finding): 'problem' | 'differs' | 'same' {
  if (problem !== undefined) return 'problem';
  return changes.length + blocked.length > 0 ? 'differs' : 'same';
}
