import { describe, expect, it } from 'vitest';
import { checkCompatibility } from '../../../../src/compat/check.ts';
import { maxLevels } from '../../../../src/compat/json.ts';
import { cpuMs } from '../../../helpers/cpu.ts';

const text = (schema: unknown) => ({
  text: typeof schema === 'string' ? schema : JSON.stringify(schema),
  references: [],
});

function check(candidate: unknown, version: unknown) {
  return checkCompatibility({ format: 'Avro', level: 'Full', candidate: text(candidate), versions: [text(version)] });
}

const list = (length: number) => Array.from({ length }, (_, index) => index);
const nested = (levels: number) => `${'{"type":"array","items":'.repeat(levels)}"int"${'}'.repeat(levels)}`;
const chain = (length: number) =>
  list(length).map((index) => ({
    ...{ type: 'record', name: `R${index}` },
    fields: index === 0 ? [] : [{ name: 'next', type: `R${index - 1}` }],
  }));
const wide = (length: number, type: unknown) => ({
  ...{ type: 'record', name: 'Wide' },
  fields: list(length).map((index) => ({ name: `f${index}`, type, default: null })),
});

describe('a schema that is made to hurt', () => {
  it.each([
    { it: 'as many levels as are read', schema: nested(maxLevels - 1), verdict: 'compatible' },
    { it: 'three thousand levels', schema: nested(3_000), verdict: 'unproven', says: `more than ${maxLevels} levels` },
    {
      it: 'lists that do not end',
      schema: '['.repeat(500_000),
      verdict: 'unproven',
      says: `more than ${maxLevels} levels`,
    },
    {
      it: 'more than a megabyte',
      schema: `"${'x'.repeat(1_048_576)}"`,
      verdict: 'unproven',
      says: 'more than 1048576 characters',
    },
    { it: 'a megabyte of nothing', schema: `"int"${' '.repeat(1_000_000)}`, verdict: 'compatible' },
    { it: 'a megabyte of text', schema: { type: 'int', doc: '\\"'.repeat(200_000) }, verdict: 'compatible' },
    {
      it: 'a megabyte of errors',
      schema: { type: 'enum', name: 'E', symbols: list(60_000).map((i) => `a-${i}`) },
      verdict: 'incompatible',
      says: 'no name',
    },
    { it: 'three thousand fields', schema: wide(3_000, ['null', 'string']), verdict: 'compatible' },
    {
      it: 'three thousand records, one in another',
      schema: { type: 'record', name: 'All', fields: chain(3_000).map((type, index) => ({ name: `f${index}`, type })) },
      verdict: 'compatible',
    },
    {
      it: 'three thousand branches',
      schema: ['null', ...list(3_000).map((i) => ({ type: 'fixed', name: `F${i}`, size: 1 }))],
      verdict: 'unproven',
      says: 'in too many ways',
    },
    {
      it: 'a number of a million digits',
      schema: wideDefault('9'.repeat(1_000_000)),
      verdict: 'incompatible',
      says: 'does not fit',
    },
    {
      it: 'a default that takes exponential time',
      schema: doubling(200),
      verdict: 'unproven',
      says: 'defaults nest too deep',
    },
    {
      it: 'defaults that go from record to record',
      schema: defaults(150),
      verdict: 'unproven',
      says: 'defaults nest too deep',
    },
  ] as const)('is judged within bounds: $it', ({ schema, verdict, ...row }) => {
    // Not the same text, which is compatible without a look.
    const again = typeof schema === 'string' ? ` ${schema}` : JSON.stringify(schema, undefined, 1).slice(0, 1_048_576);
    let answer: ReturnType<typeof check> | undefined;
    const tookMs = cpuMs(() => {
      answer = check(schema, again);
    });
    expect(answer?.verdict).toBe(verdict);
    // Nobody waits for an answer longer than that; what is exponential would take for ever.
    expect(tookMs).toBeLessThan(10_000);
    if ('says' in row) expect(answer?.problems[0]?.message).toContain(row.says);
  });

  it('leaves a break that was found standing', () => {
    const { verdict } = checkCompatibility({
      ...{ format: 'Avro', level: 'BackwardTransitive', candidate: text('"int"') },
      versions: [text(nested(3_000)), text('"string"')],
    });
    expect(verdict).toBe('incompatible');
  });
});

function wideDefault(digits: string): string {
  return `{"type":"record","name":"A","fields":[{"name":"a","type":"long","default":${digits}}]}`;
}

/** Each level can be read as either of two records, and the last one as none. */
function doubling(levels: number): string {
  const right = '{"type":"record","name":"Right","fields":[{"name":"a","type":["null","Left","Right"]}]}';
  const left = `{"type":"record","name":"Left","fields":[{"name":"a","type":["null","Left",${right}]}]}`;
  const value = `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
  return `{"type":"record","name":"Root","fields":[{"name":"v","type":["null",${left}],"default":${value}}]}`;
}

/** Each record has a default that takes the default of the next one. */
function defaults(length: number): string {
  return list(length).reduce(
    (inner, index) =>
      `{"type":"record","name":"R${index}","fields":[{"name":"next","type":${inner},"default":${index === 0 ? 0 : '{}'}}]}`,
    '"int"',
  );
}
