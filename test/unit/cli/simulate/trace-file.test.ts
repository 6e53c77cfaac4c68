import { describe, expect, it } from 'vitest';
import { UserError } from '../../../../src/cli/shell.ts';
import { readTraceFile, traceIn } from '../../../../src/cli/simulate/trace-file.ts';

const least = { seconds: 2, partitions: 2, arrivals: { perSecond: [1, 2] }, world: { ratePerMember: 5 } };
const read = (changes: object) => traceIn('day.json', JSON.stringify({ ...least, ...changes }));

describe('a trace', () => {
  it('has what an EventConsumer and its pods have, where it says nothing else', () => {
    expect(read({})).toEqual({
      trace: {
        name: 'day.json',
        seconds: 2,
        partitions: 2,
        arrivals: { perSecond: [1, 2] },
        replicas: 1,
        objective: { maxLagSeconds: 60, minReplicas: 1 },
        world: { ratePerMember: 5, podStartSeconds: 20, rebalanceSeconds: 5, protocol: 'eager', commitSeconds: 5 },
      },
      warnings: [],
    });
  });

  it('may say all of it', () => {
    const all = {
      name: 'all',
      seconds: 2,
      partitions: 2,
      weights: [3, 1],
      replicas: 0,
      arrivals: {
        perPartition: [
          [0, 1.5],
          [2, 0],
        ],
      },
      world: {
        ratePerMember: [5, 0],
        podStartSeconds: 1,
        rebalanceSeconds: 0,
        protocol: 'consumer',
        commitSeconds: 0.5,
        assignor: 'range',
        downstreamPerSecond: 9,
        podQuota: 3,
        stuck: [{ partition: 1, from: 0, to: 1 }],
        blind: [{ from: 1, to: 2 }],
      },
      objective: { maxLagSeconds: 7, minReplicas: 0, maxReplicas: 4 },
    };
    expect(traceIn('x', JSON.stringify(all))).toEqual({ trace: all, warnings: [] });
  });

  it('is warned about what it says in vain', () => {
    const { warnings } = read({ family: 'step', world: { ratePerMember: 5, podStartSecond: 3 } });
    expect(warnings).toEqual([
      'warning: day.json: family is not read',
      'warning: day.json: world.podStartSecond is not read; did you mean podStartSeconds?',
    ]);
  });

  it('comes from standard input too', async () => {
    const { trace } = await readTraceFile('-', async () => JSON.stringify(least));
    expect(trace.name).toBe('standard input');
  });
});

describe('what is no trace is refused with the place and what has to be there', () => {
  const world = (changes: object) => ({ world: { ...least.world, ...changes } });
  it.each([
    {
      given: { seconds: undefined },
      says: 'day.json: seconds is missing; it has to be a whole number from 1 to 604800',
    },
    { given: { seconds: 1.5 }, says: 'day.json: seconds is 1.5, and has to be a whole number from 1 to 604800' },
    { given: { partitions: '2' }, says: 'day.json: partitions is "2", and has to be a whole number from 1 to 10000' },
    {
      given: { seconds: 604_800, partitions: 10_000 },
      says: /^day.json: seconds times partitions is 6048000000, and 1/,
    },
    { given: { name: '' }, says: 'day.json: name has to be a text' },
    { given: { weights: [1] }, says: 'day.json: weights has a length of 1, and partitions is 2' },
    { given: { weights: [0, 0] }, says: 'day.json: weights are all 0; one has to be more' },
    { given: { arrivals: [1] }, says: 'day.json: arrivals is [1], and has to be an object' },
    { given: { arrivals: {} }, says: 'day.json: arrivals has to have either perSecond or perPartition' },
    {
      given: { arrivals: { perSecond: [1] } },
      says: 'day.json: arrivals.perSecond has a length of 1, and seconds is 2',
    },
    {
      given: { arrivals: { perSecond: [1, -1] } },
      says: 'day.json: arrivals.perSecond[1] is -1, and has to be a number of 0 or more',
    },
    { given: { arrivals: { perSecond: 'all' } }, says: 'day.json: arrivals.perSecond is "all", and has to be a list' },
    {
      given: { arrivals: { perPartition: [[1, 1]] } },
      says: 'day.json: arrivals.perPartition has a length of 1, and partitions is 2',
    },
    {
      given: { arrivals: { perPartition: [[1, 1], [1]] } },
      says: 'day.json: arrivals.perPartition[1] has a length of 1, and seconds is 2',
    },
    { given: { world: undefined }, says: 'day.json: world is missing; it has to be an object' },
    { given: world({ ratePerMember: 0 }), says: 'day.json: world.ratePerMember is 0, and has to be a number above 0' },
    {
      given: world({ ratePerMember: [1] }),
      says: 'day.json: world.ratePerMember has a length of 1, and seconds is 2',
    },
    {
      given: world({ protocol: 'lazy' }),
      says: 'day.json: world.protocol is "lazy", and has to be one of eager, cooperative, consumer',
    },
    {
      given: world({ blind: [{ from: 5, to: 5 }] }),
      says: 'day.json: world.blind[0].to is 5, and has to be more than from, which is 5',
    },
    {
      given: world({ stuck: [{ partition: 2, from: 0, to: 5 }] }),
      says: 'day.json: world.stuck[0].partition is 2, and has to be a whole number from 0 to 1',
    },
    {
      given: { objective: { minReplicas: 4, maxReplicas: 3 } },
      says: 'day.json: objective.maxReplicas is 3, and objective.minReplicas is 4',
    },
    { given: { replicas: -1 }, says: 'day.json: replicas is -1, and has to be a whole number from 0 to 10000' },
  ])('$given', ({ given, says }) => {
    expect(() => read(given)).toThrow(UserError);
    expect(() => read(given)).toThrow(says);
  });

  it('and so is what is not JSON, and a file that is not there', async () => {
    expect(() => traceIn('day.json', '{')).toThrow(/^day.json: this is not JSON: /);
    expect(() => traceIn('day.json', '[]')).toThrow('day.json: the file is [], and has to be an object');
    const reading = readTraceFile('/nowhere/x.json', async () => '');
    await expect(reading).rejects.toThrow('cannot read /nowhere/x.json: there is no such file');
  });
});
