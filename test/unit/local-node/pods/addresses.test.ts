import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../../../dev/local-node/backoff.ts';
import { ADDRESSES, AddressPool } from '../../../../dev/local-node/pods/addresses.ts';

function fullPool(): AddressPool {
  const pool = new AddressPool('127.100.9');
  for (let owner = 0; owner < ADDRESSES; owner++) pool.take(`pod-${owner}`);
  return pool;
}

describe('AddressPool', () => {
  it('begins at .10 and gives each owner an address of its own, the same one each time', () => {
    const pool = new AddressPool('127.100.9');
    expect([pool.take('a'), pool.take('b'), pool.take('a')]).toEqual(['127.100.9.10', '127.100.9.11', '127.100.9.10']);
  });

  it('does not give a released address again while others were free longer', () => {
    const pool = new AddressPool('127.100.9');
    pool.take('a');
    pool.release('a');
    expect(pool.take('b')).toBe('127.100.9.11');
  });

  it('has an address for 245 pods, and the next one waits for a release', () => {
    const pool = fullPool();
    expect(pool.take('late')).toBeUndefined();
    pool.release('pod-7');
    expect(pool.take('late')).toBe('127.100.9.17');
  });

  it('gives an address back to the pod that had it before', () => {
    const pool = new AddressPool('127.100.9');
    pool.restore('old', '127.100.9.10');
    expect([pool.take('new'), pool.take('old')]).toEqual(['127.100.9.11', '127.100.9.10']);
  });

  it('restores no address of another network, outside its range, or in use', () => {
    const pool = new AddressPool('127.100.9');
    pool.take('a');
    for (const address of ['127.100.8.20', '127.100.9.9', '127.100.9.10', '127.100.9.x', ''])
      pool.restore('b', address);
    expect(pool.take('b')).toBe('127.100.9.11');
  });

  it('says whether there was anything to release', () => {
    const pool = new AddressPool('127.100.9');
    pool.take('a');
    expect([pool.release('a'), pool.release('a')]).toEqual([true, false]);
  });
});

describe('backoffMs', () => {
  const rows = [
    { it: 'lets the first restart be immediate', restarts: 0, gives: 0 },
    { it: 'waits the base before the second', restarts: 1, gives: 10_000 },
    { it: 'doubles with each further one', restarts: 3, gives: 40_000 },
    { it: 'never waits longer than the most', restarts: 6, gives: 300_000 },
    { it: 'never waits longer than the most, however often it restarts', restarts: 5_000, gives: 300_000 },
  ];
  it.each(rows)('$it', ({ restarts, gives }) => {
    expect(backoffMs(restarts, { baseMs: 10_000, maxMs: 300_000 })).toBe(gives);
  });
});
