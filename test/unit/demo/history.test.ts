import { describe, expect, it } from 'vitest';
import { History } from '../../../dev/demo/history.ts';
import { look, scaled } from './looks.ts';

describe('the moves of a history', () => {
  it('are the changes of size that come after the first look', () => {
    const history = new History();
    expect(history.take(look(0, scaled(2, 1, 0)), 'calm')).toEqual([]);
    const moves = history.take(look(5, scaled(1, 3, 5)), 'burst');
    expect(moves).toEqual([{ atMs: 5, stage: 'burst', consumer: 'shipping', from: 1, to: 3, why: 'because of 3' }]);
    expect(history.take(look(6, scaled(1, 3, 5)), 'burst')).toEqual([]);
    expect(history.moves).toEqual(moves);
  });

  it('count once the Deployment shows what the status says', () => {
    const history = new History();
    history.take(look(0), 'calm');
    const replicas = { current: 1, ready: 1, desired: 3, max: 3 };
    expect(history.take(look(1, { ...scaled(1, 3, 1), replicas }), 'calm')).toEqual([]);
    expect(history.take(look(2, scaled(1, 3, 1)), 'burst')).toMatchObject([{ atMs: 2, from: 1, to: 3 }]);
  });
});

describe('the lag of a history', () => {
  it('keeps the highest, and when it was last over the objective', () => {
    const history = new History();
    history.take(look(1, { lag: { records: 9, seconds: 30 }, withinObjective: false }), 'burst');
    history.take(look(2, { lag: { records: 9, seconds: 10 }, withinObjective: false }), 'burst');
    history.take(look(3, { lag: { records: undefined, seconds: undefined }, withinObjective: undefined }), 'burst');
    history.take(look(4), 'drain');
    expect(history.lag.get('shipping')).toEqual({ highestSeconds: 30, lastOverMs: 2 });
  });
});

describe('settledMs', () => {
  it('counts from the first of the settled looks in a row', () => {
    const history = new History();
    expect(history.settledMs()).toBe(0);
    history.take(look(1_000), 'empty');
    history.take(look(2_000, { lag: { records: 1, seconds: 0 } }), 'empty');
    expect(history.settledMs()).toBe(0);
    history.take(look(3_000), 'empty');
    history.take(look(9_000), 'empty');
    expect(history.settledMs()).toBe(6_000);
  });
});

describe('throughput', () => {
  const take = (history: History, atMs: number, placed: number, shipped: number) =>
    history.take(look(atMs, {}, { placed, inFlight: placed - shipped, shipped }), 'wave');

  it('is the mean over the last 10 s', () => {
    const history = new History();
    expect(history.throughput()).toBeUndefined();
    take(history, 0, 0, 0);
    expect(history.throughput()).toBeUndefined();
    take(history, 10_000, 100, 50);
    take(history, 20_000, 400, 60);
    expect(history.throughput()).toEqual({ placed: 30, shipped: 1 });
  });

  it('leaves out looks that could not see the orders', () => {
    const history = new History();
    take(history, 0, 0, 0);
    history.take({ ...look(5_000), orders: undefined }, 'wave');
    take(history, 10_000, 100, 50);
    expect(history.throughput()).toEqual({ placed: 10, shipped: 5 });
  });

  it('is never negative when the projection begins anew', () => {
    const history = new History();
    take(history, 0, 100, 100);
    take(history, 10_000, 5, 5);
    expect(history.throughput()).toEqual({ placed: 0, shipped: 0 });
  });

  it('comes as bars of 5 s, the newest last and no more than there are', () => {
    const history = new History();
    expect(history.bars(3)).toEqual([]);
    for (let second = 0; second <= 12; second += 1) take(history, second * 1_000, second * 10, 0);
    expect(history.bars(3)).toEqual([
      { placed: 10, shipped: 0 },
      { placed: 10, shipped: 0 },
    ]);
    expect(history.bars(1)).toHaveLength(1);
  });
});
