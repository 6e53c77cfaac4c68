import type { EventTopic } from '../../crds/event-topic.ts';
import type { Reason } from '../../crds/reasons.ts';
import { Fault } from '../../ports/fault.ts';
import type { ConfigChanges, KafkaAdmin, KafkaCallOptions } from '../../ports/kafka.ts';
import type { TopicAction } from './actions.ts';
import { createBeside } from './create-beside.ts';
import type { Objections, SeenTopic } from './observed.ts';
import { decideTopic } from './plan.ts';
import { explainRefusedCreation } from './refused-creation.ts';
import { reasonOfRejection } from './rejection.ts';

export const noObjections: Objections = { settings: new Map() };

/**
 * Asks the brokers what they would refuse of what is to be done, so that a refusal of one part holds back no other and
 * a plan that is only shown is one that would work. A creation that is carried out is judged when it is made.
 */
export async function readObjections(
  admin: KafkaAdmin,
  resource: EventTopic,
  seen: SeenTopic,
  options: KafkaCallOptions,
): Promise<Objections> {
  const onlyShown = resource.spec.mode === 'Plan' || seen.use.readOnly;
  const asked = decideTopic(resource, seen).actions.map((action) => objectionsTo(admin, action, onlyShown, options));
  const answers = await Promise.all(asked);
  return Object.assign({}, noObjections, ...answers);
}

async function objectionsTo(
  admin: KafkaAdmin,
  action: TopicAction,
  onlyShown: boolean,
  options: KafkaCallOptions,
): Promise<Partial<Objections>> {
  const judged = { ...options, validateOnly: true };
  switch (action.kind) {
    case 'create': {
      const explained = (fault: Fault) => explainRefusedCreation(admin, action, fault, options);
      const creation = onlyShown ? await refusalOf(createBeside(admin, action.topic, judged), explained) : undefined;
      return creation ? { creation } : {};
    }
    case 'grow': {
      const judgement = admin.growTopic(action.name, action.to, judged);
      // A question that has to wait for the quota is no objection; a growth that is only shown is not shown unasked.
      const growth = await refusalOf(onlyShown ? judgement : unlessThrottled(judgement));
      return growth ? { growth } : {};
    }
    case 'configure': {
      const { name, changes } = action;
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
  const refusal = await refusalOf(judge(changes));
  if (refusal === undefined) return new Map();
  const refused = new Map<string, string>();
  for (const change of changes) {
    const own = changes.size === 1 ? refusal : await refusalOf(judge(new Map([change])));
    if (own !== undefined) refused.set(change[0], own.words);
  }
  const good = new Map([...changes].filter(([key]) => !refused.has(key)));
  const together = good.size === 0 || refused.size === 0 ? refusal : await refusalOf(judge(good));
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

async function refusalOf(
  call: Promise<unknown>,
  explained: (fault: Fault) => Promise<Fault> | Fault = (fault) => fault,
): Promise<{ reason: Reason; message: string; words: string } | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    if (!(error instanceof Fault) || error.kind !== 'rejected') throw error;
    const { message, words = message } = await explained(error);
    return { reason: reasonOfRejection(error), message, words };
  }
}
