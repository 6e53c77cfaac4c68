import type { Outcome } from '../outcome.ts';

/** A source of numbers in [0, 1), such as Math.random. */
export type Random = () => number;

interface Limits {
  firstMs: number;
  maxMs: number;
}

const retryLimits: Limits = { firstMs: 1_000, maxMs: 300_000 };
/** Short at first, because most effects show at once. */
const confirmLimits: Limits = { firstMs: 250, maxMs: 300_000 };

/** Milliseconds until the next look after `outcome`, the `tries`-th in a row that settled nothing; `undefined`: no look. */
export function delayMs(outcome: Outcome, tries: number, random: Random): number | undefined {
  switch (outcome.kind) {
    case 'awaitChange':
      return undefined;
    case 'recheck':
      return jitterMs(outcome.afterMs, 0.1, random);
    case 'confirm':
      return backoffMs(tries, confirmLimits, random);
    case 'retry':
      return Math.max(outcome.afterMs ?? 0, backoffMs(tries, retryLimits, random));
  }
}

/** Doubles with each try, spread by ±20 %, never above `maxMs`. */
function backoffMs(tries: number, { firstMs, maxMs }: Limits, random: Random): number {
  return Math.min(maxMs, jitterMs(firstMs * 2 ** Math.max(0, tries - 1), 0.2, random));
}

/**
 * Milliseconds until the one moment in ±10 % of `ms` at which all who wait that long come back: a grid of a fifth of
 * `ms`. Those that came back together go on doing so, if a round takes less than a tenth of it.
 */
export function togetherMs(ms: number, nowMs: number): number {
  if (ms <= 0) return 0;
  const gridMs = ms / 5;
  return Math.floor((nowMs + 1.1 * ms) / gridMs) * gridMs - nowMs;
}

/** `ms` spread evenly over ±`share` of it, so that many keys do not come back at once. */
function jitterMs(ms: number, share: number, random: Random): number {
  return Math.round(ms * (1 - share + 2 * share * random()));
}
