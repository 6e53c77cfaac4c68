import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Managed } from '../../../src/runtime/kind.ts';
import { isSettled, nextStatus, statusPatch } from '../../../src/runtime/status.ts';

const patches: readonly { it: string; previous?: object; next: object; patch: object | undefined }[] = [
  {
    it: 'writes nothing where nothing differs',
    previous: { a: 1, b: [{ c: 2 }] },
    next: { b: [{ c: 2 }], a: 1 },
    patch: undefined,
  },
  { it: 'writes nothing where there is nothing', next: {}, patch: undefined },
  { it: 'writes all of a first status', next: { a: 1 }, patch: { a: 1 } },
  { it: 'names only what differs', previous: { a: 1, b: 2 }, next: { a: 1, b: 3 }, patch: { b: 3 } },
  {
    it: 'names only what differs further down',
    previous: { a: { b: 1, c: 2 } },
    next: { a: { b: 1, c: 3 } },
    patch: { a: { c: 3 } },
  },
  { it: 'removes a field that is gone', previous: { a: 1 }, next: {}, patch: { a: null } },
  {
    it: 'removes a field that is undefined',
    previous: { a: 1, b: 2 },
    next: { a: 1, b: undefined },
    patch: { b: null },
  },
  {
    it: 'removes an entry of a map',
    previous: { m: { x: '1', y: '2' } },
    next: { m: { x: '1' } },
    patch: { m: { y: null } },
  },
  { it: 'does not remove what is not there', previous: {}, next: { a: undefined }, patch: undefined },
  { it: 'replaces a list as a whole', previous: { a: [1, 2] }, next: { a: [1, 3] }, patch: { a: [1, 3] } },
  { it: 'tells an empty list from none', previous: {}, next: { a: [] }, patch: { a: [] } },
  { it: 'replaces a list by a map', previous: { a: [1] }, next: { a: { b: 1 } }, patch: { a: { b: 1 } } },
  {
    it: 'tells 0, false and the empty text from nothing',
    previous: { a: 0, b: false, c: '' },
    next: {},
    patch: { a: null, b: null, c: null },
  },
];

test.each(patches)('$it', ({ previous, next, patch }) => {
  expect(statusPatch(previous, next)).toEqual(patch);
});

test('a key called __proto__ stays a key', () => {
  const next = { config: JSON.parse('{"__proto__": {"polluted": true}}') };
  expect(JSON.stringify(statusPatch({}, next))).toBe('{"config":{"__proto__":{"polluted":true}}}');
  expect({}).not.toHaveProperty('polluted');
});

// Null cannot be stored by a merge patch, so no status of ours holds one.
const { value: json } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.integer(),
    fc.string(),
    fc.boolean(),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('record'),
  ),
  record: fc.dictionary(fc.string({ maxLength: 2 }), tie('value'), { maxKeys: 4 }),
}));
const record = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), json, { maxKeys: 4 });

test('a patch, applied as RFC 7386 says, turns any status into any other', () => {
  fc.assert(
    fc.property(record, record, (previous, next) => {
      const patch = statusPatch(previous, next);
      expect(JSON.parse(JSON.stringify(applied(previous, patch ?? {})))).toEqual(JSON.parse(JSON.stringify(next)));
      expect(patch === undefined).toBe(statusPatch(next, previous) === undefined);
    }),
  );
});

function applied(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const isMap = typeof target === 'object' && target !== null && !Array.isArray(target);
  const result = new Map<string, unknown>(Object.entries(isMap ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) result.delete(key);
    else result.set(key, applied(result.get(key), value));
  }
  return Object.fromEntries(result);
}

const now = new Date('2026-01-01T00:00:00Z');
const done = { kind: 'done', reason: 'InSync', message: 'as wanted', findings: [] } as const;

