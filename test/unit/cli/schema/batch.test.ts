import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { answerBatch } from '../../../../src/cli/schema/batch.ts';
import { run } from '../shells.ts';

const pair = { id: 'a', format: 'Avro', compatibility: 'Backward', old: '"int"', new: '"long"' };
const proto = (type: string) => `message A { optional ${type} a = 1; }`;

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
      { ...pair, id: 'c', format: 'JSONSchema', old: '{"type":"string"}', new: '{"type":"integer"}' },
      { ...pair, id: 'd', format: 'Protobuf', old: proto('string'), new: proto('int32') },
    );
    expect({ code, said }).toEqual({ code: 0, said: [] });
    expect(answers).toEqual([
      { id: 'a', verdict: 'compatible', problems: [] },
      { id: 2, verdict: 'incompatible', problems: [expect.objectContaining({ rule: 'AvroTypeChanged', path: '' })] },
      { id: 'b', verdict: 'incompatible', problems: [expect.objectContaining({ direction: 'forward' })] },
      {
        id: 'c',
        verdict: 'incompatible',
        problems: [expect.objectContaining({ rule: 'JsonTypeNarrowed', path: '/type' })],
      },
      {
        id: 'd',
        verdict: 'incompatible',
        problems: [expect.objectContaining({ rule: 'ProtoTypeChanged', path: '/A/a' })],
      },
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

  it('finds the lines in whatever parts they come', async () => {
    const spaced = { ...pair, id: 'a\u2028b\u2029c ü' };
    const input = `\ufeff${JSON.stringify(spaced)}\r\n\r\n{\r\n${JSON.stringify({ ...pair, more: {} })}`;
    for (const size of [1, 7, input.length]) {
      const parts = input.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
      const { code, out, said } = await run(['schema', 'compare', '--batch', '-'], 'sluice', { parts });
      const answers = out.trimEnd().split('\n');
      expect(answers.map((line) => JSON.parse(line) as unknown)).toEqual([
        { id: 'a\u2028b\u2029c ü', verdict: 'compatible', problems: [] },
        { id: 'a', verdict: 'compatible', problems: [] },
      ]);
      expect({ code, said }).toEqual({ code: 2, said: ['error: line 3: it is no JSON object'] });
    }
  });

  it('answers a line before it reads on', async () => {
    let read = 0;
    async function* many() {
      for (; read < 1_000; read += 1) yield `${JSON.stringify({ ...pair, id: read })}\n`;
    }
    let answered = 0;
    for await (const one of answerBatch(many())) {
      expect(one).toEqual({ answer: expect.stringContaining(`{"id":${answered},`) });
      answered += 1;
      expect(read - answered).toBeLessThan(2);
    }
    expect(answered).toBe(1_000);
  });

  it('cannot check a schema that is too long, and says so', async () => {
    const long = `{"type":"int","doc":"${'x'.repeat(10_000_000)}"}`;
    const { code, answers } = await batch({ ...pair, new: long }, { ...pair, old: long }, pair);
    expect(code).toBe(0);
    expect(answers.map(({ verdict }) => verdict)).toEqual(['unproven', 'unproven', 'compatible']);
  });

  it('reads a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-batch-'));
    const file = join(folder, 'pairs.jsonl');
    await writeFile(file, `${JSON.stringify(pair)}\n`);
    const { code, out } = await run(['schema', 'compare', '--batch', file]);
    await rm(folder, { recursive: true });
    expect({ code, out }).toEqual({ code: 0, out: '{"id":"a","verdict":"compatible","problems":[]}\n' });
    const away = await run(['schema', 'compare', '--batch', file]);
    expect(away).toMatchObject({ code: 2, out: '', said: [`error: cannot read ${file}: there is no such file`] });
  });

  it('takes references that refer to each other, and says which one is missing', async () => {
    const a = '{"type":"record","name":"A","fields":[{"name":"b","type":["null","B"]}]}';
    const b = '{"type":"record","name":"B","fields":[{"name":"a","type":["null","A"]}]}';
    const { answers } = await batch(
      { ...pair, old: '"A"', new: '"A"', oldReferences: { A: a, B: b }, newReferences: { B: b, A: a } },
      { ...pair, old: '"A"', new: '"A"', oldReferences: { A: a, B: b }, newReferences: { A: a } },
      { ...pair, old: '"A"', new: '"A"', oldReferences: { A: a }, newReferences: { A: a, B: b } },
    );
    expect(answers.map(({ verdict }) => verdict)).toEqual(['compatible', 'incompatible', 'unproven']);
    expect(answers.map(({ problems }) => (problems as { message: string }[])[0]?.message)).toEqual([
      undefined,
      '"B" is neither a primitive type nor defined in the schema or in one of its references (line 1, column 66)',
      expect.stringContaining('the old schema is not checked: "B" is neither a primitive type nor defined'),
    ]);
  });

  it('has nothing to say of nothing', async () => {
    expect(await batch('')).toEqual({ code: 0, said: [], answers: [] });
  });
});
