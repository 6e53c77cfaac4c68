import { describe, expect, it } from 'vitest';
import {
  initialState,
  nextTry,
  type ProbeKind,
  recordTry,
  timesOf,
} from '../../../../dev/local-node/probes/probe-state.ts';

function passingAfter(kind: ProbeKind, tries: string, probe: object = {}): boolean {
  const times = timesOf(probe);
  return [...tries].reduce((state, mark) => recordTry(state, mark === '+', times), initialState(kind)).passing;
}

describe('recordTry', () => {
  // Each + is a try that passed, each - one that failed.
  const rows: readonly { it: string; kind: ProbeKind; tries: string; probe?: object; passing: boolean }[] = [
    { it: 'takes a container for alive before the first try', kind: 'liveness', tries: '', passing: true },
    { it: 'takes a container for not ready before the first try', kind: 'readiness', tries: '', passing: false },
    { it: 'takes a container for not started before the first try', kind: 'startup', tries: '', passing: false },
    { it: 'passes with the first success', kind: 'readiness', tries: '--+', passing: true },
    {
      it: 'waits for as many successes in a row as are asked for',
      kind: 'readiness',
      tries: '+-+',
      probe: { successThreshold: 2 },
      passing: false,
    },
    {
      it: 'passes with enough successes in a row',
      kind: 'readiness',
      tries: '+-++',
      probe: { successThreshold: 2 },
      passing: true,
    },
    { it: 'survives fewer failures in a row than allowed', kind: 'readiness', tries: '+--+--', passing: true },
    { it: 'fails with three failures in a row', kind: 'liveness', tries: '+---', passing: false },
    { it: 'fails as soon as asked', kind: 'liveness', tries: '-', probe: { failureThreshold: 1 }, passing: false },
    {
      it: 'keeps passing on one success after failures below the threshold',
      kind: 'readiness',
      tries: '++-+',
      probe: { successThreshold: 2 },
      passing: true,
    },
  ];
  it.each(rows)('$it', ({ kind, tries, probe, passing }) => {
    expect(passingAfter(kind, tries, probe)).toBe(passing);
  });
});

describe('nextTry', () => {
  const times = timesOf({ periodSeconds: 10 });
  const waiting = initialState('readiness');
  const passing = { passing: true, streak: 1 };
  const rows = [
    {
      it: 'looks early, without counting, while a container has never been ready',
      state: waiting,
      at: { nowMs: 0, regularMs: 10_000 },
      gives: { atMs: 100, counts: false },
    },
    {
      it: 'looks less often the older the container is',
      state: waiting,
      at: { nowMs: 5_000, regularMs: 10_000 },
      gives: { atMs: 6_000, counts: false },
    },
    {
      it: 'makes the regular try when it is due before the next early one',
      state: waiting,
      at: { nowMs: 9_000, regularMs: 10_000 },
      gives: { atMs: 10_000, counts: true },
    },
    {
      it: 'keeps to the regular times once the probe passes',
      state: passing,
      at: { nowMs: 0, regularMs: 10_000 },
      gives: { atMs: 10_000, counts: true },
    },
  ];
  it.each(rows)('$it', ({ state, at, gives }) => {
    expect(nextTry(state, times, at, 100)).toEqual(gives);
  });

  it('never looks early when several successes are asked for', () => {
    const strict = timesOf({ successThreshold: 2 });
    expect(nextTry(waiting, strict, { nowMs: 0, regularMs: 10_000 }, 100)).toEqual({ atMs: 10_000, counts: true });
  });
});
