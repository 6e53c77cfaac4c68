import { createRequire } from 'node:module';
import type { Ajv as AjvClass, Options } from 'ajv';

/** Its builds are of another module system. */
const require = createRequire(import.meta.url);

export type SchemaJson = boolean | { readonly [key: string]: unknown };

export type Draft = 'draft-04' | 'draft-07' | '2019-09' | '2020-12';

const names: Readonly<Record<Draft, { module: string; schema: string }>> = {
  'draft-04': { module: 'ajv-draft-04', schema: 'http://json-schema.org/draft-04/schema#' },
  'draft-07': { module: 'ajv', schema: 'http://json-schema.org/draft-07/schema#' },
  '2019-09': { module: 'ajv/dist/2019', schema: 'https://json-schema.org/draft/2019-09/schema' },
  '2020-12': { module: 'ajv/dist/2020', schema: 'https://json-schema.org/draft/2020-12/schema' },
};

export function named(schema: SchemaJson, draft: Draft): SchemaJson {
  return typeof schema === 'boolean' ? schema : { $schema: names[draft].schema, ...schema };
}

const validators = new Map<Draft, AjvClass>();

/** One for all schemas: to make it takes longer than to use it. */
function ajvOf(draft: Draft): AjvClass {
  const known = validators.get(draft);
  if (known) return known;
  const { default: Ajv } = require(names[draft].module) as { default: new (options: Options) => AjvClass };
  const ajv = new Ajv({ strict: false, validateFormats: false, logger: false });
  validators.set(draft, ajv);
  return ajv;
}

/** Whether documents are valid, by a validator that shares no code with the checker. */
export function validatorOf(schema: SchemaJson, draft: Draft): (document: unknown) => boolean {
  const ajv = ajvOf(draft);
  const validate = ajv.compile(schema);
  ajv.removeSchema(schema);
  return (document) => validate(document) === true;
}
