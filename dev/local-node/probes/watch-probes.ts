import type { Clock } from '../../../src/ports/clock.ts';
import type { Probe } from '../pod.ts';
import { sleep } from '../sleep.ts';
import { hasGivenUp, initialState, nextTry, type ProbeKind, recordTry, timesOf } from './probe-state.ts';
import { type ProbeTarget, tryProbe } from './try-probe.ts';

export interface ProbeFindings {
  onStarted(): void;
  onReady(ready: boolean): void;
  /** The startup or liveness probe gave up. */
  onUnhealthy(kind: ProbeKind, probe: Probe, message: string): void;
}

export interface ProbeContext {
  target: ProbeTarget;
  clock: Clock;
  /** See `NodeSettings.earlyProbeMs`. */
  earlyMs: number;
}

interface Finding {
  passing: boolean;
  gaveUp: boolean;
  message: string;
}

/** Watches a container that has just started until `signal` aborts: the startup probe first, then the others. */
export async function watchProbes(context: ProbeContext, findings: ProbeFindings, signal: AbortSignal): Promise<void> {
  const { startupProbe, livenessProbe, readinessProbe } = context.target.container;
  if (startupProbe && !(await watchStartup(startupProbe, context, findings, signal))) return;
  findings.onStarted();
  if (!readinessProbe) findings.onReady(true);
  await Promise.all([
    livenessProbe && watchLiveness(livenessProbe, context, findings, signal),
    readinessProbe && watchReadiness(readinessProbe, context, findings, signal),
  ]);
}

async function watchStartup(probe: Probe, context: ProbeContext, findings: ProbeFindings, signal: AbortSignal) {
  for await (const { passing, gaveUp, message } of watchProbe('startup', probe, context, signal)) {
    if (gaveUp) findings.onUnhealthy('startup', probe, message);
    if (passing || gaveUp) return passing;
  }
  return false;
}

async function watchLiveness(probe: Probe, context: ProbeContext, findings: ProbeFindings, signal: AbortSignal) {
  for await (const { gaveUp, message } of watchProbe('liveness', probe, context, signal)) {
    if (gaveUp) return findings.onUnhealthy('liveness', probe, message);
  }
}

async function watchReadiness(probe: Probe, context: ProbeContext, findings: ProbeFindings, signal: AbortSignal) {
  for await (const { passing } of watchProbe('readiness', probe, context, signal)) findings.onReady(passing);
}

/** What the probe says after each try, until `signal` aborts. */
async function* watchProbe(
  kind: ProbeKind,
  probe: Probe,
  context: ProbeContext,
  signal: AbortSignal,
): AsyncGenerator<Finding, void> {
  const { clock, target, earlyMs } = context;
  const times = timesOf(probe);
  const startMs = clock.monotonicMs();
  const ageMs = () => clock.monotonicMs() - startMs;
  let state = initialState(kind);
  let regularMs = times.initialDelayMs;
  let next = { atMs: regularMs, counts: true };
  while (await sleep(clock, next.atMs - ageMs(), signal)) {
    const result = await tryProbe(probe, target, times.timeoutMs, signal);
    if (signal.aborted) return;
    if (result.passed || next.counts) state = recordTry(state, result.passed, times);
    if (next.counts) regularMs += times.periodMs;
    const message = result.passed ? '' : result.message;
    yield { passing: state.passing, gaveUp: hasGivenUp(state, times), message };
    const nowMs = ageMs();
    regularMs = Math.max(regularMs, nowMs);
    next = nextTry(state, times, { nowMs, regularMs }, earlyMs);
  }
}
