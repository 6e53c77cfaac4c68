import { setTimeout as sleep } from 'node:timers/promises';
import type { MeasuredOperator } from '../stage/operator.ts';
import { addCounts, countRequests, type RequestCounts, Tail } from './audit-log.ts';
import { readUsage, resetPeak } from './usage.ts';

/** Longer than the pause after which an operator may write what is not urgent. */
const QUIET_MS = 3_000;
const QUIET_WITHIN_MS = 60_000;
const POLL_MS = 250;

/** What an operator took for some work. */
export interface Consumption {
  requests: RequestCounts;
  cpuSeconds: number;
  /** The most that was resident meanwhile. */
  peakMiB: number;
}

/** Measures what an operator takes between `start` and the moment after `stop` in which it has become quiet. */
export class Meter {
  readonly #operator: MeasuredOperator;
  readonly #log: Tail;
  #cpuSeconds = 0;

  /** @param auditLog path */
  constructor(operator: MeasuredOperator, auditLog: string) {
    this.#operator = operator;
    this.#log = new Tail(auditLog);
  }

  start(): void {
    this.#log.read();
    resetPeak(this.#operator.pid);
    this.#cpuSeconds = readUsage(this.#operator.pid).cpuSeconds;
  }

  /** Work that outlives the last resource, such as events, belongs to the phase that caused it. */
  async stop(): Promise<Consumption> {
    const requests = await this.#untilQuiet();
    const { cpuSeconds, peakMiB } = readUsage(this.#operator.pid);
    return { requests, cpuSeconds: cpuSeconds - this.#cpuSeconds, peakMiB };
  }

  async #untilQuiet(): Promise<RequestCounts> {
    const deadlineMs = performance.now() + QUIET_WITHIN_MS;
    let requests: RequestCounts = new Map();
    for (let busyMs = performance.now(); ; await sleep(POLL_MS)) {
      const nowMs = performance.now();
      const more = countRequests(this.#log.read(), this.#operator.user);
      requests = addCounts(requests, more);
      if ([...more.keys()].some((request) => !request.endsWith(' leases'))) busyMs = nowMs;
      if (nowMs - busyMs >= QUIET_MS || nowMs >= deadlineMs) return requests;
    }
  }
}
