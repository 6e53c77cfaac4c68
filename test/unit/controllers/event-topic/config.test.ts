import { describe, expect, it } from 'vitest';
import { planConfig, settingsOf } from '../../../../src/controllers/event-topic/config.ts';
import { liveTopic } from '../samples.ts';

interface Row {
  it: string;
  wanted?: Record<string, string>;
  applied?: Record<string, string>;
  live?: Record<string, string>;
  policy?: 'Enforce' | 'Report';
  changes?: [string, string | undefined][];
  drift?: unknown[];
}

const rows: Row[] = [
  { it: 'sets what is wanted and not there', wanted: { a: '1' }, changes: [['a', '1']] },
  { it: 'leaves alone what is there', wanted: { a: '1' }, live: { a: '1' } },
  { it: 'leaves settings of others alone', live: { other: '1' } },
  {
    it: 'resets what was applied and left the spec',
    applied: { a: '1' },
    live: { a: '1' },
    changes: [['a', undefined]],
  },
  { it: 'does not reset what has no value of its own any more', applied: { a: '1' } },
  {
    it: 'makes a change of the spec even when drift is only reported',
    wanted: { a: '2' },
    applied: { a: '1' },
    live: { a: '1' },
    policy: 'Report',
    changes: [['a', '2']],
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
];

describe('the settings of a topic', () => {
  it.each(rows)('$it', ({ wanted = {}, applied = {}, live = {}, policy = 'Enforce', changes = [], drift = [] }) => {
    const plan = planConfig(wanted, applied, liveTopic({}, live).config, policy);
    expect([...plan.changes]).toEqual(changes);
    expect(plan.drift).toEqual(drift);
  });

  it('sets a wanted value that so far only comes from the broker', () => {
    const live = new Map([['a', { value: '1', overridden: false }]]);
    expect([...planConfig({ a: '1' }, {}, live, 'Enforce').changes]).toEqual([['a', '1']]);
  });

  it('takes any scalar', () => {
    expect(settingsOf({ a: 1, b: true, c: 0.5, d: 'text' })).toEqual({ a: '1', b: 'true', c: '0.5', d: 'text' });
  });
});
