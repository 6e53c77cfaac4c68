import { describe, expect, it } from 'vitest';
import {
  readBundleOptions,
  readNoOptions,
  readScaleOptions,
  readScalingOptions,
  readTopicsOptions,
} from '../../../bench/options.ts';
import { OptionsError } from '../../../bench/options-error.ts';

const least = ['--count', '10', '--template', 'topic.yaml'];

describe('readTopicsOptions', () => {
  const rows: readonly { it: string; args: readonly string[]; options: object }[] = [
    {
      it: 'measures everything of our own operator three times unless told otherwise',
      args: [],
      options: { ready: { type: 'Ready', status: 'True' }, phases: ['create', 'config', 'grow', 'delete'], rounds: 3 },
    },
    {
      it: 'takes another operator, its API and its sign of readiness',
      args: ['--operator', 'run it', '--crds', 'crds.yaml', '--ready', 'Synced=Yes'],
      options: { operator: 'run it', crds: 'crds.yaml', ready: { type: 'Synced', status: 'Yes' } },
    },
    {
      it: 'puts phases into the order in which they happen',
      args: ['--phases', 'delete,create'],
      options: { phases: ['create', 'delete'] },
    },
    { it: 'takes the number of rounds', args: ['--rounds', '1'], options: { rounds: 1 } },
  ];
  it.each(rows)('$it', ({ args, options }) => {
    expect(readTopicsOptions([...least, ...args])).toMatchObject({ count: 10, template: 'topic.yaml', ...options });
  });

  const wrong: readonly { it: string; args: readonly string[]; says: string }[] = [
    { it: 'refuses to guess the template', args: ['--count', '10'], says: '--template is missing' },
    { it: 'refuses to guess the count', args: ['--template', 'a'], says: '--count "" is not a number' },
    { it: 'refuses a count of none', args: [...least, '--count', '0'], says: '--count "0" is not a number' },
    { it: 'refuses half a round', args: [...least, '--rounds', '0.5'], says: '--rounds "0.5" is not a number' },
    { it: 'refuses phases that it does not know', args: [...least, '--phases', 'create,shrink'], says: '"shrink"' },
    { it: 'refuses a condition without a status', args: [...least, '--ready', 'Ready'], says: 'TYPE=STATUS' },
    { it: 'refuses options that it does not know', args: [...least, '--fast'], says: '--fast' },
  ];
  it.each(wrong)('$it', ({ args, says }) => {
    expect(() => readTopicsOptions(args)).toThrow(OptionsError);
    expect(() => readTopicsOptions(args)).toThrow(says);
  });
});

it('takes nothing where there is nothing to choose', () => {
  expect(() => readNoOptions([])).not.toThrow();
  expect(() => readNoOptions(['--count', '5'])).toThrow('--count');
});

it('measures the bundle with a thousand topics unless told otherwise', () => {
  expect(readBundleOptions([])).toEqual({ count: 1_000 });
  expect(readBundleOptions(['--count', '5'])).toEqual({ count: 5 });
});

describe('readScaleOptions', () => {
  it('measures what the aims speak of unless told otherwise', () => {
    const rows = ['tenants', 'restart', 'sweep'];
    const numbers = { count: 10_000, base: 1_000, crowd: 5_000, interval: 300 };
    expect(readScaleOptions([])).toMatchObject({ ...numbers, rows, template: expect.stringMatching(/single\.yaml$/) });
  });

  it('takes fewer rows, in the order in which they are measured', () => {
    expect(readScaleOptions(['--rows', 'sweep,tenants', '--count', '7'])).toMatchObject({
      rows: ['tenants', 'sweep'],
      count: 7,
    });
    expect(readScaleOptions(['--rows', ''])).toMatchObject({ rows: [] });
  });

  it('refuses rows that it does not know', () => {
    expect(() => readScaleOptions(['--rows', 'speed'])).toThrow('--rows: "speed" is none of tenants, restart, sweep');
  });
});

describe('readScalingOptions', () => {
  it('takes two traces of each family unless told otherwise', () => {
    const options = readScalingOptions([]);
    expect(options).toMatchObject({ seeds: 2, cuts: 4, firstSeed: 1, hours: 4, objectives: [60], series: undefined });
    expect(options.families).toContain('sparse');
  });

  it('takes some families, a folder of series and several objectives', () => {
    const args = ['--families', 'ramp,step', '--series', 'traces', '--objectives', '15,600', '--first-seed', '90'];
    const chosen = { families: ['step', 'ramp'], series: 'traces', objectives: [15, 600], firstSeed: 90, lost: 0 };
    expect(readScalingOptions(args)).toMatchObject(chosen);
    expect(readScalingOptions(['--lost', '2']).lost).toBe(0.02);
    expect(readScalingOptions(['--families', '']).families).toEqual([]);
  });

  it('refuses what it does not know', () => {
    expect(() => readScalingOptions(['--families', 'quiet'])).toThrow('--families: "quiet" is none of steady');
    expect(() => readScalingOptions(['--objectives', '60,no'])).toThrow('--objectives "no" is not a number');
  });
});
