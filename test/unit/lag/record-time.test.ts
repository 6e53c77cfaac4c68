import { expect, it } from 'vitest';
import { believe, longestKeptMs } from '../../../src/lag/record-time.ts';

const now = new Date('2026-01-10T00:00:00Z');
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const ago = (ms: number) => new Date(now.getTime() - ms);

it.each<{ it: string; time: Date | undefined; keptMs?: number; ms?: number; why?: string }>([
  { it: 'of now is of no age', time: now, ms: 0 },
  { it: 'of before is as old as it says', time: ago(dayMs), ms: dayMs },
  { it: 'of a clock that is a minute ahead is believed', time: ago(-60_000), ms: -60_000 },
  { it: 'of later says nothing', time: ago(-60_001), why: 'one in the future' },
  { it: 'that is none says nothing', time: undefined, why: 'none' },
  { it: 'as old as its topic keeps is believed', time: ago(dayMs), keptMs: dayMs, ms: dayMs },
  { it: 'of longer ago says nothing', time: ago(dayMs + 1), keptMs: dayMs, why: 'longer ago than its topic keeps' },
  { it: 'of years ago is believed of a topic that keeps all', time: ago(3_000 * dayMs), ms: 3_000 * dayMs },
  { it: 'of before records had this format says nothing', time: new Date('2017-06-27'), why: 'longer ago than' },
])('a time $it', ({ time, keptMs, ms, why = '' }) => {
  const expected = ms === undefined ? { kind: 'doubt', why: expect.stringContaining(why) } : { kind: 'age', ms };
  expect(believe(time, now, keptMs)).toEqual(expected);
});

it.each<{ it: string; settings: Record<string, string | undefined>; keptMs: number | undefined }>([
  { it: 'keeps a record for its segment besides', settings: {}, keptMs: 9 * dayMs + hourMs },
  { it: 'that compacts, too, deletes', settings: { 'cleanup.policy': 'compact,delete' }, keptMs: 9 * dayMs + hourMs },
  { it: 'that only compacts keeps records for ever', settings: { 'cleanup.policy': 'compact' }, keptMs: undefined },
  { it: 'without a limit keeps them for ever', settings: { 'retention.ms': '-1' }, keptMs: undefined },
  { it: 'whose limit is not told may keep them for ever', settings: { 'retention.ms': undefined }, keptMs: undefined },
])('a topic $it', ({ settings, keptMs }) => {
  const given = {
    'cleanup.policy': 'delete',
    'retention.ms': `${7 * dayMs}`,
    'segment.ms': `${2 * dayMs}`,
    ...settings,
  };
  const config = Object.entries(given).map(([key, value]) => [key, { value, overridden: false }] as const);
  expect(longestKeptMs(new Map(config))).toBe(keptMs);
});
