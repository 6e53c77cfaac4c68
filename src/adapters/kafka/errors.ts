import { AuthenticationError, protocolErrorsCodesById } from '@platformatic/kafka';
import { Fault, type FaultDetails, type FaultKind } from '../../ports/fault.ts';

/** What each of Kafka's codes means for us. A code that is not here is a refusal: `rejected`. */
const codesByKind: Readonly<Record<Exclude<FaultKind, 'rejected'>, readonly string[]>> = {
  unavailable: [
    'UNKNOWN_SERVER_ERROR',
    'CORRUPT_MESSAGE',
    'LEADER_NOT_AVAILABLE',
    'REQUEST_TIMED_OUT',
    'BROKER_NOT_AVAILABLE',
    'REPLICA_NOT_AVAILABLE',
    'NETWORK_EXCEPTION',
    'COORDINATOR_LOAD_IN_PROGRESS',
    'COORDINATOR_NOT_AVAILABLE',
    'KAFKA_STORAGE_ERROR',
    'LISTENER_NOT_FOUND',
    'PREFERRED_LEADER_NOT_AVAILABLE',
    'ELIGIBLE_LEADERS_NOT_AVAILABLE',
    'UNSTABLE_OFFSET_COMMIT',
    'BROKER_ID_NOT_REGISTERED',
  ],
  throttled: ['THROTTLING_QUOTA_EXCEEDED'],
  denied: [
    'TOPIC_AUTHORIZATION_FAILED',
    'GROUP_AUTHORIZATION_FAILED',
    'CLUSTER_AUTHORIZATION_FAILED',
    'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
    'DELEGATION_TOKEN_AUTHORIZATION_FAILED',
    'SASL_AUTHENTICATION_FAILED',
    'UNSUPPORTED_SASL_MECHANISM',
    'ILLEGAL_SASL_STATE',
    'SECURITY_DISABLED',
  ],
  conflict: [
    'OFFSET_OUT_OF_RANGE',
    'UNKNOWN_TOPIC_OR_PARTITION',
    'UNKNOWN_TOPIC_ID',
    'INCONSISTENT_TOPIC_ID',
    'TOPIC_ALREADY_EXISTS',
    'NOT_CONTROLLER',
    'STALE_CONTROLLER_EPOCH',
    'NOT_COORDINATOR',
    'NOT_LEADER_OR_FOLLOWER',
    'FENCED_LEADER_EPOCH',
    'UNKNOWN_LEADER_EPOCH',
    'NEW_LEADER_ELECTED',
    'REASSIGNMENT_IN_PROGRESS',
    'NO_REASSIGNMENT_IN_PROGRESS',
    // We name live brokers only: one of them went away meanwhile.
    'INVALID_REPLICA_ASSIGNMENT',
    'REBALANCE_IN_PROGRESS',
    'CONCURRENT_TRANSACTIONS',
  ],
};

const kindByCode = new Map<string, FaultKind>();
for (const kind of ['unavailable', 'throttled', 'denied', 'conflict'] as const) {
  for (const code of codesByKind[kind]) kindByCode.set(code, kind);
}

/** Kafka's own name of an error number, such as `TOPIC_ALREADY_EXISTS` for 36. */
export function nameOfCode(code: number): string {
  return protocolErrorsCodesById[code] ?? `KAFKA_ERROR_${code}`;
}

export function kindOfCode(code: number): FaultKind {
  return kindByCode.get(nameOfCode(code)) ?? 'rejected';
}

export interface Refusal {
  errorCode: number;
  errorMessage?: string | null | undefined;
}

export interface RefusalDetails {
  throttleTimeMs?: number;
  /** What has to be granted where the broker says that we may not: see `aclFor`. */
  acl?: string | undefined;
}

/** An error that a broker answered. `what` begins the message: `cannot create topic "orders"`. */
export function faultOfCode(what: string, refusal: Refusal, details: RefusalDetails = {}): Fault {
  const { throttleTimeMs = 0, acl } = details;
  const code = nameOfCode(refusal.errorCode);
  const kind = kindOfCode(refusal.errorCode);
  if (kind === 'throttled') return throttled(throttleTimeMs);
  // The broker's own words are "Topic authorization failed.", which helps nobody.
  const needed = kind === 'denied' && acl !== undefined ? `needs ACL ${acl}` : undefined;
  const reason = needed ?? (refusal.errorMessage ? `${code}: ${refusal.errorMessage}` : code);
  return new Fault('kafka', kind, `${what}: ${reason}`, {
    code,
    ...(refusal.errorMessage && { words: refusal.errorMessage }),
  });
}

/** When a broker that makes us wait for hours is asked again all the same: somebody may have raised the quota. */
export const longestThrottleMs = 300_000;

const waits = [
  { upToMs: 10_000, words: 'up to 10 s' },
  { upToMs: 60_000, words: 'up to a minute' },
  { upToMs: 300_000, words: 'up to 5 minutes' },
  { upToMs: 3_600_000, words: 'up to an hour' },
];

/** The quotas of Kafka, as administrators know them. */
export type Quota = 'controller_mutation_rate' | 'request_percentage or consumer_byte_rate';

/**
 * A client quota is used up for `waitMs`. Whatever was to be done, the message is the same, and it tells the wait in
 * steps: it must not change with each try.
 */
export function throttled(waitMs: number, quota: Quota = 'controller_mutation_rate'): Fault {
  const { words } = waits.find(({ upToMs }) => waitMs <= upToMs) ?? { words: 'more than an hour' };
  const message = `the operator's client quota in Kafka (${quota}) is used up for ${words}; it is tried again by itself`;
  const retryAfterMs = Math.min(waitMs, longestThrottleMs);
  return new Fault('kafka', 'throttled', message, { code: 'THROTTLING_QUOTA_EXCEEDED', retryAfterMs });
}

export function unavailable(message: string, details: FaultDetails): Fault {
  return new Fault('kafka', 'unavailable', message, details);
}

/** An error of the connection itself: refused, reset, an answer that does not parse, failed authentication. */
export function faultOfConnection(what: string, error: unknown): Fault {
  if (error instanceof Fault) return error;
  const code = deepestCode(error);
  const denied = [error, causeOf(error)].some((one) => one instanceof AuthenticationError);
  return new Fault('kafka', denied ? 'denied' : 'unavailable', `${what}: ${code}`, { code, cause: error });
}

/** Codes of a connection that broke. Chance decides which of them comes, and the message must not change with it. */
const brokenOff: ReadonlySet<string> = new Set(['PLT_KFK_NETWORK', 'ECONNRESET', 'EPIPE']);

/** The client library wraps the system's error (`ECONNREFUSED`), which is the one that helps, in its own. */
function deepestCode(error: unknown): string {
  const cause = causeOf(error);
  if (cause !== undefined) return deepestCode(cause);
  if (!(error instanceof Error)) return 'UNKNOWN';
  if (!('code' in error) || typeof error.code !== 'string') return error.name;
  return brokenOff.has(error.code) ? 'CONNECTION_CLOSED' : error.code;
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}
