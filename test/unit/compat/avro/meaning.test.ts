import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAvro } from '../../../../src/compat/avro/reading/parse.ts';
import { checkCompatibility } from '../../../../src/compat/check.ts';
import type { Verdict } from '../../../../src/compat/problem.ts';
import type { CompatibilityLevel } from '../../../../src/ports/registry.ts';
import { anyPair, anySchema } from './pairs.ts';
import { covering, isRead, namesIn, type SchemaJson, type Schemas } from './resolver.ts';

const text = (schema: SchemaJson) => ({ text: JSON.stringify(schema), references: [] });

function verdict(level: CompatibilityLevel, candidate: SchemaJson, ...versions: SchemaJson[]): Verdict {
  return checkCompatibility({ format: 'Avro', level, candidate: text(candidate), versions: versions.map(text) })
    .verdict;
}

const isCompatible = (...asked: Parameters<typeof verdict>) => verdict(...asked) === 'compatible';

/** Data that is not read as what it is. */
function unread(schemas: Schemas): unknown[] {
  return covering(schemas.writer).filter((datum) => !isRead(schemas, datum));
}

const runs = { numRuns: 1_500, seed: 20_260_101 };

describe('schemas of Avro that are made by chance', () => {
  it('are right, so that they can be compared', () => {
    fc.assert(
      fc.property(anySchema, (schema) => {
        const broken = parseAvro(text(schema)).findings.filter(({ rule }) => rule !== 'AvroAliasTaken');
        expect(broken).toEqual([]);
      }),
      { ...runs, numRuns: 300 },
    );
  });

  it('are compatible if all data is read, and otherwise there is a datum that is not', () => {
    const seen = { compatible: 0, incompatible: 0, unproven: 0 };
    fc.assert(
      fc.property(anyPair, (pair) => {
        const names = namesIn(pair.writer);
        // Of a record that needs itself there is no data.
        fc.pre([pair.writer, ...names.values()].every((type) => covering(type, names).length > 0));
        // One text reads its own data, whatever its aliases say.
        fc.pre(JSON.stringify(pair.reader) !== JSON.stringify(pair.writer));
        const said = verdict('Backward', pair.reader, pair.writer);
        seen[said] += 1;
        const missed = unread(pair);
        expect({ said, missed }).toEqual({ said: missed.length === 0 ? 'compatible' : 'incompatible', missed });
      }),
      runs,
    );
    // A property that holds of one verdict only says nothing.
    expect(Math.min(seen.compatible, seen.incompatible)).toBeGreaterThan(100);
    expect(seen.unproven).toBe(0);
  });

  it('are compatible with themselves in other words', () => {
    // By aliases of fields, two can meet in one.
    const bare = (key: string, value: unknown) => (key === 'aliases' ? undefined : value);
    const words = (schema: SchemaJson, indent: number) => ({
      text: JSON.stringify(schema, bare, indent),
      references: [],
    });
    fc.assert(
      fc.property(anySchema, (schema) => {
        const asked = {
          format: 'Avro',
          level: 'Full',
          candidate: words(schema, 0),
          versions: [words(schema, 1)],
        } as const;
        expect(checkCompatibility(asked)).toEqual({ verdict: 'compatible', problems: [] });
      }),
      runs,
    );
  });

  it('are compatible with the same text, whatever it says', () => {
    fc.assert(
      fc.property(anySchema, (schema) => {
        expect(verdict('FullTransitive', schema, schema)).toBe('compatible');
      }),
      { ...runs, numRuns: 300 },
    );
  });

  it('are compatible in full if they are backward and forward', () => {
    fc.assert(
      fc.property(anyPair, ({ reader, writer }) => {
        const each = isCompatible('Backward', reader, writer) && isCompatible('Forward', reader, writer);
        expect(isCompatible('Full', reader, writer)).toBe(each);
        expect(isCompatible('Forward', reader, writer)).toBe(isCompatible('Backward', writer, reader));
      }),
      runs,
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
      runs,
    );
  });
});
