import { expect, it } from 'vitest';
import { remarksOn } from '../../../src/lag/remarks.ts';
import type { PartitionSnapshot } from '../../../src/lag/snapshot.ts';
import { Fault } from '../../../src/ports/fault.ts';

const since = new Date('2026-01-01T00:00:00Z');
const denied = new Fault(
  'kafka',
  'denied',
  'cannot look at records of topic "orders": needs ACL Read on Topic "orders"',
);
const standing: PartitionSnapshot = {
  topic: 'orders',
  partition: 0,
  end: 10n,
  logStart: 0n,
  committed: 5n,
  lag: 5,
  phantom: 0,
  lagSeconds: 70,
  lagSecondsAtLeast: 70,
  arrivalRate: undefined,
  commitRate: undefined,
  idleMs: 60_000,
  lookFault: undefined,
  timeDoubt: undefined,
  open: undefined,
  isForgotten: false,
};
const moving = { idleMs: 59_999 };
const open = 'a transaction has been open in partition 0 of topic "orders"';
const behind = ', and a consumer of committed records gets none behind it';

it.each<{ it: string; partition: Partial<PartitionSnapshot>; says: readonly string[] }>([
  { it: 'that is known has none', partition: {}, says: [] },
  { it: 'that stands where nobody may look names why', partition: { lookFault: denied }, says: [denied.message] },
  { it: 'that gets on does not', partition: { ...moving, lookFault: denied }, says: [] },
  {
    it: 'of unknown age does, though it gets on',
    partition: { ...moving, lookFault: denied, lagSeconds: undefined },
    says: [denied.message],
  },
  { it: 'that is over does not', partition: { lag: 0, lagSeconds: 0, lookFault: denied }, says: [] },
  {
    it: 'before an open transaction names its beginning',
    partition: { open: { since } },
    says: [`${open} since 2026-01-01T00:00:00.000Z${behind}`],
  },
  { it: 'before one of no time names it', partition: { open: { since: undefined } }, says: [`${open}${behind}`] },
  { it: 'before one that has just begun does not', partition: { ...moving, open: { since } }, says: [] },
])('a lag $it', ({ partition, says }) => {
  expect(remarksOn([{ ...standing, ...partition }], 'Latest')).toEqual(says);
});

it('of each kind one is said, of the first partition that has it', () => {
  const doubts = ['its producer wrote none', 'its producer wrote one in the future'];
  const partitions = [undefined, ...doubts].map((timeDoubt, partition) => {
    return { ...standing, partition, timeDoubt, open: { since } };
  });
  expect(remarksOn(partitions, 'Latest')).toEqual([
    'the oldest waiting record of topic "orders" has no time that tells its age: its producer wrote none',
    `${open} since 2026-01-01T00:00:00.000Z${behind}`,
  ]);
});
