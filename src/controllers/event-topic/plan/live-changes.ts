import { keyOf } from '../../../base/keys.ts';
import type { EventTopic } from '../../../crds/event-topic.ts';
import { Reason } from '../../../crds/reasons.ts';
import type { TopicState } from '../../../ports/kafka.ts';
import type { ConfigChanges } from '../../../ports/kafka-config.ts';
import type { Blocked } from '../../../runtime/kind.ts';
import { wait } from '../../blocked.ts';
import type { ClusterUse } from '../../cluster-use.ts';
import { type Settings, settingsOf, unusableSettings } from '../../topic-settings.ts';
import type { ActionOf, Steps } from '../actions.ts';
import { ownClaim, rememberedOf } from '../identity.ts';
import type { SeenTopic } from '../observed.ts';
import { planReplication, type ReplicationQuestion } from '../reassignment/plan.ts';
import { type ConfigPlan, overridesOf, planConfig } from './config.ts';
import { refuseUnmet } from './rejection.ts';
import { refuseUnusable } from './rules/creation.ts';
import { forbiddenKeys, refuseForbiddenKeys } from './rules/policy.ts';
import { firstOf, forbidsGrowth } from './rules/rules.ts';

/** Brokers that take longer than a moment take seconds. */
const awaitedAgainMs = 2_000;

/** What the changes of a live topic depend on. */
type LiveSight = Pick<SeenTopic, 'use' | 'claim' | 'left' | 'resting' | 'replicas'>;

/** How a topic is brought to the spec, part by part. A part that is refused holds back no other. */
export interface LiveChanges {
  use: ClusterUse;
  /** The key of the resource. */
  owner: string;
  topic: TopicState;
  growth: ActionOf<'grow'> | Blocked | undefined;
  /** Settings that the spec may not name. */
  forbidden: Blocked | undefined;
  /** Settings that cannot be used as they are written. */
  unusable: Blocked | undefined;
  config: ConfigPlan;
  /** Without the settings that are changed: those may be fewer, when the brokers refuse some. */
  replication: Omit<ReplicationQuestion, 'changes'>;
}

export function planChanges(resource: EventTopic, seen: LiveSight, topic: TopicState): LiveChanges {
  const { spec } = resource;
  const { use, replicas } = seen;
  return {
    use,
    owner: keyOf(resource),
    topic,
    growth: planGrowth(resource, use, topic),
    forbidden: refuseForbiddenKeys(resource, seen),
    unusable: refuseUnusable(resource),
    config: planLiveConfig(resource, seen, topic),
    replication: { spec, use, topic, replicas },
  };
}

export function stepsOfChanges(plan: LiveChanges): Steps {
  const { topic, growth, config } = plan;
  const replication = planReplication({ ...plan.replication, changes: config.changes });
  const blocked = [
    growth?.kind === 'grow' ? undefined : growth,
    plan.forbidden,
    ...refuseUnmet(topic.name, config.unmet),
    plan.unusable,
    config.awaited.length > 0 ? awaitBrokers(topic, config.awaited) : undefined,
    ...replication.blocked,
  ];
  return {
    actions: [
      ...(replication.changes.size > 0 ? [configure(plan, replication.changes)] : []),
      // Growth comes after the settings, because a quota of the brokers may put it off and puts off no setting.
      ...(growth?.kind === 'grow' ? [growth] : []),
      ...replication.actions,
    ],
    blocked: blocked.filter((block) => block !== undefined),
  };
}

function configure({ use, owner, topic, config }: LiveChanges, changes: ConfigChanges): ActionOf<'configure'> {
  const drifted = new Set(config.drift.map(({ key }) => key));
  const driftOnly = [...changes.keys()].every((key) => drifted.has(key));
  return { kind: 'configure', use, owner, name: topic.name, changes, before: topic.config, driftOnly };
}

function planLiveConfig(resource: EventTopic, seen: LiveSight, topic: TopicState): ConfigPlan {
  const { config, driftPolicy, ignoreConfigKeys } = resource.spec;
  const applied = appliedBefore(resource, seen, topic);
  const forbidden = forbiddenKeys({ ...applied, ...config }, seen.use);
  const wanted = Object.entries(settingsOf(config)).filter(([key]) => !forbidden.includes(key));
  const defaults = seen.use.cluster.spec.topicDefaults?.config;
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
    resting: seen.resting,
  });
}

/**
 * What we set on this very topic. After a crash between its creation and the first status, all that stands on it is
 * ours, because nobody else had it; what stands on a topic that existed before is not, but for what a resource that was
 * replaced had set.
 */
function appliedBefore(resource: EventTopic, seen: LiveSight, topic: TopicState): Settings {
  const remembered = rememberedOf(resource, seen.use);
  if (remembered.topicId === topic.id) return remembered.appliedConfig ?? {};
  const claim = ownClaim(resource, seen);
  if (claim === undefined && seen.left?.topicId === topic.id) return seen.left.appliedConfig;
  if (claim?.creates !== true) return {};
  return overridesOf(topic.config, settingsOf(seen.use.cluster.spec.topicDefaults?.config));
}

function awaitBrokers({ name }: TopicState, keys: readonly string[]): Blocked {
  const what = `topic "${name}": the brokers do not show the change of ${keys.join(', ')} yet`;
  return wait(Reason.Progressing, { what }, awaitedAgainMs);
}

function planGrowth(
  resource: EventTopic,
  use: ClusterUse,
  { name, partitions: from }: TopicState,
): ActionOf<'grow'> | Blocked | undefined {
  const { partitions: wanted } = resource.spec;
  if (wanted === undefined || wanted === from) return undefined;
  const growing = { use, topic: { name, partitions: from }, wanted };
  return firstOf(forbidsGrowth, resource, growing) ?? { kind: 'grow', use, name, from, to: wanted };
}
