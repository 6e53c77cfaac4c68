import { describe, expect, it, test } from 'vitest';
import type { Assessment } from '../../../src/scaling/assessment.ts';
import type { GroupFacts, ScalingFacts } from '../../../src/scaling/facts.ts';
import { count, learn, noteReplicas } from '../../../src/scaling/learn.ts';
import { loadsOf } from '../../../src/scaling/rates.ts';
import type { EngineState } from '../../../src/scaling/state.ts';
import { evenPartitions, factsOf, groupOf, nowMs, watchedState } from './samples.ts';

const measured = { rate: 100, measured: true, overloaded: true };
const hourMs = 3_600_000;

describe('a size that changed', () => {
  const before = { atMs: nowMs - 1, replicas: 3 };
  const change = (from: number, to: number, state: Partial<EngineState> = {}, group?: GroupFacts) =>
    noteReplicas(watchedState(from, { window: [before], ...state }), factsOf(to, group), nowMs);

  const rows: { it: string; state: EngineState; trial?: EngineState['trial']; window: EngineState['window'] }[] = [
    {
      it: 'by our growth is tried, against what members are known to do',
      state: change(2, 4, { capacity: measured, asked: { from: 2, to: 4 } }),
      trial: { atMs: nowMs, from: 2, to: 4, rate: 100 },
      window: [{ atMs: nowMs, replicas: 4 }],
    },
    {
      it: 'by our growth is tried, against what members do on average where no more is known',
      state: change(2, 4, { asked: { from: 2, to: 4 } }, groupOf(2, evenPartitions(2, 80))),
      trial: { atMs: nowMs, from: 2, to: 4, rate: 40 },
      window: [{ atMs: nowMs, replicas: 4 }],
    },
    {
      it: 'by our growth is not tried where nothing is done',
      state: change(2, 4, { asked: { from: 2, to: 4 } }, groupOf(2, evenPartitions(2, 0))),
      window: [{ atMs: nowMs, replicas: 4 }],
    },
    {
      it: 'by our growth is not tried where nothing is known',
      state: change(2, 4, { asked: { from: 2, to: 4 } }),
      window: [{ atMs: nowMs, replicas: 4 }],
    },
    {
      it: 'by somebody else’s growth is not tried, and has the window to prove itself',
      state: change(2, 4, { capacity: measured, asked: { from: 2, to: 3 } }),
      window: [{ atMs: nowMs, replicas: 4 }],
    },
    {
      it: 'by our shrinking says nothing of what is enough',
      state: change(4, 2, { capacity: measured, asked: { from: 4, to: 2 } }),
      window: [before],
    },
    {
      it: 'by somebody else’s shrinking has the window to prove itself',
      state: change(4, 2, { capacity: measured }),
      window: [before, { atMs: nowMs, replicas: 2 }],
    },
  ];

  it.each(rows)('$it', ({ state, trial, window }) => {
    expect(state).toMatchObject({ asked: undefined, overPolls: 0, window });
    expect(state.trial).toEqual(trial);
  });

  it('is remembered with its direction for an hour', () => {
    const moves = [hourMs, hourMs - 1].map((agoMs) => ({ atMs: nowMs - agoMs, direction: 'down' as const }));
    expect(change(2, 4, { moves }).moves).toEqual([moves[1], { atMs: nowMs, direction: 'up' }]);
    expect(change(4, 2).moves).toEqual([{ atMs: nowMs, direction: 'down' }]);
  });

  it('is none while it stays', () => {
    const state = watchedState(2, { asked: { from: 2, to: 4 } });
    expect(noteReplicas(state, factsOf(2, undefined), nowMs)).toBe(state);
  });
});

/** Four members that always have work, and do `each` records per second. */
const busyGroup = (each: number, changes: Partial<GroupFacts> = {}) =>
  groupOf(4, evenPartitions(4, 4 * each, { lag: 9_000, lagSeconds: 60 }), {
    steadySinceMs: nowMs - 60_000,
    ...changes,
  });

const learned = (group: GroupFacts, state: Partial<EngineState> = {}, facts: Partial<ScalingFacts> = {}) =>
  learn(watchedState(4, state), factsOf(4, group, facts), group, nowMs);

