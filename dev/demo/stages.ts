import type { History } from './history.ts';

/** A part of a run: how many orders come, and when it is over. */
export interface Stage {
  name: string;
  /** What happens in it, for people. */
  says: string;
  /** Orders per second. */
  rate(elapsedMs: number): number;
  isOver(history: History, elapsedMs: number): boolean;
  /** It has failed when it is not over by then. */
  withinMs: number;
}

const calmRate = 10;
const burstRate = 60;
const minuteMs = 60_000;
const patienceMs = 10 * minuteMs;
/** Two polls of the operator: what it still had to write is written. */
const atRestMs = 10_000;

const lasts = (seconds: number) => ({
  isOver: (_: History, elapsedMs: number) => elapsedMs >= seconds * 1_000,
  withinMs: patienceMs,
});

/** Names that the checks refer to. */
export const Stages = {
  calm: 'calm',
  burst: 'burst',
  drain: 'drain',
  shrink: 'shrink',
  empty: 'empty',
  quiet: 'quiet',
};

/** What `--check` goes through. */
export const checkStages: readonly Stage[] = [
  { name: Stages.calm, says: 'a few orders, for 30 s', rate: () => calmRate, ...lasts(30) },
  {
    name: Stages.burst,
    says: 'three times what one replica of a service can do, for 60 s',
    rate: () => burstRate,
    ...lasts(60),
  },
  {
    name: Stages.drain,
    says: 'a few orders again; until the lag of every consumer is within its objective',
    rate: () => calmRate,
    isOver: isWithinObjectives,
    withinMs: patienceMs,
  },
  {
    name: Stages.shrink,
    says: 'still a few; until the first consumer has shrunk',
    rate: () => calmRate,
    isOver: hasShrunk,
    withinMs: patienceMs,
  },
  {
    name: Stages.empty,
    says: 'no more orders; until all are shipped and no consumer has a size to change',
    rate: () => 0,
    isOver: (history) => history.settledMs() >= atRestMs,
    withinMs: patienceMs,
  },
  { name: Stages.quiet, says: 'nothing to do, for 30 s', rate: () => 0, ...lasts(30) },
];

function isWithinObjectives({ latest }: History): boolean {
  return latest?.consumers.every(({ withinObjective }) => withinObjective) ?? false;
}

function hasShrunk({ moves }: History): boolean {
  return moves.some(({ stage, from, to }) => to < from && stage !== Stages.calm && stage !== Stages.burst);
}

const wave = { lowest: 5, highest: 45, periodMs: 10 * minuteMs, startsAt: 0.15 };

/** Squared, a cosine leaves the low half long enough for consumers to shrink in it. */
export function waveRate(elapsedMs: number): number {
  const turn = elapsedMs / wave.periodMs + wave.startsAt;
  const height = (1 - Math.cos(2 * Math.PI * turn)) / 2;
  return wave.lowest + (wave.highest - wave.lowest) * height ** 2;
}

/** What people watch until they have seen enough. */
export const showStages: readonly Stage[] = [
  {
    name: 'wave',
    says: `orders come and go in a wave of ${wave.periodMs / minuteMs} minutes`,
    rate: waveRate,
    isOver: () => false,
    withinMs: Number.POSITIVE_INFINITY,
  },
];
