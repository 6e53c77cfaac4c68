import type { Metrics } from '../ports/metrics.ts';

/** How exactly a block is measured. */
const everyMs = 20;

/**
 * Measures for how long our own work keeps the event loop from turning: while it does, no lease is renewed and no probe
 * answered. Time in which the machine lets others run is not ours and does not count. Returns how to stop.
 */
export function watchEventLoop(metrics: Metrics): () => void {
  const help = 'For how long our own work kept the event loop from turning, looked at 50 times a second.';
  const blocked = metrics.histogram('sluice_event_loop_blocked_seconds', help);
  let before = look();
  const timer = setInterval(() => {
    const now = look();
    const lateMs = Math.min(now.wallMs - before.wallMs - everyMs, now.ownMs - before.ownMs);
    blocked.observe(Math.max(0, lateMs) / 1_000);
    before = now;
  }, everyMs).unref();
  return () => clearInterval(timer);
}

/** The time, and how much of it this thread had so far. */
function look(): { wallMs: number; ownMs: number } {
  const { user, system } = process.threadCpuUsage();
  return { wallMs: performance.now(), ownMs: (user + system) / 1_000 };
}
