import { describe, expect, it } from 'vitest';
import { Health } from '../../../sdk/src/service/health.ts';

function healthAt(clock: { nowMs: number }) {
  return new Health(() => clock.nowMs);
}

describe('Health', () => {
  it('is alive for 30 s after each sign of life, and no longer', () => {
    const clock = { nowMs: 0 };
    const health = healthAt(clock);
    clock.nowMs = 20_000;
    health.beat();
    clock.nowMs = 49_000;
    expect(health.liveness().ok).toBe(true);
    clock.nowMs = 50_000;
    expect(health.liveness()).toEqual({ ok: false, message: 'last sign of life 30.0 s ago' });
  });

  it('is ready when nothing is missing, and names what is', () => {
    const health = healthAt({ nowMs: 0 });
    expect(health.readiness().ok).toBe(true);
    health.missing('topic order.created');
    health.missing('schema order.created-value');
    expect(health.readiness()).toEqual({
      ok: false,
      message: 'waiting for schema order.created-value, topic order.created',
    });
    health.found('schema order.created-value');
    health.found('topic order.created');
    expect(health.readiness().ok).toBe(true);
  });
});
