import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { avroRules } from '../../../src/compat/avro/rules.ts';
import { checkCompatibility } from '../../../src/compat/check.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/compatibility.md'), 'utf8');

/** Rows of the tables of rules: with an old schema, or with the new one alone. */
const rows = page.split('\n').flatMap((line) => {
  const [rule = '', severity = '', , ...schemas] = line
    .split(' | ')
    .map((cell) => cell.replaceAll(/^[| ]+|[| ]+$/g, ''));
  const texts = schemas.map((cell) => cell.replaceAll('`', ''));
  if (!rule.startsWith('`Avro') || texts.length === 0) return [];
  return [
    {
      rule: rule.replaceAll('`', ''),
      severity,
      old: texts.length > 1 ? texts[0] : undefined,
      next: texts.at(-1) ?? '',
    },
  ];
});

describe('docs/compatibility.md', () => {
  it('has an example of every rule but that of what is too large', () => {
    const shown = [...rows.map(({ rule }) => rule), 'AvroTooLarge'];
    expect(shown.sort()).toEqual(Object.keys(avroRules).sort());
    expect(page).toContain('`AvroTooLarge` (a risk');
  });

  it.each(rows)('shows $rule, and nothing else', ({ rule, severity, old, next }) => {
    const { problems } = checkCompatibility({
      format: 'Avro',
      level: 'Backward',
      candidate: { text: next, references: [] },
      versions: old === undefined ? [] : [{ text: old, references: [] }],
    });
    expect(problems.map((one) => [one.rule, one.severity])).toEqual([[rule, severity]]);
  });
});
