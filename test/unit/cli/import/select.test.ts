import { describe, expect, it } from 'vitest';
import { claimsOn } from '../../../../src/cli/import/claims.ts';
import { selectTopics } from '../../../../src/cli/import/select.ts';
import { topicResource } from '../../controllers/samples.ts';

const listed = [
  { name: 'payment.settled', internal: false },
  { name: 'order.paid', internal: false },
  { name: 'order.created', internal: false },
  { name: '__consumer_offsets', internal: true },
  { name: '__other', internal: false },
];
const none = { chosen: [], internal: [], owned: [], unmatched: [] };

describe('the topics to import', () => {
  it.each([
    { it: 'are sorted', patterns: ['order.*'], selection: { chosen: ['order.created', 'order.paid'] } },
    {
      it: 'are named once, however many patterns match',
      patterns: ['order.*', '*.paid'],
      selection: { chosen: ['order.created', 'order.paid'] },
    },
    {
      it: 'are never internal ones, not even by name',
      patterns: ['__*'],
      selection: { internal: ['__consumer_offsets', '__other'] },
    },
    { it: 'leave a pattern that matches none', patterns: ['x', 'x*'], selection: { unmatched: ['x', 'x*'] } },
    {
      it: 'are those that nobody owns, when asked so',
      patterns: ['order.*'],
      owned: new Set(['order.paid', 'payment.settled']),
      selection: { chosen: ['order.created'], owned: ['order.paid'] },
    },
  ])('$it', ({ patterns, owned, selection }) => {
    expect(selectTopics(listed, patterns, owned)).toEqual({ ...none, ...selection });
  });
});

describe('claims', () => {
  const resources = [
    topicResource({ topicName: 'a' }, { clusterId: 'here' }, { name: 'mine' }),
    topicResource({ topicName: 'b' }, {}, { name: 'new' }),
    topicResource({ topicName: 'c' }, { clusterId: 'there' }, { name: 'far' }),
    topicResource({}, { clusterId: 'here' }, { name: 'd', namespace: 'other' }),
  ];

  it('count resources of every namespace that mean this cluster, or may', () => {
    expect(claimsOn('here', 'shop', resources).topics).toEqual(new Set(['a', 'b', 'd']));
  });

  it('hold the names of the namespace, whichever cluster they mean', () => {
    expect([...claimsOn('here', 'shop', resources).names]).toEqual([
      ['mine', 'a'],
      ['new', 'b'],
      ['far', undefined],
    ]);
  });
});
