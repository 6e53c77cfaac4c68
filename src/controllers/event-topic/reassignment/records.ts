import { isRecord } from '../../../base/records.ts';
import type { BookType } from '../../../ports/journal.ts';
import type { ConfigEntry } from '../../../ports/kafka-config.ts';
import type { Targets } from './placement.ts';

/** What a setting was before us, and which values we gave it: only those are ours to take back. */
export interface SettingRecord {
  /** `null`: it had no value of its own. */
  before: string | null;
  /** Several, because after a crash nobody knows whether the last one was written. */
  ours: readonly string[];
}

export type SettingRecords = Readonly<Record<string, SettingRecord>>;

/** What is stored before a topic's replicas are moved: what is ours of all that moves, and what to set back. */
export interface TopicRecord {
  topicId: string;
  /** The partitions of the batch that was started last, with the replicas that they get. */
  targets: Readonly<Record<string, readonly number[]>>;
  settings: SettingRecords;
}

/** What is stored before a broker's rates are set. */
export interface BrokerRecord {
  settings: SettingRecords;
}

// What was changed in Kafka is set back even when the resource is gone, and only then is its record dropped.
const isOrphan = () => false;

export const topicThrottleBook: BookType<TopicRecord> = {
  name: 'topicThrottles',
  parse: (stored) => (isTopicRecord(stored) ? stored : undefined),
  isOrphan,
};

export const brokerThrottleBook: BookType<BrokerRecord> = {
  name: 'brokerThrottles',
  parse: (stored) => (isBrokerRecord(stored) ? stored : undefined),
  isOrphan,
};

/** The key of both books. */
export function recordKey(clusterId: string, topicOrBroker: string | number): string {
  return `${clusterId}/${topicOrBroker}`;
}

export function aboutOf(key: string): { clusterId: string; name: string } {
  const [clusterId = '', ...name] = key.split('/');
  return { clusterId, name: name.join('/') };
}

function isTopicRecord(stored: unknown): stored is TopicRecord {
  if (!isRecord(stored)) return false;
  const { topicId, targets, settings } = stored;
  return (
    typeof topicId === 'string' && isRecordOf(targets, isListOf('number')) && isRecordOf(settings, isSettingRecord)
  );
}

function isBrokerRecord(stored: unknown): stored is BrokerRecord {
  return isRecord(stored) && isRecordOf(stored.settings, isSettingRecord);
}

function isSettingRecord(stored: unknown): stored is SettingRecord {
  if (!isRecord(stored)) return false;
  const { before, ours } = stored;
  return (before === null || typeof before === 'string') && isListOf('string')(ours);
}

function isRecordOf(stored: unknown, isValue: (value: unknown) => boolean): boolean {
  return isRecord(stored) && Object.values(stored).every(isValue);
}

function isListOf(type: 'number' | 'string'): (value: unknown) => boolean {
  return (value) => Array.isArray(value) && value.every((item) => typeof item === type);
}

/** `undefined`: the setting is somebody else's by now, and is left as it is. */
export function takeSetting(
  known: SettingRecord | undefined,
  entry: ConfigEntry | undefined,
  ours: string,
): SettingRecord | undefined {
  const live = ownValue(entry);
  if (known === undefined) return { before: live, ours: [ours] };
  if (!isStillOurs(known, live)) return undefined;
  // What is live is known, so older values are of no use any more.
  const possible = live !== null && known.ours.includes(live) ? [live] : known.ours;
  return { before: known.before, ours: [...new Set([...possible, ours])] };
}

/**
 * What sets the settings back: those that still have a value of ours. The former value is written even where it is
 * shown already, because a broker may not have heard yet of what we wrote before.
 */
export function settingsBack(
  records: SettingRecords,
  live: ReadonlyMap<string, ConfigEntry>,
): ReadonlyMap<string, string | undefined> {
  const still = Object.entries(records).filter(([key, record]) => isStillOurs(record, ownValue(live.get(key))));
  return new Map(still.map(([key, { before }]) => [key, before ?? undefined]));
}

function isStillOurs(record: SettingRecord, live: string | null): boolean {
  return live === record.before || (live !== null && record.ours.includes(live));
}

/** `null`: none that stands on the thing itself. */
export function ownValue(entry: ConfigEntry | undefined): string | null {
  return entry?.overridden === true ? (entry.value ?? null) : null;
}

/** Which replicas are slowed down, as Kafka spells it: `partition:broker`, in a list. */
export function throttledReplicas(
  targets: Targets,
  there: ReadonlyMap<number, readonly number[]>,
): { leaders: string; followers: string } {
  const list = (brokersOf: (partition: number, target: readonly number[]) => readonly number[]) =>
    [...targets]
      .flatMap(([partition, target]) => brokersOf(partition, target).map((broker) => `${partition}:${broker}`))
      .join(',');
  return {
    leaders: list((partition) => there.get(partition) ?? []),
    followers: list((partition, target) => target.filter((broker) => !there.get(partition)?.includes(broker))),
  };
}

/** Somebody may slow down replicas of the topic for reasons of his own; those stay in the list. */
export function withFormerReplicas(former: string | null, ours: string): string {
  if (former === null || former === '') return ours;
  return former === '*' ? former : `${former},${ours}`;
}
