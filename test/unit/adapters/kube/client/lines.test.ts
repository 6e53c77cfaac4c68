import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLines } from '../../../../../src/adapters/kube/client/lines.ts';

describe('lines', () => {
  const text = fc.array(
    fc.string({ unit: 'grapheme' }).map((line) => line.replaceAll('\n', '')),
    { maxLength: 8 },
  );

  it('are the same however the text is cut', async () => {
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat({ max: 50 }), { maxLength: 20 }), async (wanted, cuts) => {
        const bytes = Buffer.from(wanted.map((line) => `${line}\n`).join(''));
        const read = await gathered(readLines(cut(bytes, cuts), 1_000_000, () => new Error('too long')));
        expect(read).toEqual(wanted.filter((line) => line !== ''));
      }),
    );
  });

  it('that do not end are not read for ever', async () => {
    const endless = async function* () {
      for (;;) yield Buffer.alloc(1_000, 'x');
    };
    await expect(gathered(readLines(endless(), 10_000, () => new Error('too long')))).rejects.toThrow('too long');
  });

  it('that the end of the text cuts off are not read', async () => {
    const halves = cut(Buffer.from('whole\nhalf'), []);
    expect(await gathered(readLines(halves, 1_000, () => new Error('too long')))).toEqual(['whole']);
  });

  async function* cut(bytes: Buffer, lengths: readonly number[]): AsyncGenerator<Buffer> {
    let start = 0;
    for (const length of [...lengths, bytes.length]) {
      yield bytes.subarray(start, start + length);
      start += length;
    }
  }
});

async function gathered(lines: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
}
