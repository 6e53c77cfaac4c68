import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { atomicList, remembered, setList } from '../../../src/crds/definition.ts';
import { eventTopic } from '../../../src/crds/event-topic.ts';
import { fitterOf } from '../../../src/crds/fit-status.ts';
import { kinds } from '../../../src/crds/index.ts';

const status = z.object({
  text: z.string().max(8),
  id: z.string().max(8).optional().meta(remembered),
  applied: z.record(z.string(), z.string().max(8).meta(remembered)).meta({ maxProperties: 2 }),
  names: z.array(z.string().max(12)).max(3).meta(setList),
  said: z.array(z.string().max(12)).max(3).meta(atomicList),
  drift: z
    .array(
      z.object({ key: z.string().max(16), live: z.string().max(8).optional(), wanted: z.string().max(8), n: z.int() }),
    )
    .max(2)
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['key'] }),
  plan: z
    .array(
      z.object({ op: z.enum(['Set', 'Reset']), key: z.string().max(16).optional(), to: z.string().max(8).optional() }),
    )
    .max(2),
});
const fitSample = fitterOf({ status });
const drift = (key: string) => ({ key, live: 'a', wanted: 'b', n: 1 });

const rows: readonly { it: string; given: object; fits?: object }[] = [
  { it: 'by nothing where it fits', given: { text: '12345678', other: 'field' } },
  { it: 'by the middle of a text, so that its end stays', given: { text: '1234567890' }, fits: { text: '12345…90' } },
  { it: 'without half a character', given: { text: '\ud835' }, fits: { text: '\ufffd' } },
  { it: 'by leaving out an id, of which no half is another one', given: { id: '123456789' }, fits: {} },
  {
    it: 'by leaving out a value of a map that is read back, and keeping the others',
    given: { applied: { a: '123456789', constructor: 'x' } },
    fits: { applied: { constructor: 'x' } },
  },
  {
    it: 'by leaving out the last entries of a map that is too large',
    given: { applied: { c: '3', a: '1', b: '2' } },
    fits: { applied: { a: '1', b: '2' } },
  },
  {
    it: 'by saying how many of a list are left out',
    given: { said: ['a', 'b', 'c', 'd'] },
    fits: { said: ['a', 'b', '… and 2 more'] },
  },
  {
    it: 'by saying a thing once where a list holds it once',
    given: { names: ['a', 'a', 'b'] },
    fits: { names: ['a', 'b'] },
  },
  { it: 'and says a thing twice where a list may', given: { said: ['a', 'a'] } },
  {
    it: 'by one entry for the others of a list of objects',
    given: { drift: [drift('a'), drift('b'), drift('c')] },
    fits: { drift: [drift('a'), { key: '… and 2 more', wanted: '…', n: 1 }] },
  },
  {
    it: 'by one entry for the others where an object says one of a few words',
    given: { plan: [{ op: 'Set', to: '1' }, { op: 'Reset', key: 'a', to: '1' }, { op: 'Set' }] },
    fits: {
      plan: [
        { op: 'Set', to: '1' },
        { op: 'Reset', key: '… and 2 more' },
      ],
    },
  },
  {
    it: 'by one of two entries whose keys are cut to the same',
    given: { drift: [drift(`123456789012${'x'.repeat(9)}3456`), drift(`123456789012${'y'.repeat(9)}3456`)] },
    fits: { drift: [drift('12345678901…3456')] },
  },
];

describe('a status is made to fit', () => {
  it.each(rows)('$it', ({ given, fits = given }) => {
    const once = fitSample(given);
    expect(JSON.parse(JSON.stringify(once))).toStrictEqual(fits);
    expect(fitSample(once)).toStrictEqual(once);
  });
});

const text = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(20, 70, 260, 1_100, 4_200, 9_000).map((length) => '𝕊'.repeat(length / 2)),
);

/** Any value of the shape that a schema has, beyond all its bounds. */
function beyond(schema: z.core.JSONSchema.JSONSchema): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.format === 'date-time') return fc.constant('2026-01-01T00:00:00Z');
  if (schema.type === 'string') return schema.minLength ? text.map((said) => said || 'x') : text;
  if (schema.type === 'boolean') return fc.boolean();
  if (schema.type === 'integer') return fc.constant(1);
  if (schema.type === 'array')
    return fc
      .array(beyond(schema.items as z.core.JSONSchema.JSONSchema), { maxLength: 8 })
      .chain((items) => fc.constantFrom(1, 50).map((times) => Array.from({ length: times }, () => items).flat()));
  if (schema.properties) {
    const fields = Object.entries(schema.properties).map(([key, field]) => [
      key,
      beyond(field as z.core.JSONSchema.JSONSchema),
    ]);
    const needed = new Set<string>(schema.required);
    return fc.record(Object.fromEntries(fields), {
      requiredKeys: Object.keys(schema.properties).filter((key) => needed.has(key)) as never[],
    });
  }
  return fc.dictionary(text, text, { maxKeys: 150, noNullPrototype: true });
}

describe('whatever brokers, registries and users say', () => {
  it.each(kinds)('the status of an $kind fits its schema', (kind) => {
    const any = beyond(z.toJSONSchema(kind.status, { io: 'input' }));
    const fitKind = fitterOf(kind);
    fc.assert(
      fc.property(any, (said) => {
        const fitted = fitKind(said as object);
        const parsed = kind.status.safeParse(JSON.parse(JSON.stringify(fitted)));
        expect(parsed.error?.issues ?? []).toEqual([]);
        expect(JSON.stringify(fitted).isWellFormed()).toBe(true);
        expect(fitKind(fitted)).toEqual(fitted);
      }),
      { numRuns: 30 },
    );
  });
});

it('what is read back of a topic is never cut', () => {
  const fitted = fitterOf(eventTopic)({
    topicId: 'x'.repeat(65),
    clusterId: 'x'.repeat(65),
    appliedConfig: { a: 'x'.repeat(8193), b: 'x'.repeat(8192) },
  });
  expect(fitted).toEqual({ appliedConfig: { b: 'x'.repeat(8192) } });
});
