import type { EventTopic } from '../../crds/event-topic.ts';
import { Reason } from '../../crds/reasons.ts';
import type { TopicState } from '../../ports/kafka.ts';
import { keyOf } from '../../runtime/key.ts';
import type { Blocked } from '../../runtime/kind.ts';
import { type Settings, settingsOf, unsafeNumbers } from '../topic-settings.ts';
import { refuse, type TopicAction, type TopicPlan } from './actions.ts';
import { type ConfigPlan, overridesOf, planConfig } from './config.ts';
import { ownClaim, rememberedOf } from './identity.ts';
import type { SeenTopic } from './observed.ts';
import { forbiddenKeys, refuseForbiddenKeys, refusePartitions } from './policy.ts';
import { planReplication } from './reassignment/plan.ts';

/** The topic is ours: bring it to the spec, part by part. A part that is refused holds back no other. */
export function planChanges(resource: EventTopic, observed: SeenTopic, topic: TopicState): TopicPlan {
  const { use } = observed;
  const actions: TopicAction[] = [];
  const blocked: Blocked[] = [];
  const growth = planGrowth(resource, observed, topic);
  if (growth?.kind === 'grow') actions.push(growth);
  else if (growth !== undefined) blocked.push(growth);
  const config = planLiveConfig(resource, observed, topic);
  const forbidden = refuseForbiddenKeys(resource.spec, use);
  blocked.push(...(forbidden ? [forbidden] : []), ...refuseSettings(resource, topic, config));
  const { replicas } = observed;
  const { changes, ...replication } = planReplication({ ...resource, use, topic, replicas, changes: config.changes });
  if (changes.size > 0) {
    const drifted = new Set(config.drift.map((drift) => drift.key));
    const driftOnly = [...changes.keys()].every((key) => drifted.has(key));
    const before = topic.config;
    actions.push({ kind: 'configure', use, owner: keyOf(resource), name: topic.name, changes, before, driftOnly });
  }
  return { actions: [...actions, ...replication.actions], blocked: [...blocked, ...replication.blocked] };
}

export function planLiveConfig(resource: EventTopic, observed: SeenTopic, topic: TopicState): ConfigPlan {
  const { config, driftPolicy, ignoreConfigKeys } = resource.spec;
  const applied = appliedBefore(resource, observed, topic);
  const forbidden = forbiddenKeys({ ...applied, ...config }, observed.use);
  const wanted = Object.entries(settingsOf(config)).filter(([key]) => !forbidden.includes(key));
  return planConfig({
    wanted: Object.fromEntries(wanted),
    applied,
    live: topic.config,
    driftPolicy,
    ignored: ignoreConfigKeys,
    // What was set while it was allowed is left alone.
    held: [...unsafeNumbers(config), ...forbidden],
    refused: observed.objections.settings,
    resting: observed.resting,
  });
}

/**
 * What we set on this very topic. After a crash between its creation and the first status, all that stands on it is
 * ours, because nobody else had it; what stands on a topic that existed before is not, but for what a resource that was
 * replaced had set.
 */
function appliedBefore(resource: EventTopic, observed: SeenTopic, topic: TopicState): Settings {
  const remembered = rememberedOf(resource, observed.use);
  if (remembered.topicId === topic.id) return remembered.appliedConfig ?? {};
  const claim = ownClaim(resource, observed);
  if (claim === undefined && observed.left?.topicId === topic.id) return observed.left.appliedConfig;
  if (claim?.creates !== true) return {};
  return overridesOf(topic.config, settingsOf(observed.use.cluster.spec.topicDefaults?.config));
}

function refuseSettings({ spec }: EventTopic, topic: TopicState, config: ConfigPlan): Blocked[] {
  const refused = config.unmet.filter(({ cause }) => cause === 'refused');
  const rewritten = config.unmet.filter(({ cause }) => cause === 'rewritten');
  const unsafe = unsafeNumbers(spec.config);
  return [
    ...refused.map(({ message }) => refuse(Reason.ConfigRejected, message)),
    ...rewritten.map(({ message }) =>
      refuse(Reason.ValueRewrittenByBroker, `topic "${topic.name}": setting ${message}`),
    ),
    ...(unsafe.length > 0 ? [quoteIt(unsafe)] : []),
  ];
}

/** JSON keeps the digits of numbers up to 2^53 only, so what arrived may not be what was written. */
export function quoteIt(keys: readonly string[]): Blocked {
  return refuse(
    Reason.ConfigRejected,
    `spec.config ${keys.join(', ')}: a number past 2^53 loses digits on its way, so it is not used; quote it`,
  );
}

function planGrowth(
  { spec }: EventTopic,
  { use, objections }: SeenTopic,
  topic: TopicState,
): Extract<TopicAction, { kind: 'grow' }> | Blocked | undefined {
  const wanted = spec.partitions;
  if (wanted === undefined || wanted === topic.partitions) return undefined;
  if (wanted < topic.partitions) {
    return refuse(
      Reason.PartitionDecreaseRefused,
      `topic "${topic.name}" has ${topic.partitions} partitions, wanted ${wanted}: partitions never shrink; set spec.partitions to ${topic.partitions} or more`,
    );
  }
  const ungranted = refusePartitions(use, wanted, topic.partitions);
  if (ungranted) return ungranted;
  if (spec.keyed && spec.keyMoveAcknowledgedForPartitions !== wanted) {
    return refuse(
      Reason.KeyMoveNotAcknowledged,
      `topic "${topic.name}" has ${topic.partitions} partitions, wanted ${wanted}: growing moves keys to other partitions, so records of one key are no longer read in their order; set spec.keyMoveAcknowledgedForPartitions to ${wanted}, or spec.keyed to false`,
    );
  }
  if (objections.growth) return refuse(objections.growth.reason, objections.growth.message);
  return { kind: 'grow', use, name: topic.name, from: topic.partitions, to: wanted };
}
