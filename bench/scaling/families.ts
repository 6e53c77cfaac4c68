import type { Trace, World } from '../../src/simulate/trace.ts';
import { type Chance, chanceFrom } from './random.ts';

/** Part of what all partitions together can process that comes in at a second; no less than 0. */
type Load = (second: number) => number;

interface Setting {
  chance: Chance;
  seconds: number;
  partitions: number;
  rate: number;
}

interface Family {
  name: string;
  load(setting: Setting): Load;
  /** By how much a second may differ from its load. Default: a tenth. */
  noise?: number;
  /** What is not as in the other families. */
  world?(setting: Setting): Partial<World>;
  weights?(setting: Setting): readonly number[];
  /** What one member can process; default: 50 to 400 records per second. */
  rate?(chance: Chance): number;
}

const wave = (second: number, seconds: number, waves: number) =>
  (1 - Math.cos((2 * Math.PI * waves * second) / seconds)) / 2;

/** Loads as they come in practice. Levels are drawn so that the most of them can be met at all. */
const families: readonly Family[] = [
  {
    name: 'steady',
    load({ chance }) {
      const level = chance.between(0.1, 0.6);
      return () => level;
    },
  },
  {
    name: 'step',
    load({ chance, seconds }) {
      const [low, high] = [chance.between(0.04, 0.1), chance.between(0.4, 0.7)];
      const [from, to] = [chance.between(0.2, 0.4), chance.between(0.6, 0.8)];
      return (second) => (second >= from * seconds && second < to * seconds ? high : low);
    },
  },
  {
    name: 'ramp',
    load({ chance, seconds }) {
      const [low, high] = [chance.between(0.03, 0.1), chance.between(0.5, 0.75)];
      return (second) => low + (high - low) * (1 - Math.abs(1 - (2 * second) / seconds));
    },
  },
  {
    name: 'wave',
    load({ chance, seconds }) {
      const [low, high, waves] = [chance.between(0.05, 0.1), chance.between(0.5, 0.7), chance.whole(1, 6)];
      return (second) => low + (high - low) * wave(second, seconds, waves);
    },
  },
  {
    name: 'burst',
    load({ chance, seconds }) {
      const [from, lasts, high] = [chance.between(0.2, 0.6) * seconds, chance.between(20, 60), chance.between(1.5, 3)];
      return (second) => (second >= from && second < from + lasts ? high : 0.02);
    },
  },
  {
    name: 'spikes',
    load({ chance }) {
      const [every, lasts] = [chance.between(300, 900), chance.between(20, 90)];
      const [low, high] = [chance.between(0.04, 0.1), chance.between(0.4, 0.7)];
      return (second) => (second % every < lasts ? high : low);
    },
  },
  {
    name: 'batch',
    load({ chance }) {
      // All partitions together need 15 to 40 s for a batch.
      const [every, work] = [chance.pick([60, 60, 120, 300]), chance.between(15, 40)];
      return (second) => (second % every < 2 ? work / 2 : 0);
    },
  },
  {
    name: 'on-off',
    load({ chance, seconds }) {
      const level = chance.between(0.2, 0.6);
      const on: boolean[] = [];
      while (on.length < seconds) on.push(...new Array<boolean>(chance.whole(120, 900)).fill(chance.next() < 0.5));
      return (second) => (on[second] ? level : 0);
    },
  },
  {
    name: 'jumpy',
    noise: 0.6,
    load({ chance, seconds }) {
      const levels = Array.from({ length: Math.ceil(seconds / 300) }, () => chance.between(0.05, 0.65));
      return (second) => levels[Math.floor(second / 300)] ?? 0;
    },
  },
  {
    name: 'slow',
    rate: (chance) => chance.between(0.2, 2),
    load({ chance, seconds }) {
      const [low, high] = [chance.between(0.05, 0.1), chance.between(0.4, 0.6)];
      return (second) => low + (high - low) * wave(second, seconds, 2);
    },
  },
  {
    name: 'skewed',
    weights: ({ partitions, chance }) => {
      const power = chance.between(0.1, 0.4);
      return Array.from({ length: partitions }, (_, at) => 1 / (at + 1) ** power);
    },
    load({ chance, seconds }) {
      const high = chance.between(0.25, 0.4);
      return (second) => 0.05 + (high - 0.05) * wave(second, seconds, 2);
    },
  },
  {
    name: 'slower-members',
    load({ chance }) {
      const level = chance.between(0.2, 0.35);
      return () => level;
    },
    world: ({ rate, seconds }) => ({
      ratePerMember: Array.from({ length: seconds }, (_, second) => rate * (1 - (0.5 * second) / seconds)),
    }),
  },
  {
    name: 'downstream',
    load({ chance, seconds }) {
      const high = chance.between(0.5, 0.7);
      return (second) => 0.05 + (high - 0.05) * wave(second, seconds, 1);
    },
    world: ({ partitions, rate }) => ({ downstreamPerSecond: 0.4 * partitions * rate }),
  },
  {
    name: 'stuck',
    load({ chance, seconds }) {
      const high = chance.between(0.3, 0.5);
      return (second) => 0.05 + (high - 0.05) * wave(second, seconds, 2);
    },
    world: ({ chance, partitions, seconds }) => ({
      stuck: [{ partition: chance.whole(0, partitions - 1), from: Math.round(seconds / 4), to: seconds }],
    }),
  },
];

