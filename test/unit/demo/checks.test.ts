import { describe, expect, it } from 'vitest';
import {
  type Check,
  judgeCharges,
  judgeEvents,
  judgeGrowth,
  judgeLag,
  judgeLeft,
  judgeOrders,
  judgeQuiet,
  judgeReadiness,
  judgeShrinking,
  judgeStages,
  type OrderEvidence,
} from '../../../dev/demo/checks.ts';
import { Stages } from '../../../dev/demo/stages.ts';
import { consumer, move } from './looks.ts';

const grown = move();
const shrunk = move({ stage: Stages.drain, from: 3, to: 1 });
const grewLate = move({ stage: Stages.drain, consumer: 'payment' });
const row = { pid: 7, parent: 1, session: 7, startedTicks: 1, zombie: false, command: 'node x.ts', environment: '' };

/** Each pair is an order and one of its event ids. */
function orders(answered: readonly string[], events: readonly [string, string][], more = {}): OrderEvidence {
  const byOrder = Map.groupBy(events, ([order]) => order);
  const eventIds = new Map([...byOrder].map(([order, own]) => [order, new Set(own.map(([, id]) => id))]));
  return { answered: new Set(answered), unanswered: 0, eventIds, redeliveries: 0, ...more };
}

const charges = (charged: readonly string[], events: readonly [string, string][]) => {
  const { answered, eventIds } = orders(['a', 'b'], events);
  return judgeCharges({ answered, charged: new Set(charged), eventIds });
};

const lag = (changes: { withinObjective?: boolean | undefined }, lastOverMs?: number) =>
  judgeLag({
    consumers: [consumer(changes)],
    records: new Map([['shipping', { highestSeconds: 30, lastOverMs }]]),
    burstEndedMs: 90_000,
  });

interface Row {
  it: string;
  check: Check;
  ok: boolean;
  figure: string;
}

