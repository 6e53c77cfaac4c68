import { describe, expect, it } from 'vitest';
import { tellBounds } from '../../../dev/generate/bounds.ts';
import { customResourceDefinition } from '../../../dev/generate/crd.ts';
import type { SchemaNode } from '../../../dev/generate/structural.ts';
import { kinds } from '../../../src/crds/index.ts';

describe('the bounds in a description', () => {
  it.each([
    { of: { type: 'integer', minimum: 1, maximum: 32 }, bounds: ' Bounds: 1 to 32.' },
    { of: { type: 'integer', minimum: 0, maximum: 32 }, bounds: ' Bounds: 0 to 32.' },
    { of: { type: 'integer', minimum: 5 }, bounds: ' Bounds: at least 5.' },
    { of: { type: 'string', minLength: 1, maxLength: 253 }, bounds: ' Bounds: 1 to 253 characters.' },
    { of: { type: 'string', maxLength: 253 }, bounds: ' Bounds: at most 253 characters.' },
    { of: { type: 'string', minLength: 22, maxLength: 22 }, bounds: ' Bounds: 22 characters.' },
    { of: { type: 'array', maxItems: 64 }, bounds: ' Bounds: at most 64 items.' },
    { of: { type: 'object', maxProperties: 64 }, bounds: ' Bounds: at most 64 entries.' },
    { of: { type: 'string', enum: ['A'], maxLength: 1 }, bounds: '' },
    { of: { type: 'object', minProperties: 1 }, bounds: '' },
    { of: { type: 'boolean' }, bounds: '' },
  ])('are$bounds of $of', ({ of, bounds }) => {
    const description = 'A field. Example: 7.';
    expect(tellBounds({ ...of, description }).description).toBe(`${description}${bounds}`);
  });

  it('are not told twice', () => {
    const named = { type: 'string', maxLength: 249, description: 'Up to 249 letters.' };
    expect(tellBounds(named)).toEqual(named);
    const other = { type: 'string', maxLength: 24, description: 'Up to 249 letters.' };
    expect(tellBounds(other).description).toBe('Up to 249 letters. Bounds: at most 24 characters.');
  });

  it('are told inside of fields, lists and maps too', () => {
    const inner = { type: 'integer', maximum: 9, description: 'Inner.' };
    const list = { type: 'array', items: { type: 'object', properties: { inner } } };
    const told = tellBounds({ type: 'object', properties: { list }, additionalProperties: inner });
    expect(JSON.stringify(told).match(/Inner\. Bounds: at most 9\./g)).toHaveLength(2);
  });
});

/** Every field of the spec with a description, by its path. */
function fieldsOf(node: SchemaNode, path: string): [string, SchemaNode][] {
  const { properties = {}, items, additionalProperties } = node;
  const inner = Object.entries(properties).flatMap(([name, child]) => fieldsOf(child, `${path}.${name}`));
  const others = [items, additionalProperties].filter((child) => typeof child === 'object');
  return [[path, node], ...inner, ...others.flatMap((child) => fieldsOf(child, `${path}[]`))];
}

it.each(kinds)('gives the upper bound of each described field of $kind', (kind) => {
  const crd = JSON.parse(JSON.stringify(customResourceDefinition(kind)));
  const { spec } = crd.spec.versions[0].schema.openAPIV3Schema.properties;
  const silent = fieldsOf(spec, 'spec').filter(([, { description, enum: values, ...node }]) => {
    const most = node.maximum ?? node.maxLength ?? node.maxItems ?? node.maxProperties;
    return (
      values === undefined && most !== undefined && typeof description === 'string' && !description.includes(`${most}`)
    );
  });
  expect(silent.map(([path]) => path)).toEqual([]);
});
