import type { z } from 'zod';
import { toJSONSchema } from 'zod';

export interface SchemaNode {
  [keyword: string]: unknown;
  properties?: Record<string, SchemaNode>;
  additionalProperties?: SchemaNode | boolean;
  items?: SchemaNode;
}

/** Keywords that a structural schema may carry; anything else in zod's output is a mistake in a kind's schema. */
const allowed = new Set([
  'type',
  'description',
  'default',
  'enum',
  'format',
  'nullable',
  'pattern',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'required',
  'properties',
  'additionalProperties',
  'items',
]);

/** Turns a zod object into a schema that the API server takes as structural. Throws on what it cannot express. */
export function structuralSchema(schema: z.ZodType): SchemaNode {
  return convert(toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' }) as SchemaNode, 'spec');
}

function convert(node: SchemaNode, path: string): SchemaNode {
  const out: SchemaNode = {};
  for (const [keyword, value] of Object.entries(node)) {
    if (keyword === '$schema' || keyword === 'propertyNames' || keyword.startsWith('x-sluice-')) continue;
    if (!allowed.has(keyword) && !keyword.startsWith('x-kubernetes-')) {
      throw new Error(`${path}: a custom resource schema cannot say "${keyword}"`);
    }
    if (isJavaScriptsIntegerBound(keyword, value) && node.type === 'integer') continue;
    out[keyword] = value;
  }
  if (node.properties) {
    delete out.additionalProperties;
    out.properties = mapValues(node.properties, (child, name) => convert(child, `${path}.${name}`));
  } else if (typeof node.additionalProperties === 'object') {
    out.additionalProperties = convert(node.additionalProperties, `${path}.*`);
  }
  if (node.items) out.items = convert(node.items, `${path}[]`);
  lintNode(out, path);
  return out;
}

/** zod writes ±(2^53 - 1) for every integer that has no bound of its own. */
function isJavaScriptsIntegerBound(keyword: string, value: unknown): boolean {
  return (keyword === 'minimum' || keyword === 'maximum') && Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER;
}

/** Holds what the API server demands and what keeps CEL within its cost budget: a type and a bound everywhere. */
function lintNode(node: SchemaNode, path: string): void {
  const fail = (what: string) => {
    throw new Error(`${path}: ${what}`);
  };
  if (node.nullable === true && node['x-kubernetes-preserve-unknown-fields'] !== true) fail('takes null');
  if (node.type === undefined && node['x-kubernetes-preserve-unknown-fields'] !== true) fail('has no type');
  if (node.type === 'string' && node.maxLength === undefined && node.enum === undefined) fail('has no maxLength');
  if (node.type === 'array' && node.maxItems === undefined) fail('has no maxItems');
  if (node.type === 'array' && node['x-kubernetes-list-type'] === undefined) fail('has no list type');
  if (node.additionalProperties !== undefined && node.maxProperties === undefined) fail('has no maxProperties');
  if (node.type === 'integer' && node.format === undefined) fail('has no format');
}

export function mapValues<A, B>(record: Record<string, A>, map: (value: A, key: string) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}
