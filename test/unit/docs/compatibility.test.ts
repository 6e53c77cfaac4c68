import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { avroRules } from '../../../src/compat/avro/rules.ts';
import { checkCompatibility, type SchemaFormat } from '../../../src/compat/check.ts';
import { jsonSchemaRules } from '../../../src/compat/json-schema/rules.ts';
import { protobufRules } from '../../../src/compat/protobuf/rules.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/compatibility.md'), 'utf8');

const formats: readonly { begins: string; format: SchemaFormat; rules: Readonly<Record<string, unknown>> }[] = [
  { begins: 'Avro', format: 'Avro', rules: avroRules },
  { begins: 'Json', format: 'JSONSchema', rules: jsonSchemaRules },
  { begins: 'Proto', format: 'Protobuf', rules: protobufRules },
];

/** Rows of the tables of rules: with an old schema, or with the new one alone. */
const rows = page.split('\n').flatMap((line) => {
  const [rule = '', severity = '', , ...schemas] = line
    .split(' | ')
    .map((cell) => cell.replaceAll(/^[| ]+|[| ]+$/g, '').replaceAll('\\|', '|'));
  const texts = schemas.map((cell) => cell.replaceAll('`', ''));
  const format = formats.find(({ begins }) => rule.startsWith(`\`${begins}`))?.format;
  if (format === undefined || texts.length === 0) return [];
  return [
    {
      format,
      rule: rule.replaceAll('`', ''),
      severity,
      old: texts.length > 1 ? texts[0] : undefined,
      next: texts.at(-1) ?? '',
    },
  ];
});

describe('docs/compatibility.md', () => {
  it.each(formats)(
    'has an example of every rule of $format but that of what is too large',
    ({ begins, format, rules }) => {
      const shown = rows.filter((row) => row.format === format).map(({ rule }) => rule);
      expect([...shown, `${begins}TooLarge`].sort()).toEqual(Object.keys(rules).sort());
      expect(page).toContain(`\`${begins}TooLarge\` (a risk`);
    },
  );

  it.each(rows)('shows $rule, and nothing else', ({ format, rule, severity, old, next }) => {
    const { problems } = checkCompatibility({
      format,
      level: 'Backward',
      candidate: { text: next, references: [] },
      versions: old === undefined ? [] : [{ text: old, references: [] }],
    });
    expect(problems.map((one) => [one.rule, one.severity])).toEqual([[rule, severity]]);
  });
});
