import type { Fault } from '../ports/fault.ts';
import { remarksOn } from './remarks.ts';
import type { Found, Sample } from './sample.ts';
import type { OffsetSeries } from './series.ts';
import type { GroupSnapshot, PartitionSnapshot } from './snapshot.ts';

const shortWindowMs = 20_000;
const longWindowMs = 120_000;
/** So few offsets may all be markers of transactions, until somebody has looked. */
const markersMost = 2;

/** What a sample and its past say. `unread`: topics of the spec that no member reads. */
export function snapshotOf(sample: Sample, topics: readonly string[], unread: readonly string[] = []): GroupSnapshot {
  const { subscription, answers, history, found, atMs } = sample;
  const partitions = found.map((one) => partitionOf(one, history.commitWindowMs, atMs));
  const trouble = troubleOf(sample, topics);
  const known = trouble === undefined;
  const group = answers.group.ok ? answers.group.value : undefined;
  const ages = partitions.map((partition) => partition.lagSeconds);
  return {
    groupId: subscription.groupId,
    sampledAtMs: atMs,
    known,
    problem: trouble?.problem,
    fault: trouble?.fault,
    state: group?.state ?? '',
    assignor: group?.assignor ?? '',
    members: group?.members ?? [],
    steadySinceMs: history.steadySinceMs,
    commitIntervalMs: history.commitIntervalMs,
    commitWindowMs: history.commitWindowMs,
    topics,
    unreadTopics: unread,
    partitions,
    lagRecords: known ? partitions.reduce((sum, { lag }) => sum + (lag ?? 0), 0) : undefined,
    phantomRecords: partitions.reduce((sum, { phantom }) => sum + phantom, 0),
    lagSeconds: known && ages.every((age) => age !== undefined) ? Math.max(0, ...ages) : undefined,
    lagSecondsAtLeast: Math.max(0, ...partitions.map(({ lagSecondsAtLeast }) => lagSecondsAtLeast)),
    remarks: remarksOn(partitions, subscription.offsetReset),
  };
}

function partitionOf(found: Found, commitWindowMs: number, atMs: number): PartitionSnapshot {
  const { topic, partition, offsets, committed, position, history, ends } = found;
  const base = { topic, partition, end: offsets?.end, logStart: offsets?.logStart, committed };
  const rates = {
    arrivalRate: offsets && arrivalRateOf(ends),
    commitRate: position === undefined ? undefined : history.series.rate(commitWindowMs),
  };
  if (offsets === undefined || position === undefined) return { ...base, ...rates, ...unknownLag };
  const first = history.firstWaiting(position, offsets.end);
  const phantom = Number(first - position);
  const lag = Number(offsets.end - first);
  if (lag === 0) return { ...base, ...rates, ...noLag, phantom };
  const appendedMs = history.appendedMs(Number(first), ends);
  const seconds = (sinceMs: number) => Math.max(0, atMs - sinceMs) / 1000;
  const lagSeconds = appendedMs === undefined ? undefined : seconds(appendedMs);
  const { firstOffset, firstMs } = ends;
  const wasThere = firstOffset !== undefined && firstMs !== undefined && Number(first) < firstOffset;
  const seen = history.foundAt(first);
  const holdsRecords = lag > markersMost || (seen !== undefined && seen.kind !== 'none');
  const lagSecondsAtLeast = lagSeconds ?? (wasThere && holdsRecords ? seconds(firstMs) : 0);
  return {
    ...base,
    ...rates,
    lag,
    phantom,
    lagSeconds,
    lagSecondsAtLeast,
    idleMs: history.idleMs(atMs),
    lookFault: history.lookFault,
    timeDoubt: lagSeconds === undefined ? history.timeDoubt : undefined,
    open: seen?.kind === 'open' ? { since: seen.time } : undefined,
    isForgotten: committed === undefined && history.lastCommitted !== undefined,
  };
}

const nothingSeen = { lookFault: undefined, timeDoubt: undefined, open: undefined, isForgotten: false };
const unknownLag = {
  ...nothingSeen,
  lag: undefined,
  phantom: 0,
  lagSeconds: undefined,
  lagSecondsAtLeast: 0,
  idleMs: 0,
};
const noLag = { ...nothingSeen, lag: 0, lagSeconds: 0, lagSecondsAtLeast: 0, idleMs: 0 };

function arrivalRateOf(ends: OffsetSeries): PartitionSnapshot['arrivalRate'] {
  const [short, long] = [ends.rate(shortWindowMs), ends.rate(longWindowMs)];
  return short === undefined || long === undefined ? undefined : { short, long };
}

interface Trouble {
  problem: string;
  fault: Fault | undefined;
}

/** The first reason why this sample says too little; in a fixed order, so that the message stays the same. */
function troubleOf({ subscription, answers, found }: Sample, topics: readonly string[]): Trouble | undefined {
  const group = `group "${subscription.groupId}"`;
  if (!answers.group.ok) return troubleWith(answers.group.fault);
  if (!answers.committed.ok) return troubleWith(answers.committed.fault);
  for (const topic of topics) {
    const answer = answers.offsets.get(topic);
    if (answer?.ok === false) return troubleWith(answer.fault);
    if (answer === undefined || answer.value.size === 0) {
      return { problem: `topic "${topic}" has no partitions`, fault: undefined };
    }
  }
  const unknown = found.find(({ offsets, position }) => offsets === undefined || position === undefined);
  return unknown && { problem: problemOf(unknown, group), fault: undefined };
}

function problemOf({ topic, partition, offsets, committed, history }: Found, group: string): string {
  const where = `partition ${partition} of topic "${topic}"`;
  if (offsets === undefined) return `no offsets of ${where}`;
  if (committed === undefined) {
    const what = history.lastCommitted === undefined ? 'never committed' : 'has no committed offset any more of';
    return `${group} ${what} ${where}, and offsetReset is None`;
  }
  return `${group} has a committed offset past the end of ${where}: the topic was made anew or lost records`;
}

function troubleWith(fault: Fault): Trouble {
  return { problem: fault.message, fault };
}
