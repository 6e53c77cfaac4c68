import type { ConfigEntry } from '../ports/kafka-config.ts';

/** By how much the clocks of producers may be ahead of ours. */
const mostAheadMs = 60_000;
/** Brokers keep records in the format that we read since Kafka 0.11, which came out on that day. */
const firstDayMs = Date.UTC(2017, 5, 28);
/** How long after its time a segment may still be there: brokers look for old ones every few minutes. */
const removalMs = 3_600_000;

/** How old a record is, or why its time does not tell. */
export type BelievedAge = { kind: 'age'; ms: number } | { kind: 'doubt'; why: string };

/**
 * Producers write any time: what cannot be when a record was appended says nothing of its age. `keptMs`: how long its
 * topic keeps records; `undefined`: for ever, or nobody knows.
 */
export function believe(time: Date | undefined, now: Date, keptMs: number | undefined): BelievedAge {
  if (time === undefined) return { kind: 'doubt', why: 'its producer wrote none' };
  const ms = now.getTime() - time.getTime();
  if (ms < -mostAheadMs) return { kind: 'doubt', why: 'its producer wrote one in the future' };
  if (time.getTime() < firstDayMs || (keptMs !== undefined && ms > keptMs)) {
    return { kind: 'doubt', why: 'its producer wrote one of longer ago than its topic keeps records' };
  }
  return { kind: 'age', ms };
}

/** How long a topic of these settings keeps a record at most; `undefined`: for ever, as far as they tell. */
export function longestKeptMs(config: ReadonlyMap<string, ConfigEntry>): number | undefined {
  const value = (key: string) => config.get(key)?.value;
  const [retentionMs, segmentMs] = [Number(value('retention.ms')), Number(value('segment.ms'))];
  const deletes = value('cleanup.policy')?.split(',').includes('delete');
  if (!deletes || !(retentionMs >= 0) || !(segmentMs >= 0)) return undefined;
  // A segment goes as a whole: its first record may be as much older than its last as it was written to.
  return retentionMs + segmentMs + removalMs;
}
