import { expect, it } from 'vitest';
import { nothingRead, type Reading, readingOf, withoutGone } from '../../../src/lag/reading.ts';
import { Fault, type Settled } from '../../../src/ports/fault.ts';
import type { CommittedOffsets, GroupState, TopicOffsets } from '../../../src/ports/kafka.ts';

const refused = { ok: false as const, fault: new Fault('kafka', 'denied', 'GROUP_AUTHORIZATION_FAILED') };
const subscription = { groupId: 'payments', topics: ['orders', 'paid'], offsetReset: 'Earliest' } as const;

/** A group whose members subscribe to topics; one for each list. */
function groupOf(state: string, ...members: (readonly string[])[]): Settled<GroupState> {
  const described = members.map((topics, at) => {
    return { memberId: `${at}`, clientId: '', host: '', assignment: new Map(), subscription: topics };
  });
  return {
    ok: true,
    value: { groupId: 'payments', protocol: 'classic', state, assignor: 'range', members: described },
  };
}

const committedTo = (...topics: string[]): Settled<CommittedOffsets> => {
  return { ok: true, value: new Map(topics.map((topic) => [topic, new Map([[0, 1n]])])) };
};
const byPattern: Reading = { topics: ['orders', 'orders.eu'], unread: ['paid'], seen: true };

it.each<{
  it: string;
  group: Settled<GroupState>;
  committed?: Settled<CommittedOffsets>;
  before?: Reading;
  reading: Reading;
}>([
  {
    it: 'that is settled reads what its members name, whatever else it is said to read',
    group: groupOf('Stable', ['orders'], ['returns', 'orders']),
    committed: committedTo('old'),
    before: byPattern,
    reading: { topics: ['orders', 'returns'], unread: ['paid'], seen: true },
  },
  {
    it: 'that is settled goes on with what it has committed offsets of and is said to read, though no member names it',
    group: groupOf('Stable', ['orders']),
    committed: committedTo('orders', 'paid', 'old'),
    reading: { topics: ['orders', 'paid'], unread: [], seen: true },
  },
  {
    it: 'that is settled goes on with what it is said to read and read before, while its offsets cannot be read',
    group: groupOf('Stable', ['orders']),
    committed: refused,
    before: { topics: ['orders', 'paid'], unread: [], seen: true },
    reading: { topics: ['orders', 'paid'], unread: [], seen: true },
  },
  {
    it: 'that is settled and reads all that it is said to read leaves nothing unread',
    group: groupOf('Stable', ['paid', 'orders']),
    reading: { topics: ['orders', 'paid'], unread: [], seen: true },
  },
  {
    it: 'that lost its members goes on with what they read',
    group: groupOf('Empty'),
    committed: committedTo('old'),
    before: byPattern,
    reading: byPattern,
  },
  {
    it: 'that cannot be described does as well',
    group: refused,
    committed: refused,
    before: byPattern,
    reading: byPattern,
  },
  {
    it: 'that rebalances reads what it read before and what its members name by now',
    group: groupOf('PreparingRebalance', [], ['paid']),
    before: byPattern,
    reading: { topics: ['orders', 'orders.eu', 'paid'], unread: [], seen: true },
  },
  {
    it: 'that never was reads what it is said to read',
    group: groupOf('Dead'),
    reading: { topics: ['orders', 'paid'], unread: [], seen: false },
  },
  {
    it: 'whose members name nothing, as those of Kafka Connect, does as well',
    group: groupOf('Stable', [], []),
    reading: { topics: ['orders', 'paid'], unread: [], seen: false },
  },
  {
    it: 'without members that were seen also reads what it has committed offsets of',
    group: groupOf('Empty'),
    committed: committedTo('orders', 'orders.eu'),
    reading: { topics: ['orders', 'orders.eu', 'paid'], unread: [], seen: false },
  },
  {
    it: 'whose offsets are gone by now reads what it had them of',
    group: groupOf('Dead'),
    before: { topics: ['orders', 'orders.eu', 'paid'], unread: [], seen: false },
    reading: { topics: ['orders', 'orders.eu', 'paid'], unread: [], seen: false },
  },
  {
    it: 'of which nothing can be read is taken at its word',
    group: groupOf('Empty'),
    committed: refused,
    reading: { topics: ['orders', 'paid'], unread: [], seen: false },
  },
])('a group $it', ({ group, committed = committedTo(), before = nothingRead, reading }) => {
  expect(readingOf(subscription, group, committed, before)).toEqual(reading);
});

const gone = {
  ok: false,
  fault: new Fault('kafka', 'conflict', 'no', { code: 'UNKNOWN_TOPIC_OR_PARTITION' }),
} as const;

it.each<{ it: string; group?: Settled<GroupState>; answer: Settled<TopicOffsets>; topics: readonly string[] }>([
  { it: 'is left out once it is gone', answer: gone, topics: ['orders'] },
  { it: 'stays while it cannot be read', answer: refused, topics: ['orders', 'orders.eu'] },
  { it: 'stays while it is there', answer: { ok: true, value: new Map() }, topics: ['orders', 'orders.eu'] },
  {
    it: 'stays while a member asks for it, though it is gone',
    group: groupOf('Stable', ['orders.eu']),
    answer: gone,
    topics: ['orders', 'orders.eu'],
  },
])('a topic that is remembered $it', ({ group = groupOf('Empty'), answer, topics }) => {
  const offsets = new Map([
    ['orders', gone],
    ['orders.eu', answer],
  ]);
  expect(withoutGone(byPattern, subscription, { group, offsets })).toEqual({ ...byPattern, topics });
});
