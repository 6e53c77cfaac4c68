import { describe, expect, it } from 'vitest';
import { run } from '../shells.ts';

const pair = { id: 'a', format: 'Avro', compatibility: 'Backward', old: '"int"', new: '"long"' };

async function batch(...lines: unknown[]) {
  const input = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  const { code, out, said } = await run(['schema', 'compare', '--batch', '-'], 'sluice', { input });
  const answers = out.split('\n').filter((line) => line !== '');
  return { code, said, answers: answers.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe('sluice schema compare --batch', () => {
  it('answers each line with one line, in their order', async () => {
    const { code, said, answers } = await batch(
      ...[pair, { ...pair, id: 2, new: '"string"' }],
      { ...pair, id: 'b', compatibility: 'Full' },
      { ...pair, id: 'c', format: 'JSONSchema', old: '{}', new: '{}' },
    );
    expect({ code, said }).toEqual({ code: 0, said: [] });
    expect(answers).toEqual([
      { id: 'a', verdict: 'compatible', problems: [] },
      { id: 2, verdict: 'incompatible', problems: [expect.objectContaining({ rule: 'AvroTypeChanged', path: '' })] },
      { id: 'b', verdict: 'incompatible', problems: [expect.objectContaining({ direction: 'forward' })] },
      { id: 'c', verdict: 'unproven', problems: [expect.objectContaining({ rule: 'FormatNotChecked' })] },
    ]);
  });

  it('takes references of each side', async () => {
    const uses = { ...pair, old: '"Money"', new: '"Money"' };
    const money = (size: number) => ({ Money: `{"type":"fixed","name":"Money","size":${size}}` });
    const { answers } = await batch(
      { ...uses, oldReferences: money(4), newReferences: money(4) },
      { ...uses, oldReferences: money(4), newReferences: money(8) },
      { ...uses, oldReferences: money(4) },
    );
    expect(answers.map(({ verdict }) => verdict)).toEqual(['compatible', 'incompatible', 'incompatible']);
  });

  it('keeps numbers beyond 2^53', async () => {
    const field = (value: string) =>
      `{"type":"record","name":"R","fields":[{"name":"a","type":"long","default":${value}}]}`;
    const old = '{"type":"record","name":"R","fields":[]}';
    const { answers } = await batch(
      { ...pair, old, new: field('9223372036854775807') },
      { ...pair, old, new: field('9223372036854775808') },
    );
    expect(answers.map(({ verdict }) => verdict)).toEqual(['compatible', 'incompatible']);
  });

  it('says which lines it cannot read, and answers the others', async () => {
    const { code, said, answers } = await batch(
      ...[
        '',
        '{',
        pair,
        '[]',
        { ...pair, id: undefined },
        { ...pair, format: 'avro' },
        { ...pair, compatibility: 'FULL' },
      ],
      ...[
        { ...pair, old: undefined },
        { ...pair, new: {} },
        { ...pair, oldReferences: { a: 1 } },
      ],
      ...[{ ...pair, newReferences: [] }, { ...pair, id: 'z' }, ''],
    );
    expect(code).toBe(2);
    expect(answers.map(({ id }) => id)).toEqual(['a', 'z']);
    expect(said).toEqual([
      'error: line 2: it is no JSON object',
      'error: line 4: it is no JSON object',
      'error: line 5: "id" is neither a text nor a number',
      'error: line 6: "format" is none of Avro, JSONSchema, Protobuf',
      expect.stringMatching(/^error: line 7: "compatibility" is none of None, Backward, /),
      'error: line 8: "old" is not the text of a schema',
      'error: line 9: "new" is not the text of a schema',
      'error: line 10: "oldReferences" is no object of names and texts',
      'error: line 11: "newReferences" is no object of names and texts',
    ]);
  });

  it('has nothing to say of nothing', async () => {
    expect(await batch('')).toEqual({ code: 0, said: [], answers: [] });
  });
});
