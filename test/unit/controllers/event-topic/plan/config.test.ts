import { describe, expect, it } from 'vitest';
import { planConfig, withoutRefused } from '../../../../../src/controllers/event-topic/plan/config.ts';
import { describeUnusable, settingsOf, unusableSettings } from '../../../../../src/controllers/topic-settings.ts';
import { liveTopic } from '../../samples.ts';

interface Row {
  it: string;
  wanted?: Record<string, string>;
  applied?: Record<string, string>;
  live?: Record<string, string>;
  policy?: 'Enforce' | 'Report' | 'Ignore';
  ignored?: string[];
  held?: string[];
  refused?: Map<string, string>;
  resting?: Map<string, string>;
  awaited?: Map<string, string | undefined>;
  defaults?: Record<string, string>;
  changes?: [string, string | undefined][];
  drift?: unknown[];
  unmet?: [string, string][];
  waitsFor?: string[];
  /** What counts as applied afterwards; absent: what is wanted. */
  after?: Record<string, string>;
}

const rows: Row[] = [
  { it: 'sets what is wanted and not there', wanted: { a: '1' }, changes: [['a', '1']], after: {} },
  {
    it: 'takes no name of JavaScript’s own for an applied setting',
    wanted: { constructor: '1' },
    changes: [['constructor', '1']],
    after: {},
  },
  { it: 'leaves alone what is there', wanted: { a: '1' }, live: { a: '1' } },
  { it: 'leaves settings of others alone', live: { other: '1' } },
  {
    it: 'resets what was applied and left the spec',
    applied: { a: '1' },
    live: { a: '1' },
    changes: [['a', undefined]],
    after: { a: '1' },
  },
  { it: 'does not reset what has no value of its own any more', applied: { a: '1' }, after: {} },
  {
    it: 'makes a change of the spec even when drift is only reported',
    wanted: { a: '2' },
    applied: { a: '1' },
    live: { a: '1' },
    policy: 'Report',
    changes: [['a', '2']],
    after: { a: '1' },
  },
  {
    it: 'sets drift back',
    wanted: { a: '1' },
    applied: { a: '1' },
    live: { a: '9' },
    changes: [['a', '1']],
    drift: [{ key: 'a', live: '9', wanted: '1' }],
  },
  {
    it: 'reports drift without touching it',
    wanted: { a: '1' },
    applied: { a: '1' },
    live: { a: '9' },
    policy: 'Report',
    drift: [{ key: 'a', live: '9', wanted: '1' }],
  },
  {
    it: 'counts a setting that somebody removed as drift',
    wanted: { a: '1' },
    applied: { a: '1' },
    policy: 'Report',
    drift: [{ key: 'a', wanted: '1' }],
  },
  {
    it: 'sees drift and leaves it under Ignore',
    wanted: { a: '1' },
    applied: { a: '1' },
    live: { a: '9' },
    policy: 'Ignore',
    drift: [{ key: 'a', live: '9', wanted: '1' }],
  },
  {
    it: 'sees no drift in a value that the broker spells otherwise',
    wanted: { a: '0060000', b: 'TRUE', c: 'compact, delete', d: '.50' },
    applied: { a: '0060000', b: 'TRUE', c: 'compact, delete', d: '.50' },
    live: { a: '60000', b: 'true', c: 'compact,delete', d: '0.5' },
  },
  {
    it: 'neither sets, resets nor compares what is ignored',
    wanted: { 'a.x': '1', b: '1' },
    applied: { 'a.y': '2', b: '1' },
    live: { 'a.x': '9', 'a.y': '2', b: '1' },
    ignored: ['a.*'],
    after: { b: '1' },
  },
  { it: 'keeps what is held as it is', applied: { a: '1' }, live: { a: '1' }, held: ['a'], after: { a: '1' } },
  {
    it: 'does not send what the brokers refuse, and sends the rest',
    wanted: { a: 'bad', b: '2' },
    applied: { a: '1' },
    live: { a: '1' },
    refused: new Map([['a', 'no']]),
    changes: [['b', '2']],
    unmet: [['a', 'refused']],
    after: { a: '1' },
  },
  {
    it: 'keeps what the brokers refuse to return, and sends the rest',
    wanted: { b: '2' },
    applied: { a: '1', c: '3' },
    live: { a: '1', c: '3' },
    refused: new Map([['a', 'no']]),
    changes: [
      ['c', undefined],
      ['b', '2'],
    ],
    unmet: [['a', 'refused']],
    after: { a: '1', c: '3' },
  },
  {
    it: 'lets a value rest that the brokers do not keep, and remembers what stands there to be reset one day',
    wanted: { a: '1' },
    live: { a: '9' },
    resting: new Map([['a', '1']]),
    unmet: [['a', 'rewritten']],
    after: { a: '9' },
  },
  {
    it: 'sends another value of a setting whose value rests, and counts nothing as applied that was not sent',
    wanted: { a: '2' },
    applied: { a: '1' },
    live: { a: '9' },
    resting: new Map([['a', '1']]),
    changes: [['a', '2']],
    after: { a: '1' },
  },
  {
    it: 'sends another value of a setting whose value rests although drift is only reported',
    wanted: { a: '2' },
    applied: { a: '1' },
    live: { a: '9' },
    policy: 'Report',
    resting: new Map([['a', '1']]),
    changes: [['a', '2']],
    after: { a: '1' },
  },
  {
    it: 'reports what somebody insists on, once drift is only reported',
    wanted: { a: '1' },
    applied: { a: '1' },
    live: { a: '9' },
    policy: 'Report',
    resting: new Map([['a', '1']]),
    drift: [{ key: 'a', live: '9', wanted: '1' }],
  },
  {
    it: 'lets a value that was never seen in effect rest whatever happens to drift',
    wanted: { a: '1' },
    applied: { a: '9' },
    live: { a: '9' },
    policy: 'Report',
    resting: new Map([['a', '1']]),
    unmet: [['a', 'rewritten']],
    after: { a: '9' },
  },
  {
    it: 'sends a new value although the one before is resting elsewhere',
    wanted: { a: '1', b: '2' },
    live: { a: '1' },
    resting: new Map([['a', '1']]),
    changes: [['b', '2']],
    after: { a: '1' },
  },
  {
    it: 'waits for the brokers to show a change, calls it no drift, and remembers that it was sent',
    wanted: { a: '2', b: '2' },
    applied: { a: '1' },
    live: { a: '1' },
    awaited: new Map([['a', '2']]),
    changes: [['b', '2']],
    waitsFor: ['a'],
    after: { a: '2' },
  },
  {
    it: 'calls a value no drift that was set back and is not shown yet',
    wanted: { a: '1' },
    applied: { a: '1' },
    live: { a: '9' },
    awaited: new Map([['a', '1']]),
    waitsFor: ['a'],
  },
  {
    it: 'waits for a reset, and keeps what is to be reset',
    applied: { a: '1' },
    live: { a: '1' },
    awaited: new Map([['a', undefined]]),
    waitsFor: ['a'],
    after: { a: '1' },
  },
  {
    it: 'does not take for kept what was sent to be reset a moment ago',
    wanted: { a: '1' },
    applied: { a: '1' },
    live: { a: '1' },
    awaited: new Map([['a', undefined]]),
    waitsFor: ['a'],
  },
  {
    it: 'does not take for reset what was sent a moment ago and left the spec since',
    applied: { a: '1' },
    awaited: new Map([['a', '1']]),
    waitsFor: ['a'],
    after: { a: '1' },
  },
  {
    it: 'tells of a value that rests while a new try is not shown yet',
    wanted: { a: '1' },
    applied: { a: '9' },
    live: { a: '9' },
    resting: new Map([['a', '1']]),
    awaited: new Map([['a', '1']]),
    unmet: [['a', 'rewritten']],
    after: { a: '9' },
  },
  {
    it: 'returns what left the spec to the cluster’s default',
    applied: { a: '1', b: '1' },
    live: { a: '1', b: '1' },
    defaults: { a: '2' },
    changes: [
      ['a', '2'],
      ['b', undefined],
    ],
    after: { a: '1', b: '1' },
  },
  {
    it: 'sets the cluster’s default where somebody removed what left the spec',
    applied: { a: '1' },
    defaults: { a: '2' },
    changes: [['a', '2']],
    after: { a: '1' },
  },
  {
    it: 'leaves a setting alone once it has returned to the cluster’s default',
    applied: { a: '1' },
    live: { a: '2' },
    defaults: { a: '2' },
    after: {},
  },
  { it: 'does not follow a cluster’s default that changes', live: { a: '2' }, defaults: { a: '3' } },
];

