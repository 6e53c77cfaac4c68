import type { EventTopic } from '../../crds/event-topic.ts';
import { Reason } from '../../crds/reasons.ts';
import type { TopicState } from '../../ports/kafka.ts';
import { keyOf } from '../../runtime/key.ts';
import type { Blocked } from '../../runtime/kind.ts';
import { describeUnusable, type Settings, settingsOf, unusableSettings } from '../topic-settings.ts';
import { refuse, type TopicAction, type TopicPlan } from './actions.ts';
import { type ConfigPlan, overridesOf, planConfig } from './config.ts';
import { ownClaim, rememberedOf } from './identity.ts';
import type { SeenTopic } from './observed.ts';
import { forbiddenKeys, refuseForbiddenKeys, refusePartitions } from './policy.ts';
import { planReplication } from './reassignment/plan.ts';
import { refuseUnmet } from './rejection.ts';

/** Brokers that take longer than a moment take seconds. */
const awaitedAgainMs = 2_000;

/** The topic is ours: bring it to the spec, part by part. A part that is refused holds back no other. */
export function planChanges(resource: EventTopic, observed: SeenTopic, topic: TopicState): TopicPlan {
  const { use } = observed;
  const actions: TopicAction[] = [];
  const blocked: Blocked[] = [];
  const growth = planGrowth(resource, observed, topic);
  if (growth !== undefined && growth.kind !== 'grow') blocked.push(growth);
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
  // Behind the settings, which no quota puts off.
  if (growth?.kind === 'grow') actions.push(growth);
  return { actions: [...actions, ...replication.actions], blocked: [...blocked, ...replication.blocked] };
}

export function planLiveConfig(resource: EventTopic, observed: SeenTopic, topic: TopicState): ConfigPlan {
  const { config, driftPolicy, ignoreConfigKeys } = resource.spec;
  const applied = appliedBefore(resource, observed, topic);
  const forbidden = forbiddenKeys({ ...applied, ...config }, observed.use);
  const wanted = Object.entries(settingsOf(config)).filter(([key]) => !forbidden.includes(key));
  const defaults = observed.use.cluster.spec.topicDefaults?.config;
  return planConfig({
    wanted: Object.fromEntries(wanted),
    applied,
    defaults: settingsOf(defaults),
    live: topic.config,
    awaited: topic.awaited,
    driftPolicy,
    ignored: ignoreConfigKeys,
    // What was set while it was allowed is left alone.
    held: [...unusableSettings(config).keys(), ...unusableSettings(defaults).keys(), ...forbidden],
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
  return [
    ...refuseUnmet(topic.name, config.unmet),
    ...refuseUnusable(spec),
    ...(config.awaited.length > 0 ? [awaitBrokers(topic, config.awaited)] : []),
  ];
}

export function refuseUnusable({ config }: EventTopic['spec']): Blocked[] {
  const unusable = unusableSettings(config);
  return unusable.size > 0 ? [refuse(Reason.ConfigRejected, describeUnusable('spec.config', unusable))] : [];
}

function awaitBrokers({ name }: TopicState, keys: readonly string[]): Blocked {
  const message = `topic "${name}": the brokers do not show the change of ${keys.join(', ')} yet`;
  return { kind: 'wait', reason: Reason.Progressing, message, lookAgainMs: awaitedAgainMs };
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
