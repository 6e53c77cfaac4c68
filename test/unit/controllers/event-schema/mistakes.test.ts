import { describe, expect, it } from 'vitest';
import { mistakesIn } from '../../../../src/controllers/event-schema/mistakes.ts';
import { schemaTextOf } from '../../../../src/controllers/event-schema/plan.ts';
import { schemaResource } from '../samples.ts';

const money = { name: 'Money', subject: 'money', version: 1 };
interface Row {
  it: string;
  schema: string;
  format?: 'JSONSchema';
  refers?: true;
  finds: readonly string[];
}

const record = (...fields: unknown[]) => JSON.stringify({ type: 'record', name: 'Order', fields });

describe('mistakes in a schema', () => {
  it.each<Row>([
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
    {
      it: 'are none of what is right in JSON Schema',
      format: 'JSONSchema',
      schema: '{"type":"string"}',
      finds: [],
    },
    {
      it: 'are of JSON Schema where the spec says so',
      format: 'JSONSchema',
      schema: '{"properties":{"a":{"type":"strin"}},\n"minimum":"1"}',
      finds: ['/properties/a/type (line 1, column 28):', '(JsonKeywordInvalid); /minimum (line 2, column 11):'],
    },
    {
      it: 'are no references of JSON Schema that only the registry knows',
      format: 'JSONSchema',
      schema: '{"$ref":"Money"}',
      refers: true,
      finds: [],
    },
  ])('$it', ({ schema, refers, finds, format }) => {
    const found = mistakesIn(
      schemaTextOf(schemaResource({ schema, ...(format && { format }), ...(refers && { references: [money] }) })),
    );
    expect(found.length === 0).toBe(finds.length === 0);
    let rest: string = found.join('; ');
    for (const part of finds) {
      expect(rest).toContain(part);
      rest = rest.slice(rest.indexOf(part) + part.length);
    }
  });
});