describe('the settings of a topic', () => {
  it.each(rows)(
    '$it',
    ({
      live = {},
      policy = 'Enforce',
      changes = [],
      drift = [],
      unmet = [],
      waitsFor = [],
      refused = new Map(),
      ...row
    }) => {
      const { wanted = {}, applied = {}, after = wanted, ...rest } = row;
      const { config } = liveTopic({}, live);
      const whole = planConfig({ ...rest, wanted, applied, live: config, driftPolicy: policy });
      const plan = withoutRefused(whole, config, refused);
      expect([...plan.changes]).toEqual(changes);
      expect(plan.drift).toEqual(drift);
      expect(plan.unmet.map(({ key, cause }) => [key, cause.kind])).toEqual(unmet);
      expect(plan.awaited).toEqual(waitsFor);
      expect(plan.applied).toEqual(after);
    },
  );

  it('sets a wanted value that so far only comes from the broker', () => {
    const live = new Map([['a', { value: '1', overridden: false }]]);
    const plan = planConfig({ wanted: { a: '1' }, applied: {}, live, driftPolicy: 'Enforce' });
    expect([...plan.changes]).toEqual([['a', '1']]);
  });

  it('takes any scalar, and no number that lost its digits', () => {
    const config = { a: 1, b: true, c: 0.5, d: 'text', e: 2 ** 53, f: -(2 ** 53), g: '9223372036854775807' };
    expect(settingsOf(config)).toEqual({ a: '1', b: 'true', c: '0.5', d: 'text', g: '9223372036854775807' });
    expect([...unusableSettings(config).keys()]).toEqual(['e', 'f']);
  });

  it.each([
    {
      value: ['compact', 'delete'],
      says: 'a: a list is no value, so it is not used; write it as text: "compact,delete"',
    },
    { value: [], says: 'a: a list is no value, so it is not used; write it as text: ""' },
    { value: [['x'], 1], says: 'a: a list is no value, so it is not used; write it as text: "…,1"' },
    {
      value: { ms: 5 },
      says: /^a: a map is no value, .*write each setting with its whole name, such as retention.ms$/,
    },
    { value: {}, says: /^a: a map is no value/ },
    { value: null, says: /^a: null is no value, .*remove the setting, or write its value as text$/ },
  ])('does not use $value, and says what to write instead', ({ value, says }) => {
    expect(settingsOf({ a: value })).toEqual({});
    expect(describeUnusable('', unusableSettings({ a: value })).trim()).toMatch(says);
  });
});
