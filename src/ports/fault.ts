/** Which outside system a fault came from. */
export type FaultSystem = 'kubernetes' | 'kafka' | 'registry';

/**
 * What a fault means for us:
 * - `unavailable`: no usable answer (refused, reset, silent, malformed, overloaded); try again with backoff
 * - `throttled`: the other side asked us to wait
 * - `denied`: our credentials are not allowed to do this
 * - `rejected`: the other side understood the request and says that it is wrong
 * - `conflict`: the state moved under us; look again
 */
export type FaultKind = 'unavailable' | 'throttled' | 'denied' | 'rejected' | 'conflict';

export interface FaultDetails {
  /** The other side's own code, such as `TOPIC_ALREADY_EXISTS`, `404` or `ECONNREFUSED`. */
  code?: string;
  /** What the other side said about it, for people; nothing is decided by it. */
  words?: string;
  /** How long the other side asked us to wait, whatever it said: see `Fault`. */
  retryAfterMs?: number;
  /** The connection itself was denied, whatever it was for: our credentials were not accepted. */
  atLogin?: boolean;
  cause?: unknown;
}

/** A server that asks for more will not come back soon, or means something else. */
const longestWaitMs = 3_600_000;

/** The only error that adapters throw. "Not there" is no fault: it is `undefined`. */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly system: FaultSystem;
  readonly kind: FaultKind;
  readonly code: string | undefined;
  readonly words: string | undefined;
  /** How long the other side asked us to wait: 0 to an hour. */
  readonly retryAfterMs: number | undefined;
  readonly atLogin: boolean;

  constructor(system: FaultSystem, kind: FaultKind, message: string, details: FaultDetails = {}) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.system = system;
    this.kind = kind;
    this.code = details.code;
    this.words = details.words;
    this.retryAfterMs = waitOf(details.retryAfterMs);
    this.atLogin = details.atLogin ?? false;
  }
}

function waitOf(ms: number | undefined): number | undefined {
  return ms === undefined || Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), longestWaitMs);
}

/** One answer of a batch: its own value, or its own Fault. One bad item never hides the others. */
export type Settled<T> = { ok: true; value: T } | { ok: false; fault: Fault };
