import { Fault } from '../../../ports/fault.ts';
import type { KafkaCallOptions } from '../../../ports/kafka-calls.ts';
import type { ConfigChanges } from '../../../ports/kafka-config.ts';
import { adminOf, type ClusterConnections } from '../../connections.ts';
import type { TopicAction } from '../actions.ts';
import { type Objection, type Objections, strikeOut, type TopicPlan } from '../plan/decision.ts';
import { reasonOfRejection } from '../plan/rejection.ts';
import { explainRefusedCreation } from './refused-creation.ts';

export interface Consulting extends KafkaCallOptions {
  kafka: ClusterConnections;
  /** The plan is to be shown and not carried out: a creation, which is else judged when it is made, is asked about too. */
  onlyShown: boolean;
}

/**
 * Asks the brokers what they would refuse of what is to be done, and strikes it out: a refusal of one part holds back no
 * other, and a plan that is only shown is one that would work. With nothing to do nobody is asked.
 */
export async function consultBrokers(plan: TopicPlan, consulting: Consulting): Promise<TopicPlan> {
  const { actions } = plan.decided;
  if (actions.length === 0) return plan;
  const answers = await Promise.all(actions.map((action) => objectionsTo(action, consulting)));
  const none: Objections = { settings: new Map() };
  return strikeOut(plan, Object.assign(none, ...answers));
}

async function objectionsTo(
  action: TopicAction,
  { kafka, onlyShown, ...options }: Consulting,
): Promise<Partial<Objections>> {
  const judged = { ...options, validateOnly: true };
  switch (action.kind) {
    case 'create': {
      const admin = adminOf(kafka, action.use);
      const explained = (fault: Fault) => explainRefusedCreation(admin, action, fault, options);
      const creation = onlyShown ? await objectionTo(admin.createTopic(action.topic, judged), explained) : undefined;
      return creation ? { creation } : {};
    }
    case 'grow': {
      const judgement = adminOf(kafka, action.use).growTopic(action.name, action.to, judged);
      // A question that has to wait for the quota is no objection; a growth that is only shown is not shown unasked.
      const growth = await objectionTo(onlyShown ? judgement : unlessThrottled(judgement));
      return growth ? { growth } : {};
    }
    case 'configure': {
      const { use, name, changes } = action;
      const admin = adminOf(kafka, use);
      return { settings: await refusedSettings(changes, (some) => admin.alterTopicConfig(name, some, judged)) };
    }
    default:
      return {};
  }
}

/**
 * Brokers refuse all settings of a request for a single bad one and name only that, so each is then asked alone. Those
 * that are good alone may still be bad together.
 */
async function refusedSettings(
  changes: ConfigChanges,
  judge: (changes: ConfigChanges) => Promise<void>,
): Promise<ReadonlyMap<string, string>> {
  const refusal = await objectionTo(judge(changes));
  if (refusal === undefined) return new Map();
  const refused = new Map<string, string>();
  for (const change of changes) {
    const own = changes.size === 1 ? refusal : await objectionTo(judge(new Map([change])));
    if (own !== undefined) refused.set(change[0], own.words);
  }
  const good = new Map([...changes].filter(([key]) => !refused.has(key)));
  const together = good.size === 0 || refused.size === 0 ? refusal : await objectionTo(judge(good));
  // Nobody can be told which one to mend.
  if (together !== undefined) for (const [key] of good) refused.set(key, together.words);
  return refused;
}

async function unlessThrottled(call: Promise<void>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof Fault && error.kind === 'throttled')) throw error;
  }
}

async function objectionTo(
  call: Promise<unknown>,
  explained: (fault: Fault) => Promise<Fault> | Fault = (fault) => fault,
): Promise<(Objection & { words: string }) | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    if (!(error instanceof Fault) || error.kind !== 'rejected') throw error;
    const { message, words = message } = await explained(error);
    return { reason: reasonOfRejection(error), message, words };
  }
}
