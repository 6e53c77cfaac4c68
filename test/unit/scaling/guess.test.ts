import { expect, test } from 'vitest';
import type { Sight, Sizing } from '../../../src/scaling/assessment.ts';
import type { ScalingSpec } from '../../../src/scaling/facts.ts';
import { type Choice, guessSize } from '../../../src/scaling/guess.ts';
import { loadsOf } from '../../../src/scaling/rates.ts';
import { groupOf, partitionOf, specOf } from './samples.ts';

/** What is still all right for an objective of 60 s and commits every 5 s. */
const tolerable = 60 / 4 + 5;
const late = { lagSeconds: tolerable + 0.001 };

function sightOf({ surplus = 0, ...changes }: Partial<Sight> & { surplus?: number }): Sight {
  const group = groupOf(1, [partitionOf(0, { arrival: 50, commitRate: 50 + surplus })]);
  const loads = loadsOf(group) ?? [];
  return {
    group,
    loads,
    arrival: 50,
    backlog: 1_200,
    lagSeconds: 0,
    progressing: true,
    settled: true,
    stuck: [],
    ...changes,
  };
}

test.each<{
  it: string;
  sight?: Parameters<typeof sightOf>[0];
  choice?: Partial<Choice>;
  spec?: Partial<ScalingSpec>;
  overloaded?: boolean;
  sizing: Partial<Sizing>;
}>([
  { it: 'doubles when lag builds up', sight: late, sizing: { need: 4, enough: 2, unmet: undefined } },
  { it: 'takes lag that commits explain for none', sight: { lagSeconds: tolerable }, sizing: { need: 2, enough: 1 } },
  {
    it: 'grows to the next size that is at least double',
    sight: late,
    choice: { sizes: [1, 2, 3, 6] },
    sizing: { need: 6 },
  },
  {
    it: 'grows to the largest where none is double',
    sight: late,
    choice: { sizes: [1, 2, 3] },
    sizing: { need: 3, unmet: undefined },
  },
  {
    it: 'says which limit it has reached',
    sight: late,
    choice: { sizes: [1, 2] },
    sizing: { need: 2, unmet: 'AtMaxReplicas' },
  },
  {
    it: 'does not shrink what is late and larger than all there is',
    sight: late,
    choice: { sizes: [1] },
    sizing: { need: 2, enough: 2, unmet: 'AtMaxReplicas' },
  },
  {
    it: 'stays where there are no sizes',
    sight: late,
    choice: { sizes: [] },
    sizing: { need: 2, unmet: 'AtMaxReplicas' },
  },
  { it: 'stays while the backlog goes in time', sight: { ...late, surplus: 10 }, sizing: { need: 2 } },
  { it: 'grows while it goes too slowly', sight: { ...late, surplus: 9.9 }, sizing: { need: 4 } },
  { it: 'grows while it grows', sight: { ...late, surplus: -10 }, sizing: { need: 4 } },
  { it: 'grows while it stays, were it nothing', sight: { ...late, backlog: 0 }, sizing: { need: 4 } },
  { it: 'tries one size fewer', choice: { replicas: 4 }, sizing: { need: 4, enough: 2, unmet: undefined } },
  { it: 'tries none where the group was too small once', overloaded: true, sizing: { need: 2, enough: 2 } },
  { it: 'tries none under another policy', spec: { policy: 'Balanced' }, sizing: { need: 2, enough: 2 } },
  { it: 'tries none where the age of the lag is unknown', sight: { lagSeconds: undefined }, sizing: { enough: 2 } },
  {
    it: 'goes by what members were seen to do, and never up by that',
    overloaded: true,
    choice: { replicas: 4, shown: 1 },
    sizing: { need: 4, enough: 1 },
  },
  { it: 'never grows by what members were seen to do', overloaded: true, choice: { shown: 4 }, sizing: { enough: 2 } },
])('a guess $it', ({ sight = {}, choice, spec, overloaded = false, sizing }) => {
  const between: Choice = {
    replicas: 2,
    sizes: [1, 2, 4],
    limit: 'AtMaxReplicas',
    catchUpSeconds: 120,
    shown: undefined,
  };
  expect(guessSize(specOf(spec), sightOf(sight), { ...between, ...choice }, overloaded)).toMatchObject(sizing);
});
