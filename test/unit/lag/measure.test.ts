import { expect, test } from 'vitest';
import { LagHistory } from '../../../src/lag/history.ts';
import { snapshotOf } from '../../../src/lag/measure.ts';
import { nothingRead, readingOf } from '../../../src/lag/reading.ts';
import { type GroupAnswers, lookUpsOf, recordEnds, recordGroup } from '../../../src/lag/sample.ts';
import type { GroupSnapshot, LagSubscription, PartitionSnapshot } from '../../../src/lag/snapshot.ts';
import { Fault } from '../../../src/ports/fault.ts';
import type { GroupState } from '../../../src/ports/kafka.ts';

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
  const asked: LagSubscription = { groupId: 'payments', topics: ['orders'], offsetReset: 'Latest', ...subscription };
  const snapshots = polls.map((answers, at) => {
    const { topics } = readingOf(asked, answers.group, answers.committed, nothingRead);
    recordEnds(history, answers.offsets, at * tickMs);
    return snapshotOf(recordGroup(history, asked, topics, answers, at * tickMs), topics);
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
    it: 'starts anew when a group forgets its offsets',
    polls: [{ end: 100 }, { end: 130, committed: 130 }, { end: 150 }, { end: 155 }],
    partition: { lag: 5 },
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
    it: 'of two offsets that nobody ever commits is none after a minute',
    polls: times(13, { end: 100, committed: 98 }),
    partition: { lag: 0, phantom: 2, lagSeconds: 0, idleMs: 0 },
  },
  {
    it: 'of two offsets counts for a minute',
    polls: times(12, { end: 100, committed: 98 }),
    partition: { lag: 2, phantom: 0 },
  },
  {
    it: 'of two offsets counts for a minute after the log last grew',
    polls: [...times(20, { end: 98, committed: 98 }), { end: 100, committed: 98 }],
    partition: { lag: 2, phantom: 0 },
  },
  {
    it: 'of two offsets counts for a minute after the last commit',
    polls: [...times(20, { end: 100, committed: 90 }), { end: 100, committed: 98 }],
    partition: { lag: 2, phantom: 0 },
  },
  {
    it: 'of three offsets always counts',
    polls: times(30, { end: 100, committed: 97 }),
    partition: { lag: 3, phantom: 0 },
  },
  {
    it: 'of two offsets counts where no member reads',
    polls: times(30, { end: 100, committed: 98, state: 'Empty' }),
    partition: { lag: 2, phantom: 0 },
  },
])('lag $it', ({ reset = 'Latest', polls, partition, known = true, problem }) => {
  const snapshot = snapshotAfter(polls.map(answersOf), { offsetReset: reset });
  expect(snapshot.partitions).toMatchObject([partition]);
  expect(snapshot.known).toBe(known);
  expect(snapshot.lagRecords).toBe(known ? partition.lag : undefined);
  expect(snapshot.phantomRecords).toBe(partition.phantom ?? 0);
  if (problem !== undefined) expect(snapshot.problem).toBe(problem);
});

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
const none = new Map<number, undefined>();

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
    answers: { offsets: new Map([['orders', { ok: true, value: none }]]) },
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
])('record times are looked up for $it', ({ polls, wanted }) => {
  const history = new LagHistory(tickMs);
  const asked: LagSubscription = { groupId: 'payments', topics: ['orders'], offsetReset: 'Latest' };
  const samples = polls.map(answersOf).map((answers, at) => {
    recordEnds(history, answers.offsets, at * tickMs);
    return recordGroup(history, asked, ['orders'], answers, at * tickMs);
  });
  const last = samples.at(-1);
  expect(last && lookUpsOf(last, 30_000).map(({ offset }) => offset)).toEqual(wanted);
});