const rows: readonly Row[] = [
  {
    it: 'passes when everything became ready',
    check: judgeReadiness({ total: 21, unready: [], tookMs: 8_200 }),
    ok: true,
    figure: '21 of 21 after 8.2 s',
  },
  {
    it: 'fails with what did not become ready, and why',
    check: judgeReadiness({ total: 21, unready: [{ name: 'EventTopic a', why: 'NotGranted: no' }], tookMs: 300_000 }),
    ok: false,
    figure: '20 of 21 after 5 min 00 s; EventTopic a: NotGranted: no',
  },
  {
    it: 'fails when there was nothing that could become ready',
    check: judgeReadiness({ total: 0, unready: [], tookMs: 1 }),
    ok: false,
    figure: '0 of 0 after 0.0 s',
  },
  { it: 'passes when every stage ended', check: judgeStages(6, 6, undefined), ok: true, figure: '6 of 6' },
  {
    it: 'fails with the stage that did not end',
    check: judgeStages(6, 2, 'drain lasted over 10 min 00 s: …'),
    ok: false,
    figure: '2 of 6; drain lasted over 10 min 00 s: …',
  },
  {
    it: 'passes when a consumer grew in the burst',
    check: judgeGrowth([grown, shrunk]),
    ok: true,
    figure: 'shipping 1 → 3',
  },
  { it: 'does not count growth after the burst', check: judgeGrowth([grewLate]), ok: false, figure: 'none did' },
  { it: 'does not count shrinking as growth', check: judgeGrowth([move({ to: 0 })]), ok: false, figure: 'none did' },
  {
    it: 'passes when what grew has shrunk',
    check: judgeShrinking([grown, grewLate, shrunk]),
    ok: true,
    figure: 'shipping 3 → 1',
  },
  { it: 'fails when it kept its size', check: judgeShrinking([grown, grewLate]), ok: false, figure: 'none did' },
  {
    it: 'does not count what shrank without having grown',
    check: judgeShrinking([grown, { ...shrunk, consumer: 'payment' }]),
    ok: false,
    figure: 'none did',
  },
  {
    it: 'does not count what shrank before the burst was over',
    check: judgeShrinking([move({ stage: Stages.calm, from: 2, to: 1 }), { ...shrunk, stage: Stages.burst }, grown]),
    ok: false,
    figure: 'none did',
  },
  {
    it: 'passes when lag came back, and says when',
    check: lag({}, 164_000),
    ok: true,
    figure: 'at worst ≥ 30 s; back under 10 s 1 min 14 s after the burst',
  },
  {
    it: 'passes when lag was never over the objective',
    check: lag({}),
    ok: true,
    figure: 'at worst ≥ 30 s; never over the objective of 10 s',
  },
  {
    it: 'fails while lag is over the objective',
    check: lag({ withinObjective: false }, 164_000),
    ok: false,
    figure: 'at worst ≥ 30 s; not known to be under 10 s: shipping',
  },
  {
    it: 'fails while lag is unknown',
    check: lag({ withinObjective: undefined }),
    ok: false,
    figure: 'at worst ≥ 30 s; not known to be under 10 s: shipping',
  },
  {
    it: 'fails when no consumer was seen',
    check: judgeLag({ consumers: [], records: new Map(), burstEndedMs: 0 }),
    ok: false,
    figure: 'at worst 0 s; never over the objective of ',
  },
  {
    it: 'passes when the orders answered are those shipped',
    check: judgeOrders(
      orders(
        ['a', 'b'],
        [
          ['a', '1'],
          ['b', '2'],
        ],
      ),
    ),
    ok: true,
    figure: '2 answered 202, 2 shipped',
  },
  {
    it: 'fails when an order was lost, though another came in its place',
    check: judgeOrders(
      orders(
        ['a', 'b'],
        [
          ['a', '1'],
          ['c', '2'],
        ],
        { unanswered: 1 },
      ),
    ),
    ok: false,
    figure: '2 answered 202, 2 shipped; 1 not shipped; 1 shipped without a 202; 1 had another answer or none',
  },
  {
    it: 'fails when there were no orders',
    check: judgeOrders(orders([], [])),
    ok: false,
    figure: '0 answered 202, 0 shipped',
  },
  {
    it: 'passes when each order has one event, however often it was delivered',
    check: judgeEvents(orders(['a'], [['a', '1']], { redeliveries: 3 })),
    ok: true,
    figure: '1 event ids for 1 orders; 3 redeliveries dropped',
  },
  {
    it: 'fails when an order has two events',
    check: judgeEvents(
      orders(
        ['a'],
        [
          ['a', '1'],
          ['a', '2'],
        ],
        { redeliveries: 1 },
      ),
    ),
    ok: false,
    figure: '2 event ids for 1 orders; 1 redelivery dropped',
  },
  {
    it: 'fails when two orders share an event',
    check: judgeEvents(
      orders(
        ['a', 'b'],
        [
          ['a', '1'],
          ['b', '1'],
        ],
      ),
    ),
    ok: false,
    figure: '1 event ids for 2 orders; 0 redeliveries dropped',
  },
  {
    it: 'passes when each order has a charge and its event',
    check: charges(
      ['a', 'b'],
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ),
    ok: true,
    figure: '2 charged for 2 orders',
  },
  {
    it: 'fails when an order is not charged, another one is, and one has two events',
    check: charges(
      ['a', 'c'],
      [
        ['a', '1'],
        ['a', '2'],
        ['c', '3'],
      ],
    ),
    ok: false,
    figure:
      '2 charged for 2 orders; 1 not charged; 1 charged without a 202; 1 without exactly one payment.completed event',
  },
  {
    it: 'passes when only the lease was renewed',
    check: judgeQuiet({ lease: 15, others: [] }),
    ok: true,
    figure: '15 renewals, 0 other writes',
  },
  {
    it: 'fails with what else was written',
    check: judgeQuiet({ lease: 15, others: ['patch a b', 'patch c d', 'patch a b'] }),
    ok: false,
    figure: '15 renewals, 3 other writes; 2 × patch a b; 1 × patch c d',
  },
  {
    it: 'fails when not even the lease was renewed: then the log shows nothing',
    check: judgeQuiet({ lease: 0, others: [] }),
    ok: false,
    figure: '0 renewals, 0 other writes',
  },
  {
    it: 'fails when it did not come to the quiet',
    check: judgeQuiet(undefined),
    ok: false,
    figure: 'there was no quiet',
  },
  { it: 'passes when all processes are gone', check: judgeLeft(14, []), ok: true, figure: '0 of 14 processes' },
  {
    it: 'fails with what is left running',
    check: judgeLeft(14, [row]),
    ok: false,
    figure: '1 of 14 processes; 7 node x.ts',
  },
  {
    it: 'fails when it saw no process to begin with',
    check: judgeLeft(0, []),
    ok: false,
    figure: '0 of 0 processes',
  },
];

describe('a check', () => {
  it.each(rows)('$it', ({ check, ok, figure }) => {
    expect(check).toEqual({ name: check.name, ok, figure });
  });
});
