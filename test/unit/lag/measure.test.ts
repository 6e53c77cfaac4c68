import { expect, test } from 'vitest';
import { LagHistory } from '../../../src/lag/history.ts';
import { snapshotOf } from '../../../src/lag/measure.ts';
import { nothingRead, readingOf } from '../../../src/lag/reading.ts';
import { type GroupAnswers, lookUpsOf, recordEnds, recordGroup } from '../../../src/lag/sample.ts';
import type { GroupSnapshot, LagSubscription, PartitionSnapshot } from '../../../src/lag/snapshot.ts';
import { Fault } from '../../../src/ports/fault.ts';
import type { FoundRecord, GroupState } from '../../../src/ports/kafka.ts';

const tickMs = 5_000;
const denied = new Fault('kafka', 'denied', 'cannot read offsets of topic "orders": TOPIC_AUTHORIZATION_FAILED');
const refused = { ok: false as const, fault: denied };

/** What one poll found in partition 0 of topic "orders". */
interface Poll {
  end?: number;
  logStart?: number;
  committed?: number;
  state?: string;
}

const asked: LagSubscription = { groupId: 'payments', topics: ['orders'], offsetReset: 'Latest' };

const groupOf = (state = 'Stable'): GroupState => {
  const assignment = new Map([['orders', [0]]]);
  const members = [{ memberId: 'a', clientId: '', host: '', assignment, subscription: ['orders'] }];
  return { groupId: 'payments', protocol: 'classic', state, assignor: 'range', members };
};

function answersOf({ end, logStart = 0, committed, state }: Poll): GroupAnswers {
  const offsets = end === undefined ? undefined : { partition: 0, end: BigInt(end), logStart: BigInt(logStart) };
  const position = committed === undefined ? undefined : BigInt(committed);
  return {
    group: { ok: true, value: groupOf(state) },
    committed: { ok: true, value: new Map([['orders', new Map([[0, position]])]]) },
    offsets: new Map([['orders', { ok: true, value: new Map([[0, offsets]]) }]]),
  };
}

/** Polls a group every five seconds and returns the last snapshot. */
function snapshotAfter(polls: readonly GroupAnswers[], subscription: Partial<LagSubscription> = {}): GroupSnapshot {
  const history = new LagHistory(tickMs);
  const wanted = { ...asked, ...subscription };
  const snapshots = polls.map((answers, at) => {
    const { topics } = readingOf(wanted, answers.group, answers.committed, nothingRead);
    recordEnds(history, answers.offsets, at * tickMs);
    return snapshotOf(recordGroup(history, wanted, topics, answers, at * tickMs), topics);
  });
  const last = snapshots.at(-1);
  if (last === undefined) throw new Error('no polls');
  return last;
}

const times = (count: number, poll: Poll): Poll[] => Array.from({ length: count }, () => poll);

