import { parseAvroOnce } from './avro/memo.ts';
import { avroRules } from './avro/rules.ts';
import { parseJsonSchema } from './json-schema/reading/parse.ts';
import { jsonSchemaRules } from './json-schema/rules.ts';
import type { Severity, Text } from './problem.ts';

interface Mistake {
  rule: string;
  /** JSON pointer. */
  path: string;
  /** From 1. */
  line: number;
  column: number;
  message: string;
}

interface Format {
  findingsIn(text: Text): readonly Mistake[];
  severities: Readonly<Record<string, Severity>>;
  /** What is found where a schema refers to one that is not given. */
  notGiven: string;
}

const formats = {
  Avro: {
    findingsIn: (text) => parseAvroOnce(text).findings,
    severities: avroRules,
    notGiven: 'AvroTypeUnknown',
  },
  JSONSchema: {
    findingsIn: (text) => parseJsonSchema(text).findings,
    severities: jsonSchemaRules,
    notGiven: 'JsonReferenceBroken',
  },
} as const satisfies Readonly<Record<string, Format>>;

/**
 * What keeps a text from being a schema, in the order in which it stands there. `refers`: it refers to others, and what
 * these hold is the registry's to know.
 */
export function mistakesOf(format: keyof typeof formats, text: string, refers: boolean): readonly string[] {
  const { findingsIn, severities, notGiven }: Format = formats[format];
  return findingsIn({ text, references: [] })
    .filter(({ rule }) => severities[rule] === 'break' && !(refers && rule === notGiven))
    .toSorted((a, b) => a.line - b.line || a.column - b.column)
    .map(
      ({ rule, path, line, column, message }) =>
        `${path === '' ? '/' : path} (line ${line}, column ${column}): ${message} (${rule})`,
    );
}
