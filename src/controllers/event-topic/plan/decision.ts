import { assertNever } from '../../../base/assert-never.ts';
import type { Blocked, Plan } from '../../../runtime/kind.ts';
import { refuseInWords } from '../../blocked.ts';
import type { ActionOf, Steps, TopicAction } from '../actions.ts';
import { type ConfigPlan, withoutRefused } from './config.ts';
import { type LiveChanges, stepsOfChanges } from './live-changes.ts';
import type { RejectionReason } from './rejection.ts';

/** What is to be done about a topic, in parts, so that what the brokers refuse of one can be struck out. */
export type Decision = {
  /** What is in the way of no part. */
  besides: readonly Blocked[];
} & (
  | { kind: 'blocked'; blocked: readonly Blocked[] }
  | { kind: 'create'; creation: ActionOf<'create'> }
  /** `adoption`: what makes the topic this resource's own first; absent: it is already. */
  | { kind: 'change'; adoption: ActionOf<'adopt'> | undefined; changes: LiveChanges }
);

/** What the brokers said that they would refuse, asked beforehand. */
export interface Objections {
  creation?: Objection;
  growth?: Objection;
  /** The brokers' words, by setting. */
  settings: ReadonlyMap<string, string>;
}

export interface Objection {
  reason: RejectionReason;
  message: string;
}

/** What else counts, whatever the brokers refuse. */
export interface Terms {
  /** What holds all changes back; absent: they are made. */
  hold: Blocked | undefined;
  /** Takes back a claim that came to nothing, where nothing else is done. */
  disclaim: ActionOf<'disclaim'> | undefined;
  /** Why nobody can tell what became of the topic of a resource that is a copy. */
  unconfirmed: Blocked | undefined;
}

export interface TopicPlan extends Plan<TopicAction> {
  /** What is to be done and what is in its way, were it not for what holds all changes back. */
  decided: Steps;
  /** What was found of the settings of the live topic; absent: it is not managed now. */
  config: ConfigPlan | undefined;
  decision: Decision;
  terms: Terms;
}

export function topicPlan(decision: Decision, terms: Terms): TopicPlan {
  const decided = stepsOf(decision);
  const permitted = permit(decided, terms.hold);
  const { disclaim } = terms;
  const isManaged = decision.kind === 'change' && decision.adoption === undefined;
  return {
    actions: permitted.actions.length === 0 && disclaim ? [disclaim] : permitted.actions,
    blocked: permitted.blocked,
    decided,
    config: isManaged ? decision.changes.config : undefined,
    decision,
    terms,
  };
}

function stepsOf(decision: Decision): Steps {
  const { actions, blocked } = ownStepsOf(decision);
  return { actions, blocked: [...blocked, ...decision.besides] };
}

function ownStepsOf(decision: Decision): Steps {
  switch (decision.kind) {
    case 'blocked':
      return { actions: [], blocked: decision.blocked };
    case 'create':
      return { actions: [decision.creation], blocked: [] };
    case 'change': {
      const { adoption, changes } = decision;
      const { actions, blocked } = stepsOfChanges(changes);
      return { actions: adoption ? [adoption, ...actions] : actions, blocked };
    }
    default:
      return assertNever(decision);
  }
}

function permit(decided: Steps, hold: Blocked | undefined): Steps {
  const { actions, blocked } = decided;
  // What is under way in Kafka is seen through in any mode.
  if (hold === undefined || actions.every(({ kind }) => kind === 'endReassignment')) return decided;
  return { actions: [], blocked: hold.kind === 'refuse' ? [hold, ...blocked] : [...blocked, hold] };
}

/** The same plan without what the brokers would refuse of it. */
export function strikeOut({ decision, terms }: TopicPlan, objections: Objections): TopicPlan {
  return topicPlan(withoutObjected(decision, objections), terms);
}

function withoutObjected(decision: Decision, { creation, growth, settings }: Objections): Decision {
  const { besides } = decision;
  switch (decision.kind) {
    case 'blocked':
      return decision;
    case 'create':
      return creation
        ? { kind: 'blocked', blocked: [refuseInWords(creation.reason, creation.message)], besides }
        : decision;
    case 'change': {
      const { changes } = decision;
      const left = {
        ...changes,
        growth: growth ? refuseInWords(growth.reason, growth.message) : changes.growth,
        config: withoutRefused(changes.config, changes.topic.config, settings),
      };
      return { ...decision, changes: left };
    }
    default:
      return assertNever(decision);
  }
}