test.each<{
  it: string;
  reset?: LagSubscription['offsetReset'];
  polls: readonly Poll[];
  partition: Partial<PartitionSnapshot>;
  known?: boolean;
  problem?: string;
}>([
  { it: 'is what waits behind the committed offset', polls: [{ end: 100, committed: 70 }], partition: { lag: 30 } },
  {
    it: 'is zero at the end, and has no age',
    polls: [{ end: 100, committed: 100 }],
    partition: { lag: 0, lagSeconds: 0 },
  },
  {
    it: 'does not count what retention has removed',
    polls: [{ end: 100, logStart: 90, committed: 70 }],
    partition: { lag: 10 },
  },
  {
    it: 'is unknown when the brokers gave no offsets',
    polls: [{ committed: 70 }],
    partition: { lag: undefined, lagSeconds: undefined },
    known: false,
  },
  {
    it: 'is unknown when the position is past the end',
    polls: [{ end: 60, committed: 70 }],
    partition: { lag: undefined },
    known: false,
    problem:
      'group "payments" has a committed offset past the end of partition 0 of topic "orders": the topic was made anew or lost records',
  },
  {
    it: 'is all that is kept for a client that starts at the beginning',
    reset: 'Earliest',
    polls: [{ end: 100, logStart: 40 }],
    partition: { lag: 60, committed: undefined },
  },
  {
    it: 'is zero on a quiet topic for a client that starts at the end',
    polls: [{ end: 100 }, { end: 100 }],
    partition: { lag: 0 },
  },
  {
    it: 'is what came since the first look for a client that starts at the end',
    polls: [{ end: 100 }, { end: 130 }],
    partition: { lag: 30 },
  },
  {
    it: 'counts for such a client what is still kept of that',
    polls: [{ end: 100 }, { end: 150, logStart: 120 }],
    partition: { lag: 30 },
  },
  {
    it: 'has no time of waiting at the end',
    polls: times(3, { end: 100, committed: 100 }),
    partition: { lag: 0, idleMs: 0 },
  },
  {
    it: 'has no rate of commits from before the group forgot its offsets',
    polls: [{ end: 100, committed: 90 }, { end: 110 }, { end: 120, committed: 90 }],
    partition: { lag: 30, commitRate: undefined },
  },
  {
    it: 'is unknown for a client that does not say where it starts',
    reset: 'None',
    polls: [{ end: 100 }],
    partition: { lag: undefined },
    known: false,
    problem: 'group "payments" never committed partition 0 of topic "orders", and offsetReset is None',
  },
  {
    it: 'is zero in an empty partition, wherever the client starts',
    reset: 'None',
    polls: [{ end: 40, logStart: 40 }],
    partition: { lag: 0 },
  },
  {
    it: 'goes on from where the group was when its offsets are gone',
    polls: [{ end: 100 }, { end: 150, committed: 100 }, { end: 150 }, { end: 155 }],
    partition: { lag: 55, isForgotten: true },
  },
  {
    it: 'is all that is kept when offsets are gone, for a client that starts at the beginning',
    reset: 'Earliest',
    polls: [{ end: 150, committed: 100 }, { end: 150 }],
    partition: { lag: 150, isForgotten: true },
  },
  {
    it: 'is nobody’s any more when offsets are gone at the end',
    polls: [{ end: 150, committed: 150 }, { end: 150 }],
    partition: { lag: 0, isForgotten: false },
  },
  {
    it: 'goes on with the next commit',
    polls: [{ end: 150, committed: 100 }, { end: 150 }, { end: 150, committed: 140 }],
    partition: { lag: 10, isForgotten: false },
  },
  {
    it: 'is unknown when offsets are gone, for a client that does not say where it starts',
    reset: 'None',
    polls: [{ end: 150, committed: 100 }, { end: 150 }],
    partition: { lag: undefined },
    known: false,
    problem:
      'group "payments" has no committed offset any more of partition 0 of topic "orders", and offsetReset is None',
  },
  {
    it: 'is all that came since the topic was made anew',
    polls: [{ end: 100, committed: 30 }, { end: 0 }, { end: 40 }],
    partition: { lag: 40, isForgotten: false },
  },
  {
    it: 'is all that came since the topic was made anew, for a group that never committed as well',
    polls: [{ end: 100 }, { end: 20 }, { end: 40 }],
    partition: { lag: 40 },
  },
  {
    it: 'has the age of its oldest record',
    polls: [
      { end: 0, committed: 0 },
      { end: 50, committed: 0 },
      { end: 100, committed: 50 },
    ],
    partition: { lag: 50, lagSeconds: 5 },
  },
  {
    it: 'has no known age when it began before the first poll',
    polls: [
      { end: 100, committed: 70 },
      { end: 110, committed: 80 },
    ],
    partition: { lag: 30, lagSeconds: undefined },
  },
  {
    it: 'of two offsets that nobody ever commits counts while nobody has looked at them',
    polls: times(30, { end: 100, committed: 98 }),
    partition: { lag: 2, phantom: 0 },
  },
  {
    it: 'proves no age by two offsets that may be markers',
    polls: times(30, { end: 100, committed: 98 }),
    partition: { lag: 2, lagSecondsAtLeast: 0 },
  },
  {
    it: 'proves by more offsets than that how long something has waited at least',
    polls: times(31, { end: 100, committed: 97 }),
    partition: { lag: 3, lagSecondsAtLeast: 150 },
  },
  {
    it: 'is all of a log that is shorter than the position that the group had before its offsets were deleted',
    polls: [{ end: 7, committed: 100 }, { end: 7 }],
    partition: { lag: 7 },
  },
])('lag $it', ({ reset = 'Latest', polls, partition, known = true, problem }) => {
  const snapshot = snapshotAfter(polls.map(answersOf), { offsetReset: reset });
  expect(snapshot.partitions).toMatchObject([partition]);
  expect(snapshot.known).toBe(known);
  expect(snapshot.lagRecords).toBe(known ? partition.lag : undefined);
  expect(snapshot.phantomRecords).toBe(partition.phantom ?? 0);
  if (problem !== undefined) expect(snapshot.problem).toBe(problem);
});

const none = (until: bigint): FoundRecord => ({ kind: 'none', until });
const record = (offset: bigint): FoundRecord => ({ kind: 'record', offset, time: undefined });