describe('the trial of a growth', () => {
  const trial = { atMs: nowMs - 100_000, from: 2, to: 4, rate: 100 };
  const brake = { untilMs: nowMs - 1, lengthMs: 600_000 };
  const rows: { it: string; state: EngineState; expected: Partial<EngineState> }[] = [
    {
      it: 'ends well when members do as much as before, and lifts the brake',
      state: learned(busyGroup(100), { trial, brake }),
      expected: { trial: undefined, brake: undefined },
    },
    {
      it: 'ends with a longer brake when they share what was done before, which teaches nothing about them',
      state: learned(busyGroup(50), { trial, brake, capacity: measured }),
      expected: { trial: undefined, brake: { untilMs: nowMs + 1_200_000, lengthMs: 1_200_000 }, capacity: measured },
    },
    {
      it: 'ends when nobody is busy any more, and leaves the brake',
      state: learned(groupOf(4, evenPartitions(4, 40), { steadySinceMs: nowMs - 60_000 }), { trial, brake }),
      expected: { trial: undefined, brake },
    },
    {
      it: 'goes on until all replicas are ready',
      state: learn(watchedState(4, { trial }), factsOf(4, busyGroup(50), { ready: 3 }), busyGroup(50), nowMs),
      expected: { trial, brake: undefined },
    },
    {
      it: 'goes on while the group is not steady',
      state: learned(busyGroup(50, { steadySinceMs: nowMs - 19_999 }), { trial }),
      expected: { trial, brake: undefined },
    },
    {
      it: 'goes on while the group is as it was before',
      state: learned(busyGroup(50, { steadySinceMs: trial.atMs }), { trial }),
      expected: { trial, brake: undefined },
    },
    {
      it: 'waits, and nothing is learned, under the brake',
      state: learned(busyGroup(50), { trial, brake: { ...brake, untilMs: nowMs + 1 }, capacity: measured }),
      expected: { trial, brake: { ...brake, untilMs: nowMs + 1 }, capacity: measured },
    },
    {
      it: 'is over with the brake',
      state: learned(busyGroup(100), { trial, brake: { ...brake, untilMs: nowMs } }),
      expected: { trial: undefined, brake: undefined },
    },
  ];

  it.each(rows)('$it', ({ state, expected }) => {
    for (const [field, value] of Object.entries(expected)) expect(state).toHaveProperty(field, value);
  });
});

describe('what is known', () => {
  it.each([
    { it: 'goes on over a gap of a minute', gapMs: 60_000, firstMs: 0, noted: [] },
    { it: 'begins anew after a longer one', gapMs: 60_001, firstMs: nowMs, noted: [{ atMs: nowMs, replicas: 4 }] },
  ])('$it', ({ gapMs, firstMs, noted }) => {
    const known = { firstMs: 0, lastMs: nowMs - gapMs };
    expect(learned(busyGroup(10), { known })).toMatchObject({ known: { firstMs, lastMs: nowMs }, window: noted });
  });

  it('stays as it is after a snapshot that says nothing', () => {
    const state = watchedState(4);
    const group = busyGroup(10, { known: false });
    expect(learn(state, factsOf(4, group), group, nowMs)).toEqual({ ...state, sampledAtMs: nowMs });
  });
});

describe('how many members a replica has', () => {
  const group = busyGroup(10);
  const twoEach = (state: Partial<EngineState> = {}, facts: Partial<ScalingFacts> = {}, changes = {}) =>
    learn(watchedState(2, state), factsOf(2, group, facts), { ...group, ...changes }, nowMs).membersPerReplica;
  const movedMs = (agoMs: number) => ({ moves: [{ atMs: nowMs - agoMs, direction: 'up' as const }] });

  it.each([
    { it: 'is counted', members: twoEach(), expected: 2 },
    { it: 'is counted two minutes after a change', members: twoEach(movedMs(120_000)), expected: 2 },
    { it: 'stays as it was sooner', members: twoEach(movedMs(119_999)), expected: 1 },
    { it: 'stays while replicas start', members: twoEach({}, { ready: 1 }), expected: 1 },
    { it: 'stays while there are none', members: twoEach({}, { replicas: 0, ready: 0 }), expected: 1 },
    { it: 'stays while the group changes', members: twoEach({}, {}, { steadySinceMs: undefined }), expected: 1 },
    { it: 'is never less than one', members: twoEach({}, { replicas: 9, ready: 9 }), expected: 1 },
  ])('$it', ({ members, expected }) => {
    expect(members).toBe(expected);
  });
});

describe('a snapshot that is counted', () => {
  const group = busyGroup(10);
  const loads = loadsOf(group) ?? [];
  const assessed = (changes: Partial<Assessment> = {}): Assessment => ({
    group,
    loads,
    arrival: 40,
    backlog: 0,
    lagSeconds: 0,
    progressing: true,
    settled: true,
    stuck: [],
    need: 4,
    enough: 3,
    unmet: undefined,
    sizes: [1, 2, 4],
    memberRate: 10,
    hot: [],
    ...changes,
  });
  const state = watchedState(4, { need: 4, overPolls: 2 });

  test('and asks for no more ends the count, and notes what would be enough', () => {
    expect(count(state, assessed(), nowMs)).toMatchObject({
      overPolls: 0,
      need: 4,
      rising: false,
      capacity: state.capacity,
      window: [{ atMs: nowMs, replicas: 3 }],
    });
  });

  test('and asks for more goes on with the count, and says that it is a new high', () => {
    const counted = count(state, assessed({ need: 5 }), nowMs);
    expect(counted).toMatchObject({ overPolls: 3, need: 5, rising: true, capacity: state.capacity });
  });

  test.each([
    { it: 'teaches what members do at most while nobody knows that', changes: { memberRate: undefined }, taught: true },
    {
      it: 'teaches nothing before the group is settled',
      changes: { memberRate: undefined, settled: false },
      taught: false,
    },
    { it: 'teaches nothing where the rate is known', changes: {}, taught: false },
  ])('and asks for more $it', ({ changes, taught }) => {
    const { capacity } = count(state, assessed({ need: 5, ...changes }), nowMs);
    expect(capacity).toEqual(taught ? { rate: 10, measured: true, overloaded: true } : state.capacity);
  });

  test('and could not be assessed counts as a need for what is there', () => {
    expect(count(state, undefined, nowMs)).toMatchObject({ overPolls: 0, window: [{ atMs: nowMs, replicas: 4 }] });
  });
});
