import { AuthenticationError, NetworkError } from '@platformatic/kafka';
import { describe, expect, it } from 'vitest';
import { faultOfCode, faultOfConnection, throttled } from '../../../../src/adapters/kafka/errors.ts';
import { Fault, type FaultKind } from '../../../../src/ports/fault.ts';

const codes: { errorCode: number; code: string; kind: FaultKind }[] = [
  { errorCode: -1, code: 'UNKNOWN_SERVER_ERROR', kind: 'unavailable' },
  { errorCode: 1, code: 'OFFSET_OUT_OF_RANGE', kind: 'conflict' },
  { errorCode: 2, code: 'CORRUPT_MESSAGE', kind: 'unavailable' },
  { errorCode: 3, code: 'UNKNOWN_TOPIC_OR_PARTITION', kind: 'conflict' },
  { errorCode: 5, code: 'LEADER_NOT_AVAILABLE', kind: 'unavailable' },
  { errorCode: 6, code: 'NOT_LEADER_OR_FOLLOWER', kind: 'conflict' },
  { errorCode: 7, code: 'REQUEST_TIMED_OUT', kind: 'unavailable' },
  { errorCode: 8, code: 'BROKER_NOT_AVAILABLE', kind: 'unavailable' },
  { errorCode: 9, code: 'REPLICA_NOT_AVAILABLE', kind: 'unavailable' },
  { errorCode: 11, code: 'STALE_CONTROLLER_EPOCH', kind: 'conflict' },
  { errorCode: 13, code: 'NETWORK_EXCEPTION', kind: 'unavailable' },
  { errorCode: 14, code: 'COORDINATOR_LOAD_IN_PROGRESS', kind: 'unavailable' },
  { errorCode: 15, code: 'COORDINATOR_NOT_AVAILABLE', kind: 'unavailable' },
  { errorCode: 16, code: 'NOT_COORDINATOR', kind: 'conflict' },
  { errorCode: 17, code: 'INVALID_TOPIC_EXCEPTION', kind: 'rejected' },
  { errorCode: 27, code: 'REBALANCE_IN_PROGRESS', kind: 'conflict' },
  { errorCode: 29, code: 'TOPIC_AUTHORIZATION_FAILED', kind: 'denied' },
  { errorCode: 30, code: 'GROUP_AUTHORIZATION_FAILED', kind: 'denied' },
  { errorCode: 31, code: 'CLUSTER_AUTHORIZATION_FAILED', kind: 'denied' },
  { errorCode: 33, code: 'UNSUPPORTED_SASL_MECHANISM', kind: 'denied' },
  { errorCode: 34, code: 'ILLEGAL_SASL_STATE', kind: 'denied' },
  { errorCode: 35, code: 'UNSUPPORTED_VERSION', kind: 'rejected' },
  { errorCode: 36, code: 'TOPIC_ALREADY_EXISTS', kind: 'conflict' },
  { errorCode: 37, code: 'INVALID_PARTITIONS', kind: 'rejected' },
  { errorCode: 38, code: 'INVALID_REPLICATION_FACTOR', kind: 'rejected' },
  { errorCode: 39, code: 'INVALID_REPLICA_ASSIGNMENT', kind: 'conflict' },
  { errorCode: 40, code: 'INVALID_CONFIG', kind: 'rejected' },
  { errorCode: 41, code: 'NOT_CONTROLLER', kind: 'conflict' },
  { errorCode: 44, code: 'POLICY_VIOLATION', kind: 'rejected' },
  { errorCode: 51, code: 'CONCURRENT_TRANSACTIONS', kind: 'conflict' },
  { errorCode: 53, code: 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED', kind: 'denied' },
  { errorCode: 54, code: 'SECURITY_DISABLED', kind: 'denied' },
  { errorCode: 56, code: 'KAFKA_STORAGE_ERROR', kind: 'unavailable' },
  { errorCode: 58, code: 'SASL_AUTHENTICATION_FAILED', kind: 'denied' },
  { errorCode: 60, code: 'REASSIGNMENT_IN_PROGRESS', kind: 'conflict' },
  { errorCode: 65, code: 'DELEGATION_TOKEN_AUTHORIZATION_FAILED', kind: 'denied' },
  { errorCode: 72, code: 'LISTENER_NOT_FOUND', kind: 'unavailable' },
  { errorCode: 73, code: 'TOPIC_DELETION_DISABLED', kind: 'rejected' },
  { errorCode: 74, code: 'FENCED_LEADER_EPOCH', kind: 'conflict' },
  { errorCode: 75, code: 'UNKNOWN_LEADER_EPOCH', kind: 'conflict' },
  { errorCode: 80, code: 'PREFERRED_LEADER_NOT_AVAILABLE', kind: 'unavailable' },
  { errorCode: 83, code: 'ELIGIBLE_LEADERS_NOT_AVAILABLE', kind: 'unavailable' },
  { errorCode: 85, code: 'NO_REASSIGNMENT_IN_PROGRESS', kind: 'conflict' },
  { errorCode: 88, code: 'UNSTABLE_OFFSET_COMMIT', kind: 'unavailable' },
  { errorCode: 100, code: 'UNKNOWN_TOPIC_ID', kind: 'conflict' },
  { errorCode: 102, code: 'BROKER_ID_NOT_REGISTERED', kind: 'unavailable' },
  { errorCode: 103, code: 'INCONSISTENT_TOPIC_ID', kind: 'conflict' },
  { errorCode: 108, code: 'NEW_LEADER_ELECTED', kind: 'conflict' },
  { errorCode: 9_999, code: 'KAFKA_ERROR_9999', kind: 'rejected' },
];

describe('a code that a broker answers', () => {
  it.each(codes)('$code is $kind', ({ errorCode, code, kind }) => {
    expect(faultOfCode('cannot do it', { errorCode })).toMatchObject({ kind, code, message: `cannot do it: ${code}` });
  });

  it('comes with the broker’s own words', () => {
    const fault = faultOfCode('cannot create topic "a"', { errorCode: 44, errorMessage: 'names need a team' });
    expect(fault.message).toBe('cannot create topic "a": POLICY_VIOLATION: names need a team');
  });

  it('says how long to wait only when it throttles', () => {
    expect(faultOfCode('x', { errorCode: 89 }, { throttleTimeMs: 500 }).retryAfterMs).toBe(500);
    expect(faultOfCode('x', { errorCode: 44 }, { throttleTimeMs: 500 }).retryAfterMs).toBeUndefined();
  });
});

describe('a client quota that is used up', () => {
  const quota = "the operator's client quota in Kafka (controller_mutation_rate) is used up for";
  const waits: { waitMs: number; words: string; retryAfterMs: number }[] = [
    { waitMs: 0, words: 'up to 10 s', retryAfterMs: 0 },
    { waitMs: 10_000, words: 'up to 10 s', retryAfterMs: 10_000 },
    { waitMs: 10_001, words: 'up to a minute', retryAfterMs: 10_001 },
    { waitMs: 60_000, words: 'up to a minute', retryAfterMs: 60_000 },
    { waitMs: 60_001, words: 'up to 5 minutes', retryAfterMs: 60_001 },
    { waitMs: 300_001, words: 'up to an hour', retryAfterMs: 300_000 },
    { waitMs: 3_600_001, words: 'more than an hour', retryAfterMs: 300_000 },
  ];
  it.each(waits)(
    'for $waitMs ms is told in steps, and asked again within 5 minutes',
    ({ waitMs, words, retryAfterMs }) => {
      expect(throttled(waitMs)).toMatchObject({
        kind: 'throttled',
        code: 'THROTTLING_QUOTA_EXCEEDED',
        message: `${quota} ${words}; it is tried again by itself`,
        retryAfterMs,
      });
    },
  );

  it('is told in the same words whatever was to be done', () => {
    const fault = faultOfCode('cannot create topic "a"', { errorCode: 89 }, { throttleTimeMs: 700 });
    expect(fault).toEqual(throttled(700));
  });
});

const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
const connections: { it: string; error: unknown; fault: Partial<Fault> }[] = [
  {
    it: 'takes the system’s code from inside the library’s error',
    error: new NetworkError('failed', { cause: refused }),
    fault: { kind: 'unavailable', code: 'ECONNREFUSED' },
  },
  {
    it: 'calls a connection that just ended closed',
    error: new NetworkError('Connection closed'),
    fault: { kind: 'unavailable', code: 'CONNECTION_CLOSED' },
  },
  ...['ECONNRESET', 'EPIPE'].map((code) => ({
    it: `calls a connection that broke off with ${code} closed, too`,
    error: new NetworkError('failed', { cause: Object.assign(new Error(code), { code }) }),
    fault: { kind: 'unavailable', code: 'CONNECTION_CLOSED' } as const,
  })),
  {
    it: 'calls refused credentials denied',
    error: new NetworkError('failed', { cause: new AuthenticationError('SASL authentication failed.') }),
    fault: { kind: 'denied' },
  },
  {
    it: 'calls an answer that does not parse unavailable',
    error: new RangeError('out of bounds'),
    fault: { kind: 'unavailable', code: 'RangeError' },
  },
];

describe('an error of the connection', () => {
  it.each(connections)('$it', ({ error, fault }) => {
    expect(faultOfConnection('cannot connect', error)).toMatchObject(fault);
  });

  it('stays the fault that it is', () => {
    const fault = new Fault('kafka', 'throttled', 'wait');
    expect(faultOfConnection('cannot connect', fault)).toBe(fault);
  });
});