test.each<{
  it: string;
  polls: readonly Poll[];
  looks: readonly (readonly [from: bigint, found: FoundRecord])[];
  lag: number;
  phantom: number;
}>([
  {
    it: 'however much it is, is none when there is no record in it',
    polls: [{ end: 9_000, committed: 60 }],
    looks: [[60n, none(9_000n)]],
    lag: 0,
    phantom: 8_940,
  },
  {
    it: 'is none for a group without members as well',
    polls: [{ end: 62, committed: 60, state: 'Empty' }],
    looks: [[60n, none(62n)]],
    lag: 0,
    phantom: 2,
  },
  {
    it: 'begins with the record that was found',
    polls: [{ end: 100, committed: 60 }],
    looks: [[60n, record(70n)]],
    lag: 30,
    phantom: 10,
  },
  {
    it: 'counts from where the look came to',
    polls: [{ end: 100, committed: 60 }],
    looks: [[60n, none(80n)]],
    lag: 20,
    phantom: 20,
  },
  {
    it: 'is what several looks make it that go on',
    polls: [{ end: 100, committed: 60 }],
    looks: [
      [60n, none(80n)],
      [80n, none(90n)],
      [90n, record(95n)],
    ],
    lag: 5,
    phantom: 35,
  },
  {
    it: 'is nothing that an earlier look elsewhere says',
    polls: [{ end: 100, committed: 60 }],
    looks: [
      [60n, none(70n)],
      [90n, none(100n)],
    ],
    lag: 40,
    phantom: 0,
  },
  {
    it: 'counts what came behind it',
    polls: [
      { end: 100, committed: 60 },
      { end: 103, committed: 60 },
    ],
    looks: [[60n, none(100n)]],
    lag: 3,
    phantom: 40,
  },
  {
    it: 'counts nothing that came with the look and after the poll',
    polls: [{ end: 100, committed: 60 }],
    looks: [[60n, none(105n)]],
    lag: 0,
    phantom: 40,
  },
  {
    it: 'counts in full for a group that was set back',
    polls: [
      { end: 100, committed: 60 },
      { end: 100, committed: 50 },
    ],
    looks: [[60n, none(100n)]],
    lag: 50,
    phantom: 0,
  },
  {
    it: 'counts in full for a group that has read on',
    polls: [
      { end: 100, committed: 60 },
      { end: 120, committed: 101 },
    ],
    looks: [[60n, none(100n)]],
    lag: 19,
    phantom: 0,
  },
  {
    it: 'counts in full in a log that was made anew',
    polls: [
      { end: 100, committed: 60 },
      { end: 80, committed: 60 },
      { end: 120, committed: 60 },
    ],
    looks: [[60n, none(100n)]],
    lag: 60,
    phantom: 0,
  },
])('what waits and was looked at $it', ({ polls, looks, lag, phantom }) => {
  const history = new LagHistory(tickMs);
  const samples = polls.map(answersOf).map((answers, at) => {
    recordEnds(history, answers.offsets, at * tickMs);
    const sample = recordGroup(history, asked, ['orders'], answers, at * tickMs);
    if (at === 0) for (const [from, found] of looks) sample.found[0]?.history.noteLook(from, found);
    return sample;
  });
  const last = samples.at(-1);
  expect(last && snapshotOf(last, ['orders'])).toMatchObject({ lagRecords: lag, phantomRecords: phantom });
});

test('what a partition holds that was added to a topic is lag, wherever the client starts', () => {
  const withPartitions = (...ends: number[]): GroupAnswers => {
    const offsets = ends.map((end, partition) => [partition, { partition, end: BigInt(end), logStart: 0n }] as const);
    return { ...answersOf({}), offsets: new Map([['orders', { ok: true, value: new Map(offsets) }]]) };
  };
  const snapshot = snapshotAfter([withPartitions(100, 50), withPartitions(100, 50, 80), withPartitions(100, 50, 90)]);
  expect(snapshot.partitions.map(({ lag }) => lag)).toEqual([0, 0, 90]);
});

test.each([
  { offsetReset: 'Latest', next: 'skips what waits' },
  { offsetReset: 'Earliest', next: 'begins with the first record that is kept' },
] as const)(
  'a group whose offsets are gone is told what a client does that starts at $offsetReset',
  ({ offsetReset, next }) => {
    const polls = [{ end: 150, committed: 100 }, { end: 150 }].map(answersOf);
    expect(snapshotAfter(polls, { offsetReset }).remarks).toEqual([
      `committed offsets of topic "orders" are gone: a client that starts ${next} (offsetReset ${offsetReset})`,
    ]);
  },
);

test('rates come with the second poll', () => {
  const first = { end: 100, committed: 90 };
  expect(snapshotAfter([answersOf(first)]).partitions).toMatchObject([
    { arrivalRate: undefined, commitRate: undefined },
  ]);
  const second = snapshotAfter([answersOf(first), answersOf({ end: 150, committed: 110 })]);
  expect(second.partitions).toMatchObject([{ arrivalRate: { short: 10, long: 10 }, commitRate: 4 }]);
});

