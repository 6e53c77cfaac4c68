import { Fault } from '../../../ports/fault.ts';
import type { KafkaAdmin, NewTopic } from '../../../ports/kafka.ts';
import type { KafkaCallOptions } from '../../../ports/kafka-calls.ts';
import { messageOf } from '../../blocked.ts';
import type { ClusterUse } from '../../cluster-use.ts';
import { settingsOf } from '../../topic-settings.ts';
import { listed, type RefusedValue, refusedValues } from '../plan/rejection.ts';
import { collisionOf } from '../plan/rules/creation.ts';
import { shortageOf } from '../reassignment/plan.ts';

interface Creation {
  topic: NewTopic;
  use: ClusterUse;
}

/** The same refusal with a next step, where the brokers leave out what it takes to find one, or tell too much. */
export async function explainRefusedCreation(
  admin: KafkaAdmin,
  creation: Creation,
  refusal: Fault,
  options: KafkaCallOptions,
): Promise<Fault> {
  const message = await explanationOf(admin, creation, refusal, options);
  if (message === undefined) return refusal;
  const { system, kind, code } = refusal;
  return new Fault(system, kind, message, { ...(code !== undefined && { code }), cause: refusal });
}

async function explanationOf(
  admin: KafkaAdmin,
  creation: Creation,
  refusal: Fault,
  options: KafkaCallOptions,
): Promise<string | undefined> {
  const { name, replicationFactor: wanted } = creation.topic;
  // Brokers name the topic that is in the way, which may be somebody else's.
  if (refusal.code === 'INVALID_TOPIC_EXCEPTION' && /[._]/.test(name)) return messageOf(collisionOf(name));
  if (refusal.code === 'INVALID_CONFIG') return explainSettings(admin, creation, refusal, options);
  if (refusal.code !== 'INVALID_REPLICATION_FACTOR' || wanted === undefined) return undefined;
  const { brokers } = await admin.describeCluster(options);
  return messageOf(shortageOf(name, wanted, brokers.length));
}

/**
 * Brokers name the first bad setting of a topic only. So once they have refused it for its settings, each of these is
 * asked about alone, and all that are bad are named, where the quota of the operator leaves room for it.
 */
async function explainSettings(
  admin: KafkaAdmin,
  { topic, use }: Creation,
  refusal: Fault,
  options: KafkaCallOptions,
): Promise<string> {
  const asked = [...topic.config].map(async ([key, value]): Promise<RefusedValue[]> => {
    // Dry runs count as what they stand for, and settings are judged alike for any number of partitions.
    const one = { ...topic, partitions: 1, config: new Map([[key, value]]) };
    const words = await wordsAgainst(admin, one, options);
    return words === undefined ? [] : [{ key, value, words }];
  });
  const answers = await Promise.all(asked).catch(unlessThrottled);
  const refused = answers?.flat().sort((one, other) => (one.key < other.key ? -1 : 1));
  return `topic "${topic.name}" is not created: ${refused ? explain(refused, use, refusal) : firstOf(use, refusal)}`;
}

/** The refusal stands, and must not be hidden behind a wait that ends in the next refusal. */
function unlessThrottled(error: unknown): undefined {
  if (!(error instanceof Fault) || error.kind !== 'throttled') throw error;
}

/** What the brokers say against the settings of a topic; `undefined`: nothing. */
async function wordsAgainst(
  admin: KafkaAdmin,
  topic: NewTopic,
  options: KafkaCallOptions,
): Promise<string | undefined> {
  try {
    await admin.createTopic(topic, { ...options, validateOnly: true });
    return undefined;
  } catch (error) {
    if (!(error instanceof Fault) || error.kind === 'unavailable' || error.kind === 'throttled') throw error;
    return error.code === 'INVALID_CONFIG' ? wordsOf(error) : undefined;
  }
}

function firstOf({ name }: ClusterUse, refusal: Fault): string {
  const theirs = `have the owner of EventCluster "${name}" correct its topicDefaults`;
  const words = wordsOf(refusal);
  return `the brokers refuse a setting of it, and perhaps more; correct it in spec.config, or ${theirs}: ${words}`;
}

function explain(refused: readonly RefusedValue[], { name, cluster }: ClusterUse, refusal: Fault): string {
  if (refused.length === 0) {
    return `the brokers refuse its settings together; change those of spec.config that do not go together: ${wordsOf(refusal)}`;
  }
  const defaults = settingsOf(cluster.spec.topicDefaults?.config);
  const { own = [], theirs = [] } = Object.groupBy(refused, ({ key, value }) => {
    return defaults[key] === value ? 'theirs' : 'own';
  });
  return [
    ...(own.length > 0 ? [refusedValues(own)] : []),
    ...(theirs.length > 0 ? [refusedDefaults(name, theirs)] : []),
  ].join('; ');
}

function refusedDefaults(cluster: string, refused: readonly RefusedValue[]): string {
  const what = `the brokers refuse what EventCluster "${cluster}" has in topicDefaults`;
  return `${what}; ask its owner to correct it, or say otherwise in spec.config: ${listed(refused)}`;
}

function wordsOf({ words, message }: Fault): string {
  return words ?? message;
}
