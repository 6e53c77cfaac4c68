import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');

/** Paths from the root in backticks, as `src/main.ts` or `test/fakes/`. */
function namedIn(text: string): string[] {
  const named = [...text.matchAll(/`((?:src|dev|test|docs|config|examples|bench)\/[\w./-]*)`/g)];
  return [...new Set(named.map(([, path = '']) => path))];
}

/** Targets of links to files of the project. */
function linkedIn(text: string): string[] {
  return [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path = '']) => path);
}

describe.each(['docs/architecture.md', 'CONTRIBUTING.md'])('%s', (page) => {
  const text = readFileSync(join(root, page), 'utf8');

  it('names files', () => expect(namedIn(text).length).toBeGreaterThan(5));

  it.each(namedIn(text))('names %s, which is there', (path) => expect(existsSync(join(root, path))).toBe(true));

  it.each(linkedIn(text))('links to %s, which is there', (path) => {
    expect(existsSync(join(root, dirname(page), path))).toBe(true);
  });
});
