import { describe, expect, it } from 'vitest';
import { checkCompatibility, type Question } from '../../../src/compat/check.ts';
import { answerOf, type Checker } from '../../../src/compat/checker.ts';

const options = { signal: new AbortController().signal };

const text = (schema: unknown) => ({ text: JSON.stringify(schema), references: [] });
const field = (name: string, more: object = {}) => ({ name, type: 'string', ...more });
const record = (...fields: object[]) => text({ type: 'record', name: 'Order', fields });
const closed = (...names: string[]) =>
  text({
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
  });

const avro = { format: 'Avro', level: 'Full', versions: [record(field('id'))] } as const;
const jsonSchema = { format: 'JSONSchema', level: 'Backward', versions: [closed('id')] } as const;

const questions: readonly (Question & { it: string })[] = [
  { it: 'an Avro schema that may follow', ...avro, candidate: record(field('id'), field('note', { default: '' })) },
  { it: 'an Avro schema that must not', ...avro, candidate: record(field('id'), field('note')) },
  { it: 'a JSON Schema that may follow', ...jsonSchema, candidate: closed('id', 'note') },
  { it: 'a JSON Schema that must not', ...jsonSchema, candidate: closed('note') },
  { it: 'what is no schema', ...jsonSchema, candidate: { text: '{', references: [] } },
];

/** Alternatives of alternatives, which keep the checker busy for seconds before it says that it cannot tell. */
function branching(levels: number, leaf: unknown): unknown {
  if (levels === 0) return leaf;
  const one = (index: number) => ({
    ...{ type: 'object', required: [`p${index}`] },
    properties: { [`p${index}`]: branching(levels - 1, leaf) },
  });
  return { anyOf: Array.from({ length: 6 }, (_, index) => one(index)) };
}

const tooMuch: Question = {
  ...{ format: 'JSONSchema', level: 'Backward' },
  versions: [text(branching(4, { type: 'string' }))],
  candidate: text(branching(4, { type: ['string', 'null'], maxLength: 1e6 })),
};

/** What every checker behind the port does. `setup` gives one for which `tooMuch` is too much, and nothing else here. */
export function describeChecker(name: string, setup: (tooMuch: Question) => Checker): void {
  describe(`the checker ${name}`, () => {
    const check = setup(tooMuch);

    it.each(questions)('answers for $it', async ({ it: _, ...question }) => {
      expect(await check(question, options)).toEqual({ kind: 'done', result: checkCompatibility(question) });
    });

    it('answers many at once, each of them', async () => {
      const answers = await Promise.all(questions.map(({ it: _, ...question }) => check(question, options)));
      expect(answers.map(answerOf)).toEqual(questions.map(({ it: _, ...question }) => checkCompatibility(question)));
    });

    it('leaves open what takes too much, says so, and answers the next one', async () => {
      const [given, next] = await Promise.all([
        check(tooMuch, options),
        check({ ...jsonSchema, candidate: closed('id') }, options),
      ]);
      expect(given).toMatchObject({ kind: 'gaveUp', why: expect.stringMatching(/^it takes more than /) });
      expect(answerOf(given)).toMatchObject({ verdict: 'unproven', problems: [{ rule: 'CheckGivenUp' }] });
      expect(answerOf(next)).toMatchObject({ verdict: 'compatible' });
    });

    it('ends with its caller', async () => {
      const reason = new Error('enough');
      const given = check({ ...avro, candidate: record(field('id')) }, { signal: AbortSignal.abort(reason) });
      await expect(given).rejects.toBe(reason);
    });
  });
}
