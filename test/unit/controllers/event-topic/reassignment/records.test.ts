import { describe, expect, it } from 'vitest';
import {
  aboutOf,
  recordKey,
  type SettingRecord,
  settingsBack,
  takeSetting,
  throttledReplicas,
  topicThrottleBook,
  withFormerReplicas,
} from '../../../../../src/controllers/event-topic/reassignment/records.ts';

const set = (value: string) => ({ value, overridden: true });
const inherited = { value: '9', overridden: false };

describe('the record of a setting', () => {
  const known: SettingRecord = { before: '5', ours: ['50'] };
  it.each([
    { it: 'keeps what was set before', known: undefined, live: set('5'), record: { before: '5', ours: ['60'] } },
    { it: 'knows that nothing was', known: undefined, live: undefined, record: { before: null, ours: ['60'] } },
    {
      it: 'takes no inherited value for one',
      known: undefined,
      live: inherited,
      record: { before: null, ours: ['60'] },
    },
    {
      it: 'keeps the first value when ours changes',
      known,
      live: set('50'),
      record: { before: '5', ours: ['50', '60'] },
    },
    {
      it: 'keeps all that may be ours after a crash before a write',
      known,
      live: set('5'),
      record: { before: '5', ours: ['50', '60'] },
    },
    {
      it: 'forgets values that are past',
      known: { before: '5', ours: ['40', '50'] },
      live: set('50'),
      record: { before: '5', ours: ['50', '60'] },
    },
    { it: 'leaves a setting to who changed it meanwhile', known, live: set('7'), record: undefined },
    { it: 'leaves a setting to who removed it meanwhile', known, live: undefined, record: undefined },
  ])('$it', ({ known: before, live, record }) => {
    expect(takeSetting(before, live, '60')).toEqual(record);
  });

  it.each([
    { it: 'sets the former value back', record: known, live: set('50'), back: '5' },
    { it: 'removes what was not there', record: { before: null, ours: ['50'] }, live: set('50'), back: undefined },
    { it: 'sets it back where a broker still shows it', record: known, live: set('5'), back: '5' },
    { it: 'leaves what somebody else has set', record: known, live: set('7'), back: 'left' },
    { it: 'leaves what somebody else has removed', record: known, live: inherited, back: 'left' },
  ])('$it', ({ record, live, back }) => {
    const changes = settingsBack({ key: record }, new Map([['key', live]]));
    expect(changes).toEqual(back === 'left' ? new Map() : new Map([['key', back]]));
  });
});

describe('the key of a record', () => {
  it.each(['orders', 'a/b'])('says what it is about: %s', (name) => {
    expect(aboutOf(recordKey('c-1', name))).toEqual({ clusterId: 'c-1', name });
  });
});

const settings = { rate: { before: null, ours: ['5'] } };
const topicRecord = { topicId: 'id-1', targets: { '0': [1, 2] }, settings };

describe('a record that was damaged counts as none', () => {
  it.each([
    { it: 'null', stored: null },
    { it: 'no settings', stored: { topicId: 'id-1', targets: {} } },
    { it: 'a setting without what it was', stored: { ...topicRecord, settings: { rate: { ours: ['5'] } } } },
    { it: 'a value of ours that is none', stored: { ...topicRecord, settings: { rate: { before: '5', ours: [5] } } } },
    { it: 'replicas that are none', stored: { ...topicRecord, targets: { '0': ['1'] } } },
    { it: 'no topic', stored: { targets: {}, settings } },
  ])('$it', ({ stored }) => {
    expect(topicThrottleBook.parse(stored)).toBeUndefined();
    expect(topicThrottleBook.parse(topicRecord)).toEqual(topicRecord);
  });
});

describe('the throttled replicas', () => {
  it('are those that have data as leaders, and those that come as followers', () => {
    const targets = new Map([
      [0, [1, 2, 3]],
      [4, [2, 1]],
    ]);
    const there = new Map([
      [0, [1]],
      [4, [2]],
    ]);
    expect(throttledReplicas(targets, there)).toEqual({ leaders: '0:1,4:2', followers: '0:2,0:3,4:1' });
  });

  it.each([
    { former: null, all: '0:1' },
    { former: '', all: '0:1' },
    { former: '7:3', all: '7:3,0:1' },
    { former: '*', all: '*' },
  ])('come to those of somebody else: $former', ({ former, all }) => {
    expect(withFormerReplicas(former, '0:1')).toBe(all);
  });
});
