import { describe, expect, it } from 'vitest';
import { History } from '../../../dev/demo/history.ts';
import { checkStages, Stages, waveRate } from '../../../dev/demo/stages.ts';
import { look, scaled } from './looks.ts';

function isOver(name: string, history: History, elapsedMs = 1_000): boolean | undefined {
  return checkStages.find((stage) => stage.name === name)?.isOver(history, elapsedMs);
}

describe('the stages of a check', () => {
  it('are a calm of 30 s, a burst of 60 s at 60 orders/s, a drain, a shrinking, an emptying and a quiet of 30 s', () => {
    expect(checkStages.map(({ name, rate }) => `${name} ${rate(0)}/s`)).toEqual([
      'calm 10/s',
      'burst 60/s',
      'drain 10/s',
      'shrink 10/s',
      'empty 0/s',
      'quiet 0/s',
    ]);
    const history = new History();
    const timed = [
      { name: Stages.calm, lastsMs: 30_000 },
      { name: Stages.burst, lastsMs: 60_000 },
      { name: Stages.quiet, lastsMs: 30_000 },
    ];
    for (const { name, lastsMs } of timed) {
      expect(isOver(name, history, lastsMs - 1)).toBe(false);
      expect(isOver(name, history, lastsMs)).toBe(true);
    }
  });

  it('drain until every lag is known to be within its objective', () => {
    const history = new History();
    expect(isOver(Stages.drain, history)).toBe(false);
    for (const withinObjective of [false, undefined]) {
      history.take(look(1, { withinObjective }), Stages.drain);
      expect(isOver(Stages.drain, history)).toBe(false);
    }
    history.take(look(2), Stages.drain);
    expect(isOver(Stages.drain, history)).toBe(true);
  });

  it('shrink until a consumer has shrunk since the burst', () => {
    const history = new History();
    history.take(look(0), Stages.calm);
    history.take(look(1, scaled(2, 1, 1)), Stages.burst);
    history.take(look(2, scaled(1, 3, 2)), Stages.drain);
    expect(isOver(Stages.shrink, history)).toBe(false);
    history.take(look(3, scaled(3, 1, 3)), Stages.drain);
    expect(isOver(Stages.shrink, history)).toBe(true);
  });

  it('empty until nothing has been about to change for 10 s', () => {
    const history = new History();
    history.take(look(0), Stages.empty);
    history.take(look(9_999), Stages.empty);
    expect(isOver(Stages.empty, history)).toBe(false);
    history.take(look(10_000), Stages.empty);
    expect(isOver(Stages.empty, history)).toBe(true);
  });
});

describe('the wave', () => {
  const seconds = Array.from({ length: 600 }, (_, second) => waveRate(second * 1_000));

  it('goes between 5 and 45 orders/s', () => {
    expect(Math.min(...seconds)).toBeCloseTo(5, 1);
    expect(Math.max(...seconds)).toBeCloseTo(45, 1);
  });

  it('comes back every 10 minutes', () => {
    expect(waveRate(700_000)).toBeCloseTo(waveRate(100_000), 6);
  });

  it('stays low enough for one replica of 20/s long enough for a consumer to shrink, even after several turns', () => {
    expect(seconds.filter((rate) => rate < 16).length).toBeGreaterThan(270);
  });

  it('asks for a second replica within two minutes', () => {
    expect(Math.max(...seconds.slice(0, 120))).toBeGreaterThan(18);
  });
});