export const familyNames = [...families.map(({ name }) => name), 'sparse'];

export interface TraceSize {
  seconds: number;
  maxLagSeconds: number;
}

/** One trace of a family. The same seed gives the same trace. */
export function traceOf(name: string, seed: number, size: TraceSize): Trace {
  if (name === 'sparse') return sparseTrace(seed, size);
  const family = families.find((one) => one.name === name);
  if (family === undefined) throw new Error(`there is no family "${name}"`);
  const chance = chanceFrom(seed * 7919 + familyNames.indexOf(name));
  const partitions = chance.pick([6, 12, 12, 17, 24, 32]);
  const rate = Math.round((family.rate?.(chance) ?? chance.between(50, 400)) * 100) / 100;
  const setting = { chance, partitions, rate, seconds: size.seconds };
  const load = family.load(setting);
  const { noise = 0.1 } = family;
  const perSecond = Array.from({ length: size.seconds }, (_, second) => {
    const swing = 1 + noise * (2 * chance.next() - 1);
    return Math.max(0, load(second)) * partitions * rate * swing;
  });
  const weights = family.weights?.(setting);
  return {
    name: `${name}-${seed}`,
    seconds: size.seconds,
    partitions,
    ...(weights && { weights }),
    arrivals: { perSecond },
    world: { ...worldOf(chance, rate), ...family.world?.(setting) },
    ...limitsOf(partitions, rate, perSecond, size),
  };
}

/** Many partitions, each silent for most of the time and busy in bursts, with a steady sum. */
function sparseTrace(seed: number, size: TraceSize): Trace {
  const chance = chanceFrom(seed * 7919 + familyNames.indexOf('sparse'));
  const [partitions, rate] = [48, Math.round(chance.between(50, 200))];
  const level = chance.between(0.08, 0.15) * partitions * rate;
  const perPartition = Array.from({ length: partitions }, () => new Array<number>(size.seconds).fill(0));
  for (let second = 0; second < size.seconds; second += 1) {
    const at = perPartition[chance.whole(0, partitions - 1)];
    if (at) at[second] = level;
  }
  return {
    name: `sparse-${seed}`,
    seconds: size.seconds,
    partitions,
    arrivals: { perPartition },
    world: worldOf(chance, rate),
    ...limitsOf(partitions, rate, [level], size),
  };
}

/** It begins with a size that is enough for the first minutes, as one does that has run for long. */
export function limitsOf(
  partitions: number,
  rate: number,
  perSecond: readonly number[],
  { maxLagSeconds }: TraceSize,
): Pick<Trace, 'objective' | 'replicas'> {
  const first = perSecond.slice(0, 300);
  const mean = first.reduce((sum, records) => sum + records, 0) / first.length;
  const replicas = Math.min(partitions, Math.max(1, Math.ceil(mean / rate / 0.7)));
  return { objective: { maxLagSeconds, minReplicas: 1, maxReplicas: partitions }, replicas };
}

/** Pods, members and commits as they come in practice. */
export function worldOf(chance: Chance, ratePerMember: number): World {
  return {
    ratePerMember,
    podStartSeconds: chance.whole(5, 40),
    rebalanceSeconds: chance.whole(2, 8),
    protocol: chance.pick(['eager', 'eager', 'cooperative', 'consumer']),
    commitSeconds: chance.pick([1, 5, 5]),
  };
}
