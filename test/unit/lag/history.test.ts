import { expect, test } from 'vitest';
import { LagHistory } from '../../../src/lag/history.ts';
import { PositionHistory } from '../../../src/lag/position.ts';
import { OffsetSeries } from '../../../src/lag/series.ts';
import type { GroupState } from '../../../src/ports/kafka.ts';

const tickMs = 5_000;
const groupHistory = () => new LagHistory(tickMs).group('payments');

function groupOf(state: string, assignments: Record<string, readonly number[]>): GroupState {
  const members = Object.entries(assignments).map(([memberId, numbers]) => {
    return { memberId, clientId: '', host: '', assignment: new Map([['orders', numbers]]), subscription: ['orders'] };
  });
  return { groupId: 'payments', protocol: 'classic', state, assignor: 'range', members };
}

const stable = groupOf('Stable', { a: [0, 1], b: [2] });

test.each<{ it: string; states: readonly (GroupState | undefined)[]; sinceMs: number | undefined }>([
  { it: 'from when it was first seen', states: [stable, stable, stable], sinceMs: 0 },
  {
    it: 'although members are listed in another order',
    states: [stable, groupOf('Stable', { b: [2], a: [1, 0] })],
    sinceMs: 0,
  },
  { it: 'anew when a partition moves', states: [stable, groupOf('Stable', { a: [0], b: [1, 2] })], sinceMs: 5_000 },
  {
    it: 'anew after a rebalance that changed nothing',
    states: [stable, groupOf('PreparingRebalance', {}), stable],
    sinceMs: 10_000,
  },
  { it: 'anew after its state could not be read', states: [stable, undefined, stable], sinceMs: 10_000 },
  { it: 'not while it rebalances', states: [stable, groupOf('CompletingRebalance', {})], sinceMs: undefined },
])('a group is steady $it', ({ states, sinceMs }) => {
  const history = groupHistory();
  for (const [at, state] of states.entries()) history.seeState(state, at * tickMs);
  expect(history.steadySinceMs).toBe(sinceMs);
});

test.each<{ it: string; gaps: readonly number[][]; intervalMs: number; windowMs: number }>([
  { it: 'a tick before any commit was seen', gaps: [], intervalMs: 5_000, windowMs: 20_000 },
  { it: 'a tick when commits come faster than polls', gaps: [[1_000], [1_000]], intervalMs: 5_000, windowMs: 20_000 },
  { it: 'nearer to what is seen with each commit', gaps: [[15_000]], intervalMs: 8_000, windowMs: 24_000 },
  {
    it: 'by the median partition, not by one that stood still',
    gaps: [[15_000, 15_000, 900_000]],
    intervalMs: 8_000,
    windowMs: 24_000,
  },
  { it: 'a minute at most', gaps: Array.from({ length: 30 }, () => [600_000]), intervalMs: 60_000, windowMs: 180_000 },
])('the commit interval is $it', ({ gaps, intervalMs, windowMs }) => {
  const history = groupHistory();
  for (const gap of gaps) history.seeCommitGaps(gap);
  expect(history.commitIntervalMs).toBe(intervalMs);
  expect(history.commitWindowMs).toBe(windowMs);
});

test('how long records waited for a commit is told when it comes, and quiet times do not count', () => {
  const position = new PositionHistory();
  const polls = [
    { committed: 10n, waiting: false },
    { committed: 10n, waiting: true },
    { committed: 10n, waiting: true },
    { committed: 20n, waiting: true },
    { committed: 30n, waiting: false },
    { committed: 30n, waiting: false },
    { committed: 40n, waiting: false },
  ];
  const waited = polls.map((poll, at) => position.see(poll, at * tickMs));
  expect(waited).toEqual([undefined, undefined, undefined, 10_000, 5_000, undefined, undefined]);
});

test('a position stands still as long as records wait and nothing is committed', () => {
  const position = new PositionHistory();
  const idle = [true, true, true, false, true].map((waiting, at) => {
    position.see({ committed: at === 2 ? 20n : at > 2 ? 20n : 10n, waiting }, at * tickMs);
    return position.idleMs(at * tickMs);
  });
  expect(idle).toEqual([0, 5_000, 0, 0, 0]);
});

test.each<{ it: string; offset: number; appendedMs: number | undefined }>([
  { it: 'is that of the samples where they reach', offset: 150, appendedMs: 105_000 },
  { it: 'is the record’s own where it was looked up', offset: 20, appendedMs: 40_000 },
  { it: 'lies between a looked-up record and the first sample', offset: 60, appendedMs: 70_000 },
  { it: 'is unknown before the record that was looked up', offset: 19, appendedMs: undefined },
])('the time of an old record $it', ({ offset, appendedMs }) => {
  const ends = new OffsetSeries();
  ends.add(100, 100_000);
  ends.add(200, 110_000);
  const position = new PositionHistory();
  position.anchor = { offset: 20, appendedMs: 40_000 };
  expect(position.appendedMs(offset, ends)).toBe(appendedMs);
});

test('a record that claims to be younger than our first look is as old as that', () => {
  const ends = new OffsetSeries();
  ends.add(100, 100_000);
  const position = new PositionHistory();
  position.anchor = { offset: 20, appendedMs: 900_000 };
  expect(position.appendedMs(20, ends)).toBe(100_000);
  expect(position.appendedMs(60, ends)).toBe(100_000);
});

test('what was looked up says nothing of a log that was made anew', () => {
  const position = new PositionHistory();
  position.seeLog({ partition: 0, logStart: 0n, end: 200n }, false);
  position.anchor = { offset: 20, appendedMs: 40_000 };
  position.seeLog({ partition: 0, logStart: 0n, end: 201n }, false);
  expect(position.anchor).toBeDefined();
  position.seeLog({ partition: 0, logStart: 0n, end: 100n }, false);
  expect(position.anchor).toBeUndefined();
});

test('what nobody asks about any more is forgotten', () => {
  const history = new LagHistory(tickMs);
  history.ends('orders', 0).add(5, 0);
  history.group('payments').position('orders', 0).series.add(3, 0);
  history.retain(new Set(['others']), new Set(['payments']));
  expect(history.ends('orders', 0).points).toBe(0);
  expect(history.group('payments').position('orders', 0).series.points).toBe(0);
});
