import { describe, expect, it } from 'vitest';
import { mistakesIn } from '../../../../src/controllers/event-schema/mistakes.ts';
import { schemaResource } from '../samples.ts';

const money = { name: 'Money', subject: 'money', version: 1 };
const record = (...fields: unknown[]) => JSON.stringify({ type: 'record', name: 'Order', fields });

describe('mistakes in a schema', () => {
  it.each([
    { it: 'are none in a schema', schema: '"int"', finds: [] },
    { it: 'are no risks', schema: record({ name: 'a', type: ['null', 'int'], default: 1 }), finds: [] },
    {
      it: 'have place and rule',
      schema: '{"type":\n "recrod"}',
      finds: ['/ (line 1, column 1): "recrod" is neither a primitive type nor defined', '(AvroTypeUnknown)'],
    },
    {
      it: 'come in the order of the text',
      schema: record({ name: 'a', type: 'int', default: 'x' }, { name: 'a-b', type: 'int' }),
      finds: ['(AvroDefaultInvalid)', '(AvroNameInvalid)'],
    },
    {
      it: 'may be in references, which are not seen',
      schema: record({ name: 'a', type: 'Money' }),
      refers: true,
      finds: [],
    },
    {
      it: 'are found beside references',
      schema: record({ name: 'a-b', type: 'Money' }),
      refers: true,
      finds: ['/fields/0 (line 1, column 43): "a-b" is no name'],
    },
  ])('$it', ({ schema, refers, finds }) => {
    const found = mistakesIn(schemaResource({ schema, ...(refers && { references: [money] }) }));
    expect(found.length === 0).toBe(finds.length === 0);
    let rest = found.join('; ');
    for (const part of finds) {
      expect(rest).toContain(part);
      rest = rest.slice(rest.indexOf(part) + part.length);
    }
  });
});
