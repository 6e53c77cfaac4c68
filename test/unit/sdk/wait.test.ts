import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { Health } from '../../../sdk/src/service/health.ts';
import { waitFor } from '../../../sdk/src/service/wait.ts';
import { eventually } from '../../helpers/eventually.ts';

function start() {
  const lines: { msg: string; reason?: string }[] = [];
  const log = pino({}, { write: (line) => lines.push(JSON.parse(line)) });
  const stop = new AbortController();
  return { lines, stop, context: { log, health: new Health(), signal: stop.signal, lookAgainMs: 20 } };
}

describe('waitFor', () => {
  it('gives what it finds, and says nothing if it was there at once', async () => {
    const { lines, context } = start();
    expect(await waitFor('topic a', async () => 'found', context)).toBe('found');
    expect(lines).toEqual([]);
    expect(context.health.readiness().ok).toBe(true);
  });

  it('says once what it waits for and why, is not ready meanwhile, and heals', async () => {
    const { lines, context } = start();
    let there = false;
    const look = vi.fn(async () => {
      if (!there) throw new Error('no such topic');
    });
    const waiting = waitFor('topic a', look, context);
    await eventually(() => expect(look.mock.calls.length).toBeGreaterThan(2), { within: 30_000 });
    expect(context.health.readiness()).toEqual({ ok: false, message: 'waiting for topic a' });

    there = true;
    await waiting;
    expect(lines).toMatchObject([{ msg: 'waiting for topic a', reason: 'no such topic' }, { msg: 'found topic a' }]);
    expect(context.health.readiness().ok).toBe(true);
  });

  it('says so when the reason changes', async () => {
    const { lines, context } = start();
    const reasons = ['broker is away', 'broker is away', 'no such topic'];
    const look = async () => {
      const reason = reasons.shift();
      if (reason) throw new Error(reason);
    };
    await waitFor('topic a', look, context);
    expect(lines.map(({ reason }) => reason)).toEqual(['broker is away', 'no such topic', undefined]);
  });

  it('stays alive however long it waits', async () => {
    const clock = { nowMs: 0 };
    const health = new Health(() => clock.nowMs);
    const look = async () => {
      clock.nowMs += 29_000;
      if (clock.nowMs < 200_000) throw new Error('no such topic');
    };
    const { context } = start();
    await waitFor('topic a', look, { ...context, health });
    expect(health.liveness().ok).toBe(true);
  });

  it('ends when the service stops', async () => {
    const { stop, context } = start();
    const waiting = waitFor('topic a', () => Promise.reject(new Error('no such topic')), context);
    stop.abort();
    await expect(waiting).rejects.toThrow();
  });
});
