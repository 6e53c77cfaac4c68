import type { Probe } from '../pod.ts';

export type ProbeKind = 'startup' | 'liveness' | 'readiness';

/** A probe's thresholds and times, with the API's defaults. */
export interface ProbeTimes {
  initialDelayMs: number;
  periodMs: number;
  timeoutMs: number;
  successThreshold: number;
  failureThreshold: number;
}

export function timesOf(probe: Probe): ProbeTimes {
  return {
    initialDelayMs: (probe.initialDelaySeconds ?? 0) * 1000,
    periodMs: (probe.periodSeconds ?? 10) * 1000,
    timeoutMs: (probe.timeoutSeconds ?? 1) * 1000,
    successThreshold: probe.successThreshold ?? 1,
    failureThreshold: probe.failureThreshold ?? 3,
  };
}

/** What the tries so far say. `streak` counts tries in a row: above zero passed, below zero failed. */
export interface ProbeState {
  passing: boolean;
  streak: number;
}

/** A container counts as alive, and as neither ready nor started, until its probes say otherwise. */
export function initialState(kind: ProbeKind): ProbeState {
  return { passing: kind === 'liveness', streak: 0 };
}

export function recordTry(state: ProbeState, passed: boolean, times: ProbeTimes): ProbeState {
  if (passed) {
    const streak = Math.max(state.streak, 0) + 1;
    return { passing: state.passing || streak >= times.successThreshold, streak };
  }
  const failed = { passing: state.passing, streak: Math.min(state.streak, 0) - 1 };
  return hasGivenUp(failed, times) ? { ...failed, passing: false } : failed;
}

/** As many failures in a row as the probe allows, or more. */
export function hasGivenUp(state: ProbeState, times: ProbeTimes): boolean {
  return -state.streak >= times.failureThreshold;
}

/** When to try next, and whether a failure then counts. Times are milliseconds since the container started. */
export interface NextTry {
  atMs: number;
  counts: boolean;
}

/**
 * The next try after one at `nowMs`; `regularMs` is the next regular one. While a single success is all that is missing
 * we look in between as well, at most a fifth of the container's age late, so that a server is found ready soon after
 * it is. A failure of such an early look says nothing and does not count.
 */
export function nextTry(
  state: ProbeState,
  times: ProbeTimes,
  at: { nowMs: number; regularMs: number },
  earlyMs: number,
): NextTry {
  const earlyAtMs = at.nowMs + Math.max(earlyMs, at.nowMs / 5);
  const early = !state.passing && times.successThreshold === 1 && earlyAtMs < at.regularMs;
  return early ? { atMs: earlyAtMs, counts: false } : { atMs: at.regularMs, counts: true };
}
