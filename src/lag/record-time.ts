/** By how much the clocks of producers may be ahead of ours. */
const mostAheadMs = 60_000;
/** Brokers keep records in the format that we read since Kafka 0.11, which came out on that day. */
const firstDayMs = Date.UTC(2017, 5, 28);

/** How old a record is, or why its time does not tell. */
export type BelievedAge = { kind: 'age'; ms: number } | { kind: 'doubt'; why: string };

/** Producers write any time: what cannot be when a record was appended says nothing of its age. */
export function believe(time: Date | undefined, now: Date): BelievedAge {
  if (time === undefined) return { kind: 'doubt', why: 'its producer wrote none' };
  const ms = now.getTime() - time.getTime();
  if (ms < -mostAheadMs) return { kind: 'doubt', why: 'its producer wrote one in the future' };
  if (time.getTime() < firstDayMs)
    return { kind: 'doubt', why: 'its producer wrote one of before there were such records' };
  return { kind: 'age', ms };
}
