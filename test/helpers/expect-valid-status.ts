import { expect } from 'vitest';
import type { Condition, Managed } from '../../src/runtime/kind.ts';

/** What has to hold for the status of every resource of ours, whatever happened to it. */
export function expectValidStatus(resource: Managed): void {
  expect(statusProblems(resource), `status of ${resource.metadata.name}`).toEqual([]);
}

/** The rules that are broken, as sentences. */
export function statusProblems({ metadata, status = {} }: Managed): readonly string[] {
  const generation = metadata.generation ?? 0;
  const observed = status.observedGeneration ?? -1;
  const conditions = status.conditions ?? [];
  const of = (type: string) => conditions.find((condition) => condition.type === type);
  const [ready, reconciling, stalled, paused] = [of('Ready'), of('Reconciling'), of('Stalled'), of('Paused')];
  const settled = ready !== undefined && !reconciling && !stalled && !paused;

  const rules: readonly (readonly [string, boolean])[] = [
    ['observedGeneration is a whole number of at least -1', Number.isInteger(observed) && observed >= -1],
    ['observedGeneration is not ahead of the generation', observed <= generation],
    ['each condition type occurs once', new Set(conditions.map(({ type }) => type)).size === conditions.length],
    ['where there are conditions, Ready is one of them', conditions.length === 0 || ready !== undefined],
    ['a resource that was evaluated has conditions', observed === -1 || conditions.length > 0],
    ['Reconciling and Stalled never stand together', !(reconciling && stalled)],
    ['Paused stands neither with Reconciling nor with Stalled', !(paused && (reconciling || stalled))],
    ['Reconciling, Stalled and Paused are True or absent', onlyTrue([reconciling, stalled, paused])],
    [
      'what is Stalled is not Ready, for the same reason',
      !stalled || (ready?.status === 'False' && ready.reason === stalled.reason),
    ],
    ['what is Stalled was evaluated', !stalled || observed === stalled.observedGeneration],
    [
      'Ready is Unknown only where a pause came before the first look',
      ready?.status !== 'Unknown' || paused !== undefined,
    ],
    ['what is not Ready says whether to wait or to act', !settled || ready.status === 'True'],
    ['what is Ready was evaluated', ready?.status !== 'True' || observed >= 0],
    [
      'what is Ready and has nothing pending is so for the generation evaluated',
      !settled || ready.observedGeneration === observed,
    ],
  ];
  const broken = rules.filter(([, holds]) => !holds).map(([rule]) => rule);
  return [...broken, ...conditions.flatMap((condition) => conditionProblems(condition, generation))];
}

function conditionProblems(condition: Condition, generation: number): readonly string[] {
  const { type, status, reason, message, lastTransitionTime, observedGeneration } = condition;
  const rules: readonly (readonly [string, boolean])[] = [
    ['its type is one word', /^[A-Z][A-Za-z0-9]*$/.test(type)],
    ['its status is True, False or Unknown', ['True', 'False', 'Unknown'].includes(status)],
    ['its reason is one word', /^[A-Z][A-Za-z0-9]*$/.test(reason)],
    ['its message says something, in at most 4096 characters', message.length > 0 && message.length <= 4096],
    [
      'its message names no time, which would change while the problem stays',
      !/\d{4}-\d\d-\d\dT\d\d:\d\d/.test(message),
    ],
    ['its time is in whole seconds', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(lastTransitionTime)],
    ['it speaks of a generation that exists', observedGeneration !== undefined && observedGeneration <= generation],
  ];
  return rules.filter(([, holds]) => !holds).map(([rule]) => `${type}: ${rule}`);
}

function onlyTrue(conditions: readonly (Condition | undefined)[]): boolean {
  return conditions.every((condition) => condition === undefined || condition.status === 'True');
}
