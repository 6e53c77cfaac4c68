import { expect, it } from 'vitest';
import { z } from 'zod';
import { structuralSchema } from '../../../dev/generate/structural.ts';

const withA = (a: z.ZodType) => () => structuralSchema(z.object({ a: a.describe('A. Example: 1.') }));

it('takes null for a value that may be anything, and for no other', () => {
  const anything = { 'x-kubernetes-preserve-unknown-fields': true, nullable: true };
  expect(withA(z.unknown().optional().meta(anything))().properties?.a).toMatchObject(anything);
  expect(withA(z.int().min(0).max(9).nullable())).toThrow(/spec\.a.*takes null/);
});
