import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkCompatibility } from '../../../../src/compat/check.ts';
import type { Verdict } from '../../../../src/compat/problem.ts';
import { compareSchemas } from '../../../../src/compat/protobuf/comparing/compare.ts';
import { parseProtobuf } from '../../../../src/compat/protobuf/reading/parse.ts';
import { protobufRules } from '../../../../src/compat/protobuf/rules.ts';
import type { ProtobufSchema } from '../../../../src/compat/protobuf/schema.ts';
import type { CompatibilityLevel } from '../../../../src/ports/registry.ts';
import { chanceOf, dataOf } from './data.ts';
import { isReadAlike, mustBeWritten, typeOf } from './oracle.ts';
import { anyPair, anySchema, type Made, textOf } from './pairs.ts';

function verdict(level: CompatibilityLevel, candidate: Made, ...versions: Made[]): Verdict {
  const [text, ...others] = [candidate, ...versions].map((one) => ({ text: textOf(one), references: [] }));
  return checkCompatibility({
    format: 'Protobuf',
    level,
    candidate: text ?? { text: '', references: [] },
    versions: others,
  }).verdict;
}

const isCompatible = (...asked: Parameters<typeof verdict>) => verdict(...asked) === 'compatible';

function parsed(text: string): ProtobufSchema {
  const { schema, findings } = parseProtobuf({ text, references: [] });
  if (!schema || findings.length > 0) throw new Error(`${text}: ${findings[0]?.message}`);
  return schema;
}

const runs = { numRuns: 300, seed: 20_260_101 };

describe('Protobuf schemas that are made by chance', () => {
  it('are compatible only if all data is read alike, and break only with data that shows it', () => {
    const seen = { compatible: 0, incompatible: 0 };
    fc.assert(
      fc.property(anyPair, fc.nat(), (pair, seed) => {
        const [reader, writer] = [textOf(pair.reader), textOf(pair.writer)];
        const { suspects } = compareSchemas(parsed(reader), parsed(writer));
        const breaks = suspects.filter(({ rule }) => protobufRules[rule] === 'break');
        for (const { witness } of breaks) {
          const [bytes, name] = [Uint8Array.from(witness?.bytes ?? []), witness?.message.localName ?? 'none is shown'];
          const from = typeOf(writer, name);
          if (!from) throw new Error(`${name}: ${writer}`);
          mustBeWritten(from, bytes);
          expect(isReadAlike(from, typeOf(reader, name), bytes)).toBe(false);
        }
        seen[breaks.length > 0 ? 'incompatible' : 'compatible'] += 1;
        if (breaks.length > 0) return;
        const chance = chanceOf(seed);
        for (const name of ['A', 'B']) {
          const [from, to] = [typeOf(writer, name), typeOf(reader, name)];
          const data = Array.from({ length: 15 }, () => from && dataOf(from, chance)).filter(
            (one) => one !== undefined,
          );
          expect(data.filter((bytes) => from && !isReadAlike(from, to, bytes))).toEqual([]);
        }
      }),
      runs,
    );
    // A property that holds of one verdict only says nothing.
    expect(Math.min(seen.compatible, seen.incompatible)).toBeGreaterThan(50);
  });

  it('are compatible with themselves in other words', () => {
    fc.assert(
      fc.property(anySchema, (schema) => {
        const [candidate, version] = [' ', '\n// as before\n'].map((one) => ({
          text: textOf(schema, one),
          references: [],
        }));
        if (!candidate || !version) return;
        const asked = { level: 'FullTransitive', candidate, versions: [version] } as const;
        expect(checkCompatibility({ format: 'Protobuf', ...asked })).toEqual({ verdict: 'compatible', problems: [] });
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
