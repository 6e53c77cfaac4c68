import { describe, expect, it } from 'vitest';
import { applyPatch } from '../../../../../src/adapters/kube/client/apply-patch.ts';

describe('the patch of an apply', () => {
  it.each([
    {
      it: 'is empty when the manifest says what is stored',
      stored: { a: 1, b: { c: [1] } },
      now: { b: { c: [1] } },
      patch: {},
    },
    { it: 'has what the manifest says otherwise', stored: { a: 1, b: 1 }, now: { a: 2, c: 3 }, patch: { a: 2, c: 3 } },
    { it: 'goes into objects', stored: { a: { b: 1, c: 1 } }, now: { a: { b: 2 } }, patch: { a: { b: 2 } } },
    { it: 'replaces lists as a whole', stored: { a: [1, 2] }, now: { a: [2] }, patch: { a: [2] } },
    { it: 'replaces an object by a scalar', stored: { a: { b: 1 } }, now: { a: 1 }, patch: { a: 1 } },
    {
      it: 'removes what was applied last and is not said any more',
      stored: { a: 1, b: 1 },
      last: { a: 1, b: 1 },
      now: { a: 1 },
      patch: { b: null },
    },
    { it: 'keeps what others have set', stored: { a: 1, other: 1 }, last: { a: 1 }, now: { a: 1 }, patch: {} },
    {
      it: 'removes and changes inside of one object',
      stored: { spec: { config: { x: 1, y: 1, theirs: 1 }, keyed: true } },
      last: { spec: { config: { x: 1, y: 1 } } },
      now: { spec: { config: { x: 2 }, keyed: false } },
      patch: { spec: { config: { x: 2, y: null }, keyed: false } },
    },
    {
      it: 'removes an object that is not said any more',
      stored: { spec: { config: { x: 1 } } },
      last: { spec: { config: { x: 1 } } },
      now: { spec: {} },
      patch: { spec: { config: null } },
    },
    {
      it: 'says again what somebody else took away',
      stored: { spec: {} },
      last: { spec: { config: { x: 1 } } },
      now: { spec: { config: { x: 1 } } },
      patch: { spec: { config: { x: 1 } } },
    },
    {
      it: 'adds, keeps and removes keys that every object has',
      stored: { config: JSON.parse('{"toString": "1", "valueOf": "1", "__proto__": "1"}') },
      last: { config: JSON.parse('{"toString": "1", "valueOf": "1", "__proto__": "1"}') },
      now: { config: { valueOf: '1', constructor: '2' } },
      patch: { config: JSON.parse('{"constructor": "2", "toString": null, "__proto__": null}') },
    },
    {
      it: 'sets __proto__ as any other key',
      stored: { config: {} },
      now: { config: JSON.parse('{"__proto__": {"a": 1}}') },
      patch: { config: JSON.parse('{"__proto__": {"a": 1}}') },
    },
  ])('$it', ({ stored, last = {}, now, patch }) => {
    expect(JSON.parse(JSON.stringify(applyPatch(stored, last, now)))).toStrictEqual(patch);
  });
});
