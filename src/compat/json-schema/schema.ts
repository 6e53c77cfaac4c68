import type { Json } from '../json.ts';
import type { Atom } from './data.ts';
import type { Decimal } from './decimal.ts';
import type { JsonSchemaRule } from './rules.ts';

/** A limit of a number. */
export interface Bound {
  value: Decimal;
  /** The limit itself is not allowed. */
  exclusive: boolean;
}

export interface PatternSchema {
  pattern: string;
  schema: Schema;
}

export interface Contains {
  schema: Schema;
  min: number;
  max: number | undefined;
}

/** One schema with what it asks for; what drafts write in different ways is the same here. */
export interface Schema {
  id: number;
  /** JSON pointer into the text, behind `NAME#` when it stands in a reference. */
  path: string;
  /** The schema `false`. */
  never?: boolean;
  /** It asks for something that is not known here, so that only the very same schema is like it. Why. */
  opaque?: string;
  ref?: Schema;
  types?: ReadonlySet<Atom>;
  /** Of `enum` and of `const`. */
  values?: readonly Json[];
  lower?: Bound;
  upper?: Bound;
  multipleOf?: Decimal;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  /** Of the first items, one by one. */
  prefix?: readonly Schema[];
  /** Of all further items. */
  rest?: Schema;
  contains?: Contains;
  minItems?: number;
  maxItems?: number;
  unique?: boolean;
  properties?: ReadonlyMap<string, Schema>;
  patterns?: readonly PatternSchema[];
  additional?: Schema;
  required?: readonly string[];
  names?: Schema;
  minProperties?: number;
  maxProperties?: number;
  dependentRequired?: ReadonlyMap<string, readonly string[]>;
  dependentSchemas?: ReadonlyMap<string, Schema>;
  allOf?: readonly Schema[];
  anyOf?: readonly Schema[];
  oneOf?: readonly Schema[];
  not?: Schema;
  if?: Schema;
  then?: Schema;
  else?: Schema;
  unevaluatedProperties?: Schema;
  unevaluatedItems?: Schema;
  /** It has a `default`, which validation passes over. */
  hasDefault?: boolean;
  format?: string;
  /** `contentEncoding` and `contentMediaType`. */
  content?: string;
}

/** What is wrong with one text, whatever it is compared with. */
export interface Finding {
  rule: JsonSchemaRule;
  path: string;
  /** From 1. */
  line: number;
  column: number;
  message: string;
  fix: string;
}

/** Schemas within a schema that look at the same value. */
export function inPlace(schema: Schema): readonly Schema[] {
  const { ref, allOf = [], anyOf = [], oneOf = [], if: condition, then, else: otherwise, dependentSchemas } = schema;
  const single = [ref, condition, then, otherwise].filter((one) => one !== undefined);
  return [...single, ...allOf, ...anyOf, ...oneOf, ...(dependentSchemas?.values() ?? [])];
}
