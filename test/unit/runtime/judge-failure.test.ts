import { expect, test } from 'vitest';
import { Fault } from '../../../src/ports/fault.ts';
import { type FailureReasons, type Judgement, judgeFailure } from '../../../src/runtime/judge-failure.ts';

const slowMs = 300_000;
const reasons: FailureReasons = {
  away: { kafka: 'KafkaUnavailable', registry: 'RegistryUnavailable' },
  throttled: { kafka: 'KafkaThrottled' },
  rejected: { kafka: 'ConfigRejected' },
};

const unavailable = new Fault('kafka', 'unavailable', 'no broker answered', { code: 'ECONNREFUSED' });
const throttled = new Fault('registry', 'throttled', 'too many requests', { retryAfterMs: 7_000 });
const overQuota = new Fault('kafka', 'throttled', 'the quota is used up', { retryAfterMs: 3_000 });
const notLetIn = new Fault('kafka', 'denied', 'cannot connect: wrong password', { atLogin: true });
const apiServerAway = new Fault('kubernetes', 'unavailable', 'reset');
const typeError = new TypeError("cannot read 'x' of undefined in /app/secret/path.ts");
const rejectedByKubernetes = new Fault('kubernetes', 'rejected', 'status is invalid', { code: '422' });

const deniedByKubernetes = new Fault('kubernetes', 'denied', 'may not patch', { code: '403' });
const internalError = {
  kind: 'wait',
  reason: 'InternalError',
  message: 'the operator failed on this resource; its log says how',
  lookAgainMs: 0,
} as const;

const rows: readonly ({ it: string; cause: unknown } & Judgement)[] = [
  {
    it: 'a conflict is told to nobody and looked at again soon',
    cause: new Fault('kubernetes', 'conflict', 'changed', { code: '409' }),
    meaning: 'conflict',
    blocked: undefined,
    outcome: { kind: 'confirm' },
  },
  {
    it: 'an outage waits with the reason of the system that is away',
    cause: unavailable,
    meaning: 'outage',
    blocked: { kind: 'wait', reason: 'KafkaUnavailable', message: 'no broker answered', lookAgainMs: 0 },
    outcome: { kind: 'retry', cause: unavailable },
  },
  {
    it: 'throttling has a reason of its own, and waits at least as long as the other side asked for',
    cause: overQuota,
    meaning: 'outage',
    blocked: { kind: 'wait', reason: 'KafkaThrottled', message: 'the quota is used up', lookAgainMs: 0 },
    outcome: { kind: 'retry', cause: overQuota, afterMs: 3_000 },
  },
  {
    it: 'throttling by a system that has no reason for it counts as an outage',
    cause: throttled,
    meaning: 'outage',
    blocked: { kind: 'wait', reason: 'RegistryUnavailable', message: 'too many requests', lookAgainMs: 0 },
    outcome: { kind: 'retry', cause: throttled, afterMs: 7_000 },
  },
  {
    it: 'an outage of a system without a reason is only tried again',
    cause: apiServerAway,
    meaning: 'outage',
    blocked: undefined,
    outcome: { kind: 'retry', cause: apiServerAway },
  },
  {
    it: 'a denial is for the user, and looked at again slowly',
    cause: new Fault('kafka', 'denied', 'not allowed to create topic "orders"'),
    meaning: 'refusal',
    blocked: { kind: 'refuse', reason: 'AuthorizationDenied', message: 'not allowed to create topic "orders"' },
    outcome: { kind: 'recheck', afterMs: slowMs },
  },
  {
    it: 'a denial by Kubernetes passes by itself, and is tried again soon',
    cause: deniedByKubernetes,
    meaning: 'outage',
    blocked: { kind: 'wait', reason: 'AuthorizationDenied', message: 'may not patch', lookAgainMs: 0 },
    outcome: { kind: 'retry', cause: deniedByKubernetes },
  },
  {
    it: 'a login that is refused is an outage for those who only wanted to use the connection',
    cause: notLetIn,
    meaning: 'outage',
    blocked: { kind: 'wait', reason: 'KafkaUnavailable', message: 'cannot connect: wrong password', lookAgainMs: 0 },
    outcome: { kind: 'retry', cause: notLetIn },
  },
  {
    it: 'a rejection is for the user, with the reason of the system that rejected',
    cause: new Fault('kafka', 'rejected', 'retention.ms "-5" was rejected'),
    meaning: 'refusal',
    blocked: { kind: 'refuse', reason: 'ConfigRejected', message: 'retention.ms "-5" was rejected' },
    outcome: { kind: 'recheck', afterMs: slowMs },
  },
  {
    it: 'a rejection that no reason was given for is our bug',
    cause: rejectedByKubernetes,
    meaning: 'bug',
    blocked: internalError,
    outcome: { kind: 'retry', cause: rejectedByKubernetes },
  },
  {
    it: 'anything else is our bug, and its text is not for the status',
    cause: typeError,
    meaning: 'bug',
    blocked: internalError,
    outcome: { kind: 'retry', cause: typeError },
  },
  {
    it: 'a thrown text is our bug too',
    cause: 'oops',
    meaning: 'bug',
    blocked: internalError,
    outcome: { kind: 'retry', cause: 'oops' },
  },
];

test.each(rows)('$it', ({ cause, meaning, blocked, outcome }) => {
  expect(judgeFailure(cause, reasons, slowMs)).toEqual({ meaning, blocked, outcome });
});
