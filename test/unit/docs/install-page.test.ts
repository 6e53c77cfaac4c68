import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../../..');
const page = readFileSync(join(root, 'docs/install.md'), 'utf8');
const values: unknown = parse(readFileSync(join(root, 'charts/sluice/values.yaml'), 'utf8'));

/** Rows of the table of values: what it is called, and the default as YAML. */
const rows = [...page.matchAll(/^\| `([a-zA-Z.]+)` \| `(.+?)` \|/gm)].map(([, path = '', text = '']) => ({
  path,
  byDefault: parse(text),
}));

/** The values that no row is about: those of an object may have one each, or one together. */
function untold(value: unknown, path: string): readonly string[] {
  if (rows.some((row) => row.path === path)) return [];
  const parts = value !== null && typeof value === 'object' && !Array.isArray(value) ? Object.entries(value) : [];
  if (parts.length === 0) return [path];
  return parts.flatMap(([name, part]) => untold(part, path === '' ? name : `${path}.${name}`));
}

describe('the values on docs/install.md', () => {
  it.each(rows)('have the default of $path', ({ path, byDefault }) => {
    const value = path.split('.').reduce((object: unknown, name) => Reflect.get(Object(object), name), values);
    expect(value).toEqual(byDefault);
    expect(value).toBeDefined();
  });

  it('are all that the chart has', () => expect(untold(values, '')).toEqual([]));
});