function managed(status: Managed['status'], annotations: Record<string, string> = {}): Managed {
  const metadata = { name: 'x', uid: 'u', resourceVersion: '1', creationTimestamp: '', generation: 3, annotations };
  return { apiVersion: 'v1', kind: 'X', metadata, spec: {}, ...(status && { status }) };
}

test('observedGeneration advances when the spec was evaluated', () => {
  const status = nextStatus(managed({ observedGeneration: 2 }), { verdict: done, fields: {}, evaluated: true }, now);
  expect(status.observedGeneration).toBe(3);
});

test('observedGeneration advances by a pause, which settles what the spec says, and no request is answered by it', () => {
  const verdict = { kind: 'paused' } as const;
  const asked = managed({ observedGeneration: 2 }, { 'sluice.dev/reconcile-requested-at': 'now' });
  const status = nextStatus(asked, { verdict, fields: {}, evaluated: false }, now);
  expect(status.observedGeneration).toBe(3);
  expect(status).not.toHaveProperty('lastHandledReconcileAt');
});

test('observedGeneration stays when the spec was not evaluated', () => {
  const blocked = { kind: 'wait', reason: 'KafkaUnavailable', message: 'no broker answers', lookAgainMs: 0 } as const;
  const verdict = { kind: 'blocked', blocked: [blocked], findings: undefined } as const;
  const status = nextStatus(managed({ observedGeneration: 2 }), { verdict, fields: {}, evaluated: false }, now);
  expect(status.observedGeneration).toBe(2);
});

test('fields that are not named stay, and those that are undefined go', () => {
  const before = { observedGeneration: 3, cluster: 'default', shown: 'x' };
  const update = { verdict: done, fields: { shown: undefined, more: 1 }, evaluated: true };
  const next = nextStatus(managed(before), update, now);
  expect(statusPatch(before, next)).toMatchObject({ shown: null, more: 1 });
  expect(next).toMatchObject({ cluster: 'default' });
});

test('a request for a look is answered by an evaluation only', () => {
  const asked = managed({ observedGeneration: 3 }, { 'sluice.dev/reconcile-requested-at': 'now' });
  const update = { verdict: done, fields: {} };
  expect(nextStatus(asked, { ...update, evaluated: true }, now).lastHandledReconcileAt).toBe('now');
  expect(nextStatus(asked, { ...update, evaluated: false }, now)).not.toHaveProperty('lastHandledReconcileAt');
});

test('the answer to the last request stays when the request is taken away', () => {
  const before = managed({ observedGeneration: 3, lastHandledReconcileAt: 'then' });
  const next = nextStatus(before, { verdict: done, fields: {}, evaluated: true }, now);
  expect(next.lastHandledReconcileAt).toBe('then');
});

const condition = (type: string) =>
  ({ type, status: 'True', reason: 'X', message: 'x', lastTransitionTime: '' }) as const;
const settled: readonly { it: string; status: Managed['status']; is: boolean }[] = [
  {
    it: 'a resource that is ready for this generation is settled',
    status: { observedGeneration: 3, conditions: [condition('Ready')] },
    is: true,
  },
  {
    it: 'a resource that is refused for this generation is settled',
    status: { observedGeneration: 3, conditions: [condition('Ready'), condition('Stalled')] },
    is: true,
  },
  {
    it: 'a resource with work pending is not settled',
    status: { observedGeneration: 3, conditions: [condition('Ready'), condition('Reconciling')] },
    is: false,
  },
  {
    it: 'a resource that was paused is not settled',
    status: { observedGeneration: 3, conditions: [condition('Ready'), condition('Paused')] },
    is: false,
  },
  {
    it: 'an earlier generation is not settled',
    status: { observedGeneration: 2, conditions: [condition('Ready')] },
    is: false,
  },
  { it: 'a resource without conditions is not settled', status: { observedGeneration: 3 }, is: false },
  { it: 'a resource without a status is not settled', status: undefined, is: false },
];

test.each(settled)('$it', ({ status, is }) => {
  expect(isSettled(managed(status))).toBe(is);
});
