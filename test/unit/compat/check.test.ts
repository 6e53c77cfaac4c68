import { describe, expect, it } from 'vitest';
import { checkCompatibility, type Question } from '../../../src/compat/check.ts';
import { inOrder } from '../../../src/compat/problem.ts';

const record = (...fields: unknown[]) => ({
  text: JSON.stringify({ type: 'record', name: 'Order', fields }),
  references: [],
});
const id = { name: 'id', type: 'string' };
const needed = { name: 'total', type: 'int' };
const optional = { ...needed, default: 0 };

const ask = (question: Partial<Question>) =>
  checkCompatibility({ format: 'Avro', level: 'Backward', candidate: record(id), versions: [], ...question });

describe('a level', () => {
  it.each([
    { level: 'None', verdict: 'compatible' },
    { level: 'Backward', verdict: 'compatible' },
    { level: 'BackwardTransitive', verdict: 'incompatible' },
    { level: 'Forward', verdict: 'incompatible' },
    { level: 'ForwardTransitive', verdict: 'incompatible' },
    { level: 'Full', verdict: 'incompatible' },
    { level: 'FullTransitive', verdict: 'incompatible' },
  ] as const)('$level says with whom to agree, and who reads', ({ level, verdict }) => {
    // The first version lacks a field that this one needs; the second one needs one that this one lacks.
    const versions = [record(id), record(id, needed, { name: 'note', type: 'string' })];
    expect(ask({ level, candidate: record(id, needed), versions }).verdict).toBe(verdict);
  });

  it.each(['Backward', 'FullTransitive'] as const)('%s agrees with no versions at all', (level) => {
    expect(ask({ level })).toEqual({ verdict: 'compatible', problems: [] });
  });

  it.each(['None', 'Backward'] as const)('%s takes no schema that is none', (level) => {
    expect(ask({ level, candidate: { text: '{', references: [] } })).toMatchObject({
      verdict: 'incompatible',
      problems: [{ rule: 'AvroNotJson', severity: 'break' }],
    });
  });
});

describe('a problem', () => {
  it('says what, where, which version and direction, and what to do', () => {
    const versions = [record(id, needed), record(id)];
    expect(ask({ level: 'FullTransitive', candidate: record(id, needed), versions }).problems).toEqual([
      {
        ...{ rule: 'AvroFieldWithoutDefault', severity: 'break', path: '/fields/1', version: 2, direction: 'backward' },
        message:
          'this schema cannot read what version 2 writes: it needs field "total" of record "Order", which is not written and has no default',
        fix: 'Give the field a default, or remove the field.',
      },
    ]);
  });

  it('names versions as the registry does, or as it is told', () => {
    const versions = [{ ...record(id), version: 7 }];
    expect(ask({ candidate: record(id, needed), versions }).problems[0]).toMatchObject({
      version: 7,
      message: expect.stringContaining('version 7'),
    });
    const named = [{ ...record(id), called: 'the old schema' }];
    const candidate = { ...record(id, needed), called: 'the new schema' };
    expect(ask({ candidate, versions: named }).problems[0]?.message).toMatch(
      /^the new schema cannot read what the old schema writes/,
    );
  });

  it('stays the same however often it is asked for', () => {
    const question = { level: 'Full', candidate: record(id), versions: [record(id, needed)] } as const;
    expect(ask(question)).toEqual(ask(question));
  });

  it('comes in the order of places, with numbers as numbers', () => {
    const fields = Array.from({ length: 12 }, (_, index) => ({ name: `f${index}`, type: 'int' }));
    const paths = ask({ candidate: record(...fields), versions: [record()] }).problems.map(({ path }) => path);
    expect(paths).toEqual(fields.map((_, index) => `/fields/${index}`));
  });

  it('comes in the order of versions in one place', () => {
    const problem = (path: string, version?: number) => ({
      ...{ rule: '', severity: 'break' as const, path, message: '', fix: '' },
      ...(version !== undefined && { version }),
    });
    const sorted = [problem(''), problem('/a', 2), problem('/a', 10), problem('/a/2'), problem('/a/10'), problem('/b')];
    expect(inOrder(sorted.toReversed())).toEqual(sorted);
  });
});

describe('references', () => {
  const order = { text: '{"type":"record","name":"Order","fields":[{"name":"price","type":"Money"}]}' };
  const money = (...fields: unknown[]) => [
    { name: 'money', text: JSON.stringify({ type: 'record', name: 'Money', fields }) },
  ];

  it('of each version are its own: one that moves can break', () => {
    const candidate = { ...order, references: money(needed) };
    expect(ask({ candidate, versions: [{ ...order, references: money() }] })).toMatchObject({
      verdict: 'incompatible',
      problems: [{ rule: 'AvroFieldWithoutDefault', path: 'money#/fields/0', version: 1 }],
    });
    expect(
      ask({ candidate: { ...order, references: money(optional) }, versions: [{ ...order, references: money() }] }),
    ).toEqual({
      verdict: 'compatible',
      problems: [],
    });
  });

  it('may take the place of what stood in the schema', () => {
    const inline = order.text.replace('"Money"', JSON.stringify({ type: 'record', name: 'Money', fields: [needed] }));
    const versions = [{ text: inline, references: [] }];
    expect(ask({ level: 'Full', candidate: { ...order, references: money(needed) }, versions }).verdict).toBe(
      'compatible',
    );
  });
});

describe('what cannot be told', () => {
  it('is how a version is read that is no schema', () => {
    expect(ask({ versions: [{ text: '{', references: [] }] })).toMatchObject({
      verdict: 'unproven',
      problems: [
        { rule: 'AvroVersionUnreadable', version: 1, message: expect.stringMatching(/^version 1 is not checked: /) },
      ],
    });
  });

  it('is not a version with a mistake that does not matter', () => {
    const versions = [record(id, { name: 'a-b', type: 'int', default: 'x' })];
    expect(ask({ versions })).toEqual({ verdict: 'compatible', problems: [] });
  });

  it('is not a default that cannot be used', () => {
    const versions = [record(id, { ...needed, default: 'x' })];
    expect(ask({ level: 'Forward', versions })).toMatchObject({
      verdict: 'incompatible',
      problems: [{ rule: 'AvroFieldWithoutDefault', message: expect.stringContaining('does not fit its type') }],
    });
  });
});