test('offsets that could not be read do not count as forgotten', () => {
  const [before, between, after] = [70, 75, 80].map((committed) => answersOf({ end: 100, committed }));
  if (!before || !between || !after) throw new Error('no polls');
  const snapshot = snapshotAfter([before, { ...between, committed: refused }, after]);
  expect(snapshot.partitions).toMatchObject([{ commitRate: 1 }]);
});

test('the time between two commits is learned from the partitions that show one, in the order of partitions', () => {
  const at = (committed: number): GroupAnswers => ({
    group: { ok: true, value: groupOf() },
    committed: {
      ok: true,
      value: new Map([['orders', new Map([0, 1].map((id) => [id, id ? 7n : BigInt(committed)]))]]),
    },
    offsets: new Map([
      ['orders', { ok: true, value: new Map([1, 0].map((id) => [id, { partition: id, end: 100n, logStart: 0n }])) }],
    ]),
  });
  const snapshot = snapshotAfter([at(70), at(70), at(80), at(80), at(90)]);
  expect(snapshot.commitIntervalMs).toBeCloseTo(7_550);
  expect(snapshot.partitions.map(({ lag }) => lag)).toEqual([10, 93]);
});

const whole = answersOf({ end: 100, committed: 70 });
const noPartitions = new Map<number, undefined>();

test.each<{ it: string; answers: Partial<GroupAnswers>; problem: string; fault?: Fault }>([
  { it: 'its state could not be read', answers: { group: refused }, problem: denied.message, fault: denied },
  { it: 'its offsets could not be read', answers: { committed: refused }, problem: denied.message, fault: denied },
  {
    it: 'a topic could not be read',
    answers: { offsets: new Map([['orders', refused]]) },
    problem: denied.message,
    fault: denied,
  },
  {
    it: 'a topic has no partitions',
    answers: { offsets: new Map([['orders', { ok: true, value: noPartitions }]]) },
    problem: 'topic "orders" has no partitions',
  },
  {
    it: 'one partition is missing',
    answers: { offsets: new Map([['orders', { ok: true, value: new Map([[0, undefined]]) }]]) },
    problem: 'no offsets of partition 0 of topic "orders"',
  },
])('nothing is concluded about a group when $it', ({ answers, problem, fault }) => {
  const snapshot = snapshotAfter([{ ...whole, ...answers }]);
  expect(snapshot).toMatchObject({ known: false, problem, fault, lagRecords: undefined, lagSeconds: undefined });
});

test('what is known of one partition stays visible when another is not', () => {
  const offsets = new Map([
    [0, { partition: 0, end: 100n, logStart: 0n }],
    [1, undefined],
  ] as const);
  const snapshot = snapshotAfter([{ ...whole, offsets: new Map([['orders', { ok: true, value: offsets }]]) }]);
  expect(snapshot.partitions).toMatchObject([{ lag: 30 }, { lag: undefined }]);
  expect(snapshot.known).toBe(false);
});

test.each<{ it: string; polls: readonly Poll[]; wanted: readonly bigint[] }>([
  { it: 'a lag that began before the first poll', polls: [{ end: 100, committed: 70 }], wanted: [70n] },
  { it: 'none when there is no lag', polls: [{ end: 100, committed: 100 }], wanted: [] },
  { it: 'none when nothing is known', polls: [{ committed: 70 }], wanted: [] },
  {
    it: 'none for a lag whose beginning was seen',
    polls: [
      { end: 100, committed: 100 },
      { end: 150, committed: 100 },
    ],
    wanted: [],
  },
  {
    it: 'what a group stands before for ten seconds',
    polls: [{ end: 0, committed: 0 }, ...times(3, { end: 50, committed: 0 })],
    wanted: [0n],
  },
  {
    it: 'none while it has not stood there for so long',
    polls: [{ end: 0, committed: 0 }, ...times(2, { end: 50, committed: 0 })],
    wanted: [],
  },
  {
    it: 'none within two commits of a group that commits seldom',
    polls: [
      { end: 0, committed: 0 },
      ...times(3, { end: 100, committed: 0 }),
      ...times(4, { end: 100, committed: 50 }),
    ],
    wanted: [],
  },
  {
    it: 'what such a group stands before for longer',
    polls: [
      { end: 0, committed: 0 },
      ...times(3, { end: 100, committed: 0 }),
      ...times(5, { end: 100, committed: 50 }),
    ],
    wanted: [50n],
  },
])('records are looked at for $it', ({ polls, wanted }) => {
  const history = new LagHistory(tickMs);
  const samples = polls.map(answersOf).map((answers, at) => {
    recordEnds(history, answers.offsets, at * tickMs);
    return recordGroup(history, asked, ['orders'], answers, at * tickMs);
  });
  const last = samples.at(-1);
  expect(last && lookUpsOf(last, 30_000).map(({ offset }) => offset)).toEqual(wanted);
});
