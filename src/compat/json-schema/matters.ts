import { stepsOf } from '../even.ts';

/** Under these stand schemas by names, which mean nothing by themselves. */
const schemasByName: readonly string[] = [
  ...['properties', 'patternProperties', 'definitions', '$defs', 'dependencies', 'dependentSchemas'],
];
/** Under these stands a schema, or a list of schemas. */
const schemas: readonly string[] = [
  ...['allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else', 'items', 'prefixItems', 'additionalItems', 'contains'],
  ...['additionalProperties', 'propertyNames', 'unevaluatedItems', 'unevaluatedProperties'],
];
/** What readers and registries act upon, whatever stands in it. */
const others: readonly string[] = [
  ...['$schema', '$id', 'id', '$ref', '$anchor', '$dynamicRef', '$dynamicAnchor', '$recursiveRef', '$recursiveAnchor'],
  ...['type', 'enum', 'const', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['minLength', 'maxLength', 'pattern', 'minItems', 'maxItems', 'uniqueItems', 'minContains', 'maxContains'],
  ...['minProperties', 'maxProperties', 'required', 'dependentRequired', 'default', 'format'],
  ...['contentEncoding', 'contentMediaType', 'contentSchema', '$vocabulary'],
];

/** Whether somebody acts upon what stands there: not upon titles, descriptions, examples and keywords of one's own. */
export function mattersInJsonSchema(pointer: string): boolean {
  let isName = false;
  for (const step of stepsOf(pointer)) {
    if (isName || /^\d+$/.test(step)) {
      isName = false;
      continue;
    }
    if (others.includes(step)) return true;
    isName = schemasByName.includes(step);
    if (!isName && !schemas.includes(step)) return false;
  }
  return true;
}
