/** A growth whose effect is not known yet. Rates are records per second and member. */
export interface Trial {
  atMs: number;
  from: number;
  to: number;
  /** What a member did before. */
  rate: number;
}

/** No growth until `untilMs`, because the last one brought nothing. */
export interface Brake {
  untilMs: number;
  lengthMs: number;
}

const firstBrakeMs = 600_000;
const longestBrakeMs = 7_200_000;
/** A growth must bring this share of the throughput that it promised. */
const leastGain = 0.3;
/** The effect of a smaller step is lost in the noise. */
const judgedGrowth = 1.5;

/**
 * Whether a growth failed to help, from what busy members did before and do now: with a limit behind them (a database,
 * a rate limit) more members only share the same throughput.
 */
export function wasUseless({ from, to, rate }: Trial, busyRateNow: number): boolean {
  if (to < judgedGrowth * from) return false;
  const gain = busyRateNow * to - rate * from;
  return gain < leastGain * rate * (to - from);
}

/** Each growth in vain doubles the wait for the next. */
export function brakeAfter(before: Brake | undefined, nowMs: number): Brake {
  const lengthMs = before === undefined ? firstBrakeMs : Math.min(2 * before.lengthMs, longestBrakeMs);
  return { untilMs: nowMs + lengthMs, lengthMs };
}
