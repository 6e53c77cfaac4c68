import type { Settled } from '../ports/fault.ts';
import type { CommittedOffsets, GroupState } from '../ports/kafka.ts';
import type { GroupAnswers } from './sample.ts';
import type { LagSubscription } from './snapshot.ts';

/** Which topics a group reads. Both lists are sorted. */
export interface Reading {
  /** What counts: its lag, its rates, its partitions. */
  topics: readonly string[];
  /** Topics of the spec that none of its members reads, nor has read. */
  unread: readonly string[];
  /** Whether its members said so, so that it holds while they say nothing. */
  seen: boolean;
}

/** Of a group that nobody has looked at. */
export const nothingRead: Reading = { topics: [], unread: [], seen: false };

/**
 * What the members of a settled group say that they read, and what stands in the spec and was read before: a member that
 * is gone leaves its topics to nobody, and what waits there waits. While members do not say it, what they read
 * before, or the topics of the spec and those that the group has committed offsets of: a group without members may have
 * read topics by a pattern that only its members know.
 */
export function readingOf(
  { topics: wanted }: Pick<LagSubscription, 'topics'>,
  group: Settled<GroupState> | undefined,
  committed: Settled<CommittedOffsets> | undefined,
  before: Reading,
): Reading {
  const named = namedBy(group);
  if (named.length > 0 && group?.ok && group.value.state === 'Stable') {
    const others = wanted.filter((topic) => !named.includes(topic));
    const left = others.filter((topic) => wasRead(topic, committed, before));
    return {
      topics: sorted([...named, ...left]),
      unread: sorted(others.filter((topic) => !left.includes(topic))),
      seen: true,
    };
  }
  const known = before.seen ? before : guess([...wanted, ...before.topics], committed);
  if (named.length === 0) return known;
  const unread = known.unread.filter((topic) => !named.includes(topic));
  return { topics: sorted([...known.topics, ...named]), unread, seen: known.seen };
}

function wasRead(topic: string, committed: Settled<CommittedOffsets> | undefined, before: Reading): boolean {
  if (!committed?.ok) return before.topics.includes(topic);
  return [...(committed.value.get(topic)?.values() ?? [])].some((offset) => offset !== undefined);
}

function guess(topics: readonly string[], committed: Settled<CommittedOffsets> | undefined): Reading {
  const read = committed?.ok ? committed.value.keys() : [];
  return { topics: sorted([...topics, ...read]), unread: [], seen: false };
}

/** Without topics that are remembered and not there any more: they cannot be read, and nothing can be said of them. */
export function withoutGone(
  reading: Reading,
  { topics: wanted }: LagSubscription,
  { group, offsets }: Pick<GroupAnswers, 'group' | 'offsets'>,
): Reading {
  const named = namedBy(group);
  const isGone = (topic: string) => {
    const answer = offsets.get(topic);
    return answer?.ok === false && answer.fault.code === 'UNKNOWN_TOPIC_OR_PARTITION';
  };
  const topics = reading.topics.filter((topic) => wanted.includes(topic) || named.includes(topic) || !isGone(topic));
  return { ...reading, topics };
}

function namedBy(group: Settled<GroupState> | undefined): string[] {
  const members = group?.ok ? group.value.members : [];
  return sorted(members.flatMap(({ assignment, subscription }) => [...assignment.keys(), ...subscription]));
}

function sorted(topics: readonly string[]): string[] {
  return [...new Set(topics)].sort();
}
