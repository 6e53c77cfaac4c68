import { describe, expect, it } from 'vitest';
import { type Outcome, summarise } from '../../../../src/cli/import/summary.ts';

const plain: Outcome = {
  written: ['a', 'b'],
  namespace: 'shop',
  selection: { chosen: ['a', 'b'], internal: [], owned: [], unmatched: [] },
  undescribed: [],
  moving: [],
  claimed: [],
  ungranted: undefined,
  partial: undefined,
};
const done = 'wrote 2 EventTopics for namespace shop';

describe('the summary of an import', () => {
  it.each([
    { it: 'says what was written', outcome: {}, says: [done] },
    { it: 'needs no namespace', outcome: { namespace: undefined, written: ['a'] }, says: ['wrote 1 EventTopic'] },
    {
      it: 'says what was left out and why',
      outcome: {
        selection: { ...plain.selection, internal: ['__x'], owned: ['c', 'd'] },
        undescribed: ['e'],
        moving: ['a'],
      },
      says: [
        done,
        'left out 1 topic (__x): internal',
        'left out 2 topics (c, d): named by an EventTopic already',
        'left out 1 topic (e): gone meanwhile, or not shown to this client',
        'left out what is set while partitions move, leader.replication.throttled.replicas and follower.replication.throttled.replicas: 1 topic (a)',
      ],
    },
    {
      it: 'shortens long lists',
      outcome: { undescribed: ['1', '2', '3', '4', '5', '6', '7'] },
      says: [done, 'left out 7 topics (1, 2, 3, 4, 5, and 2 more): gone meanwhile, or not shown to this client'],
    },
    {
      it: 'warns of what Sluice will refuse',
      outcome: { claimed: ['a'], ungranted: { cluster: 'default', topics: ['b'] }, partial: 'forbidden' },
      says: [
        done,
        'warning: named by an EventTopic already, which stays the owner: 1 topic (a); --unowned leaves them out',
        'warning: not granted for namespace shop by EventCluster "default", so Sluice adopts none of it: 1 topic (b)',
        'warning: EventTopics of other namespaces were not looked at: forbidden',
      ],
    },
    {
      it: 'warns of patterns that match nothing',
      outcome: { written: [], selection: { chosen: [], internal: [], owned: [], unmatched: ['x*'] } },
      says: ['wrote 0 EventTopics for namespace shop', 'warning: no live topic matches "x*"'],
    },
  ])('$it', ({ outcome, says }) => {
    expect(summarise({ ...plain, ...outcome })).toEqual(says);
  });
});
