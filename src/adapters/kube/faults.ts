import { Fault, type FaultKind } from '../../ports/fault.ts';

/** The part of a Kubernetes `Status` object that says what went wrong. */
export interface StatusAnswer {
  code: number;
  message: string;
  retryAfterMs?: number;
}

/** What an HTTP status means for us. A write to an object that is gone is a conflict: the state moved under us. */
export function kindOfStatus(code: number, verb: string): FaultKind {
  switch (code) {
    case 401:
    case 403:
      return 'denied';
    case 404:
      return verb === 'patch' || verb === 'delete' ? 'conflict' : 'rejected';
    case 408:
      return 'unavailable';
    case 409:
    case 410:
    case 412:
      return 'conflict';
    case 429:
      return 'throttled';
    default:
      return code >= 400 && code < 500 ? 'rejected' : 'unavailable';
  }
}

/** An answer that refuses. `what` begins the message: `cannot patch eventtopics/status shop/orders`. */
export function faultOfStatus(what: string, verb: string, answer: StatusAnswer): Fault {
  const { code, message, retryAfterMs } = answer;
  return new Fault('kubernetes', kindOfStatus(code, verb), `${what}: ${message}`, {
    code: String(code),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

/** No usable answer: refused, reset, cut off, or credentials that cannot be read. */
export function faultOfError(what: string, error: unknown): Fault {
  if (error instanceof Fault) return error;
  const reason = error instanceof Error ? error.message || error.name : String(error);
  return new Fault('kubernetes', 'unavailable', `${what}: ${reason}`, { code: codeOfError(error), cause: error });
}

/** An answer that is no Kubernetes answer, such as the page of a proxy in between. */
export function malformed(what: string, problem: string, cause?: unknown): Fault {
  return new Fault('kubernetes', 'unavailable', `${what}: ${problem}`, { code: 'MALFORMED', cause });
}

/** Why `signal` aborted: our own fault if it was aborted with one, otherwise the caller gave up. */
export function faultOfAbort(what: string, signal: AbortSignal): Fault {
  if (signal.reason instanceof Fault) return signal.reason;
  return new Fault('kubernetes', 'unavailable', `${what}: given up by the caller`, {
    code: 'ABORTED',
    cause: signal.reason,
  });
}

export function isFault(error: unknown, code: string): error is Fault {
  return error instanceof Fault && error.code === code;
}

function codeOfError(error: unknown): string {
  if (!(error instanceof Error)) return 'UNKNOWN';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
