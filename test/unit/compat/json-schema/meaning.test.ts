import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkCompatibility } from '../../../../src/compat/check.ts';
import { compareSchemas } from '../../../../src/compat/json-schema/comparing/compare.ts';
import { textOf } from '../../../../src/compat/json-schema/data.ts';
import { parseJsonSchema } from '../../../../src/compat/json-schema/reading/parse.ts';
import type { Schema } from '../../../../src/compat/json-schema/schema.ts';
import type { Verdict } from '../../../../src/compat/problem.ts';
import type { CompatibilityLevel } from '../../../../src/ports/registry.ts';
import { chanceOf, documentsFor } from './documents.ts';
import { named, type SchemaJson, validatorOf } from './oracle.ts';
import { anyPair, anySchema } from './pairs.ts';

const text = (schema: SchemaJson, indent = 0) => ({ text: JSON.stringify(schema, undefined, indent), references: [] });

function verdict(level: CompatibilityLevel, candidate: SchemaJson, ...versions: SchemaJson[]): Verdict {
  const asked = { level, candidate: text(candidate), versions: versions.map((one) => text(one)) };
  return checkCompatibility({ format: 'JSONSchema', ...asked }).verdict;
}

const isCompatible = (...asked: Parameters<typeof verdict>) => verdict(...asked) === 'compatible';

function parsed(schema: SchemaJson): Schema {
  const result = parseJsonSchema(text(schema));
  if (!result.schema) throw new Error(`${JSON.stringify(schema)}: ${result.findings[0]?.message}`);
  return result.schema;
}

const runs = { numRuns: 300, seed: 20_260_101 };

describe('JSON Schemas that are made by chance', () => {
  it('are compatible only if every document is valid, and break only with a document that shows it', () => {
    const seen = { compatible: 0, incompatible: 0, unproven: 0 };
    fc.assert(
      fc.property(anyPair, fc.nat(), ({ draft, ...pair }, seed) => {
        const [reader, writer] = [named(pair.reader, draft), named(pair.writer, draft)];
        const [isRead, isWritten] = [validatorOf(reader, draft), validatorOf(writer, draft)];
        const { suspects, gaveUp } = compareSchemas(parsed(reader), parsed(writer));
        const shown = suspects.flatMap(({ witness }) => (witness ? [JSON.parse(textOf(witness))] : []));
        expect(shown.filter((document) => !isWritten(document) || isRead(document))).toEqual([]);
        const isProven = suspects.length === 0 && !gaveUp;
        seen[shown.length > 0 ? 'incompatible' : isProven ? 'compatible' : 'unproven'] += 1;
        const documents = isProven ? documentsFor(writer, chanceOf(seed), 25) : [];
        expect(documents.filter((document) => isWritten(document) && !isRead(document))).toEqual([]);
      }),
      runs,
    );
    // A property that holds of one verdict only says nothing.
    expect(Math.min(seen.compatible, seen.incompatible)).toBeGreaterThan(20);
    expect(seen.unproven).toBeLessThan(runs.numRuns * 0.05);
  });

  it('are compatible with themselves in other words', () => {
    fc.assert(
      fc.property(anySchema, (schema) => {
        const asked = { candidate: text(schema), versions: [text(schema, 1)] };
        const answer = checkCompatibility({ format: 'JSONSchema', level: 'FullTransitive', ...asked });
        expect(answer).toEqual({ verdict: 'compatible', problems: [] });
      }),
      runs,
    );
  });

  it('are compatible in full if they are backward and forward', () => {
    fc.assert(
      fc.property(anyPair, ({ reader, writer }) => {
        const each = isCompatible('Backward', reader, writer) && isCompatible('Forward', reader, writer);
        expect(isCompatible('Full', reader, writer)).toBe(each);
        expect(verdict('Forward', reader, writer)).toBe(verdict('Backward', writer, reader));
      }),
      { ...runs, numRuns: 100 },
    );
  });

  it('are compatible with all versions if they are with each, and otherwise the last one counts', () => {
    fc.assert(
      fc.property(anyPair, anySchema, ({ reader, writer }, other) => {
        const each = isCompatible('Backward', reader, writer) && isCompatible('Backward', reader, other);
        expect(isCompatible('BackwardTransitive', reader, writer, other)).toBe(each);
        expect(isCompatible('Backward', reader, other, writer)).toBe(isCompatible('Backward', reader, writer));
        expect(verdict('None', reader, writer)).toBe('compatible');
      }),
      { ...runs, numRuns: 100 },
    );
  });
});
